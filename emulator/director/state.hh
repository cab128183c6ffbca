#pragma once
// The inside of Director: its tables, and the ways of a packet through them. Requests are in
// requests.cc, new connections in scheduling.cc and persistence.cc, replies in replies.cc, ICMP
// errors in icmp_errors.cc and tunnel_errors.cc, FTP in ftp_control.cc, what other directors tell
// in sync_daemons.cc and sync_backup.cc, what happens in time in aging.cc.

#include "emulator/director/connection_table.hh"
#include "emulator/director/director.hh"
#include "emulator/director/ftp_control.hh"
#include "emulator/director/protocols.hh"
#include "emulator/director/service_table.hh"
#include "emulator/director/sync_master.hh"
#include "emulator/director/sync_message.hh"
#include "emulator/director/transmitter.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

// Ports of TCP, UDP and SCTP: the first four bytes.
inline constexpr size_t kPortsSize = 4;

// Fills a note, if there is one, from a connection as it now is.
[[gnu::cold]] void describe_connection(Note& note, const Connection& connection);
inline void describe_connection(Note* note, const Connection& connection) {
  if (note) describe_connection(*note, connection);
}

struct Director::State {
  // What a packet is judged with.
  struct Context {
    wire::Frame& frame;
    const wire::IpEdit& ip;
    Hook hook;
    Time now;
    Verdict& verdict;
    Note* note;  // null: nobody asks
  };

  // A packet of a protocol with ports, or of one that follows another's connections.
  struct Packet {
    const Context& context;
    Bytes segment;
    uint32_t ports;  // source, destination
    FlowKey key;     // source, destination

    // What moves the state: IPVS looks behind the fixed header of IPv6, whatever stands there
    // (ip_vs_proto_tcp.c and _sctp.c of Linux 6.1). With extension headers that is not the segment.
    Bytes flags() const {
      const wire::IpEdit& ip = context.ip;
      if (ip.is_v4() || ip.header_length() == wire::kIpv6Size) [[likely]]
        return segment;
      return Bytes(ip.data(), ip.total_length()).subspan(wire::kIpv6Size);
    }
    uint16_t source_port() const { return static_cast<uint16_t>(ports >> 16); }
    uint16_t destination_port() const { return static_cast<uint16_t>(ports); }
    ipvs::Endpoint source() const { return {context.ip.source(), source_port()}; }
    ipvs::Endpoint destination() const { return {context.ip.destination(), destination_port()}; }
  };

  // A packet quoted in an ICMP error, that reaches over its ports.
  struct Quotation {
    wire::IpEdit ip;
    const Protocol* protocol;
    ipvs::Endpoint source, destination;
    // Nothing if there is no such packet in the body, or of no protocol of ours.
    static std::optional<Quotation> in(MutableBytes body, wire::Family family, Hook hook);
  };

  // What may become a connection: the ends that it would have.
  struct Candidate {
    const Protocol& protocol;
    ipvs::Endpoint client, virtual_end;
    bool from_error = false;  // an ICMP error spoke of it (vs.schedule_icmp)
  };

  State(const Settings& given, Routes& given_routes, uint64_t seed)
      : settings(given),
        routes(&given_routes),
        random(seed),
        connections(given.table_bound, random.next()),
        transmitter(settings, *routes, random.split()),
        master(settings) {}

  [[gnu::noinline]] void process(wire::Frame& frame, Hook hook, Time now, Verdict& verdict,
                                 Note* note);
  template <class P>
  void transport(const P& protocol, const Context& context);

  // Requests: client to virtual end.
  template <class P>
  void request(const P& protocol, const Packet& packet);
  template <class P>
  void carry(const P& protocol, const Packet& packet, Connection& connection);
  bool carry_known(wire::Frame& frame, Time now, Verdict& verdict);
  template <class P>
  bool carry_known(const P& protocol, const Context& context);
  template <class P>
  Connection* current(const P& protocol, const Packet& packet);
  bool is_followed(const Connection& connection) const;
  Connection* find_request(const Packet& packet, uint8_t protocol);
  void finish(Connection& connection, Time now);

