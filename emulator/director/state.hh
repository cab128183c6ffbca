#pragma once
// The inside of Director: its tables, and the ways of a packet through them. Requests are in
// requests.cc, replies in replies.cc, ICMP errors in icmp_errors.cc, the rest in director.cc.

#include "emulator/director/connection_table.hh"
#include "emulator/director/director.hh"
#include "emulator/director/protocols.hh"
#include "emulator/director/service_table.hh"
#include "emulator/director/transmitter.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

// Fills a note, if there is one, from a connection as it now is.
void describe_connection(Note* note, const Connection& connection, const Protocol& protocol);

struct Director::State {
  // A TCP or UDP packet on its way.
  struct Packet {
    wire::Frame& frame;
    wire::Ipv4Edit ip;
    const Protocol& protocol;
    Bytes segment;  // reaches over the ports
    ipvs::Endpoint source, destination;
    Time now;
    Verdict& verdict;
    Note* note;  // null: nobody asks
  };

  // A packet quoted in an ICMP error, that reaches over its ports.
  struct Quotation {
    wire::Ipv4Edit ip;
    const Protocol* protocol;
    ipvs::Endpoint source, destination;
    // Nothing if there is no such packet in the body, or of no protocol of ours.
    static std::optional<Quotation> in(MutableBytes body);
  };

  // An ICMP error on its way.
  struct Error {
    wire::Frame& frame;
    wire::Ipv4Edit ip;
    wire::IcmpEdit icmp;
    Time now;
    Verdict& verdict;
    Note* note;
  };

  State(const Settings& given, const Routes& given_routes, uint64_t seed)
      : settings(given),
        routes(&given_routes),
        random(seed),
        connections(given.table_bound, random.next()),
        transmitter(settings, *routes, random.split()) {}

  void process(wire::Frame& frame, Hook hook, Time now, Verdict& verdict, Note* note);

  // Requests: client to virtual end.
  void request(const Packet& packet);
  template <class P>
  void request_of(const P& protocol, const Packet& packet);
  template <class P>
  Connection* current(const P& protocol, const Packet& packet);
  Connection* schedule(const Packet& packet);

  // Replies: server to client.
  void reply(const Packet& packet);
  void reply_without_connection(const Packet& packet);

  // ICMP errors.
  void icmp(wire::Frame& frame, const wire::Ipv4Edit& ip, Hook hook, Time now, Verdict& verdict,
            Note* note);
  void error_to_server(const Error& error);
  void error_to_client(const Error& error);
  void error_about_tunnel(const Error& error, const wire::Ipv4Edit& outer);

  void end(Connection& connection, Time now);
  void expire(Time now);
  void set_timeouts(const ipvs::SetTimeouts& command);

  Settings settings;
  const Routes* routes;
  Random random;
  Timeouts timeouts;
  ServiceTable services;
  ConnectionTable connections;
  Transmitter transmitter;
  std::array<uint64_t, static_cast<size_t>(DropReason::kCount)> drops{};
};

}  // namespace lvslab::director