  // New connections. Null when there is to be none: the verdict says what becomes of the packet.
  [[gnu::noinline]] Connection* schedule(const Candidate& candidate, const Context& context);
  RealServer* choose(VirtualService& service, const Candidate& candidate, Time now);
  Connection* schedule_once(VirtualService& service, const Candidate& candidate,
                            const Context& context);
  Connection* schedule_persistent(VirtualService& service, const Candidate& candidate,
                                  const Context& context);
  Connection* make_template(VirtualService& service, const ipvs::Endpoint& about,
                            const Candidate& candidate, const Context& context);
  bool still_good(const Connection& its_template) const;
  Connection* admit(const ConnectionTable::Making& making, RealServer* server,
                    VirtualService* service, const Context& context);
  Connection* leave(const VirtualService& service, const Candidate& candidate,
                    const Context& context);
  bool must_drop();

  // Replies: server to client.
  template <class P>
  [[gnu::noinline]] bool reply(const P& protocol, const Packet& packet);
  template <class P>
  [[gnu::noinline]] void reply_without_connection(const P& protocol, const Packet& packet);

  // FTP control connections (ftp_control.cc).
  void bind_helper(Connection& connection);
  void release_helper(Connection& connection);
  [[gnu::noinline]] void control_request(const Context& context, Connection& connection);
  [[gnu::noinline]] void control_reply(const Context& context, Connection& connection);
  bool answer_passive(const Context& context, Connection& connection);
  bool renumbers(const Connection& connection) const;
  Connection* expect(Connection& control, const ConnectionTable::Making& ends, Time now);
  void listen(Connection& data, Time now);

  // Synchronisation daemons (sync_daemons.cc) and what a backup learns (sync_backup.cc).
  [[nodiscard]] Refusal start(const ipvs::Daemon& daemon, Time now);
  [[nodiscard]] Refusal stop(ipvs::DaemonRole role);
  void receive_sync(Bytes datagram, Time now);
  void learn(const SyncEntry& entry, Time now);
  Connection* known(const SyncEntry& entry, Time now, bool& outdated);
  Connection* make_known(const SyncEntry& entry, Time now);
  void bind_learned(Connection& connection);
  Duration timeout_of_learned(const SyncEntry& entry) const;

  // ICMP errors. False: not about a connection.
  [[gnu::noinline]] void icmp(const Context& context);
  bool error_to_server(const Context& context, const wire::IcmpEdit& error);
  bool error_to_client(const Context& context, const wire::IcmpEdit& error);
  bool goes_round(const Context& context, const Connection& connection) const;
  bool error_about_tunnel(const Context& context, const wire::IcmpEdit& error);
  std::optional<size_t> tunnel_shim(const wire::IpEdit& outer) const;
  uint32_t mtu_in_tunnel(const Connection& connection, const wire::IpEdit& outer, uint32_t told,
                         Time now);

  [[gnu::noinline]] void expire(Time now);
  void plan_chores();
  Time next_deadline() const;
  [[gnu::noinline]] void time_out(Connection& connection, Time now);
  void drop_orphans(Time now);
  void drop_orphan(Connection& orphan, Time now);
  bool is_spare(const Connection& connection, Time now);
  bool may_go(const Connection& connection, Time now);
  void drop_entries(Time now);
  void plan_entry_drops();
  void set_timeouts(const ipvs::SetTimeouts& command);
  void change(const Settings& settings);

  Settings settings;
  Routes* routes;
  Random random;
  Timeouts timeouts;
  ServiceTable services;
  ConnectionTable connections;
  Transmitter transmitter;
  FtpControls ftp_controls;
  SyncMaster master;
  std::optional<ipvs::Daemon> backup;
  unsigned sync_ports = 1;   // while a daemon runs
  bool tells = false;        // the master's daemon runs
  bool stands_back = false;  // vs.backup_only, and the backup's does
  Sampling sampling{Time{}};
  Time orphans_due = kNever;              // drop_orphans()
  Time entries_due = kNever;              // drop_entries()
  Time chores_due = sampling.next();      // the earliest of the three: what a packet looks at
  int until_drop = 0;                     // new connections, with vs.drop_packet
  std::array<int, 8> until_entry_drop{};  // connections of 1 to 8 packets, with vs.drop_entry
  std::array<uint64_t, static_cast<size_t>(DropReason::kCount)> drops{};
};

}  // namespace lvslab::director
