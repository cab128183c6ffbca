#pragma once
// An embedded IPv4 host: frames and the time go in, frames and a next deadline come out.
//
//   receive(port, frame)
//     Ethernet  ->  ARP (arp.hh, neighbours.hh)
//               ->  IPv4: header checks, options, source checks (rp_filter)
//                     -> to us: reassembly -> Hooks::local_in -> ICMP, UDP, TCP, IPIP
//                     -> else:  TTL, MTU -> [reassembly] -> Hooks::forward -> output
//   output: route -> fragmentation -> neighbour (or its queue) -> Ethernet -> Outbox
//
// A packet on the inside is a Frame whose front is the IP header; the Ethernet header is taken off
// and put on by moving the front. The order of checks, the sysctls and the answers are those of
// Linux (net/ipv4 of 6.1) unless a comment says otherwise.
//
// What it does not do: IPv6 (its packets are counted and ignored; no neighbour discovery), IGMP,
// proxy ARP, policy routing, time stamps of IP options, ECN marks of fragments merged.
//
// Work in one call is bounded by the frame, the queue of one neighbour, 45 fragments of a packet at
// MTU 1500, and what TCP may have in flight; tick() by what has come due. Nothing is allocated for
// a forwarded packet once neighbours are known and the frame pool is warm.

#include <string>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/base/time.hh"
#include "emulator/host/arp.hh"
#include "emulator/host/config.hh"
#include "emulator/host/drops.hh"
#include "emulator/host/hooks.hh"
#include "emulator/host/icmp.hh"
#include "emulator/host/neighbours.hh"
#include "emulator/host/outbox.hh"
#include "emulator/host/reassembly.hh"
#include "emulator/host/routes.hh"
#include "emulator/host/service.hh"
#include "emulator/host/tcp_server.hh"
#include "emulator/host/udp.hh"

namespace lvslab::host {

class Host {
 public:
  // hooks, if any, must outlive the host. Throws UsageError for a route that leads nowhere.
  explicit Host(HostConfig config, Hooks* hooks = nullptr);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // port: index of an interface of the config. frame begins with its Ethernet header.
  void receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox);
  void tick(Time now, Outbox& outbox);
  Time next_deadline() const;

  // The handler answers on every address of the host, lo included.
  void listen_udp(uint16_t port, UdpHandler handler);
  void listen_tcp(uint16_t port, TcpHandler handler);

  // Sends a packet of this host's own: `packet` begins with a complete IPv4 header.
  void originate(wire::Frame packet, Time now, Outbox& outbox);
  // `ip neigh flush all`.
  void flush_neighbours() { neighbours_.flush(); }

  const HostConfig& config() const { return config_; }
  const RouteTable& routes() const { return routes_; }
  const Neighbours& neighbours() const { return neighbours_; }
  const Drops& drops() const { return drops_; }
  size_t tcp_connections() const { return tcp_.connections(); }

  // While Outbox::send runs: HookResult::cause of the packet that the frame goes out for, 0 if no
  // hook had a part in it.
  uint64_t cause() const { return cause_; }

 private:
  // What one call works with.
  struct Turn {
    Time now;
    Outbox& outbox;
  };
  // How a packet came in.
  struct Arrival {
    uint32_t port = 0;
    bool group = false;    // by link-layer broadcast or multicast
    unsigned tunnels = 0;  // how many IPIP headers have been taken off
  };
  // How a packet goes out.
  struct Departure {
    bool forwarded = false;         // an ICMP error is due when it cannot
    uint32_t largest_fragment = 0;  // it was reassembled from fragments of at most so many bytes
  };
  class Originator;

  // host.cc, arp_input.cc
  void receive_arp(uint32_t port, Bytes bytes, const Turn& turn);
  void answer_arp(uint32_t port, wire::ArpView request, const Turn& turn);
  void ask(const Neighbour& neighbour, const Turn& turn);
  void flush_waiting(Neighbour& neighbour, const Turn& turn);
  void give_up_waiting(Neighbour& neighbour, const Turn& turn);
  InterfacePolicy effective(const InterfacePolicy& own) const;

  // input.cc
  void receive_ip(wire::Frame packet, Arrival arrival, const Turn& turn);
  bool take_header(wire::Frame& packet, const Arrival& arrival, const Turn& turn);
  std::optional<DropReason> check_source(const wire::IpAddress& source, const Arrival& at) const;
  std::optional<DropReason> check_ends(wire::Ipv4View ip, const Arrival& arrival) const;

  // forward.cc
  void forward(wire::Frame packet, const Arrival& arrival, const Turn& turn);
  void redirect_if_better_known(const wire::Frame& packet, const Route& route,
                                const Arrival& arrival, const Turn& turn);
  // What the hook said is carried out. False: the packet is still ours to handle.
  bool obey(const HookResult& result, wire::Frame& packet, Departure departure, const Turn& turn);

  // local_input.cc
  void deliver(wire::Frame packet, const Arrival& arrival, const Turn& turn);
  void deliver_transport(wire::Frame packet, const Arrival& arrival, const Turn& turn);
  void receive_icmp(wire::Frame packet, const Turn& turn);
  void receive_too_big(Bytes quoted, uint32_t mtu, const Turn& turn);
  void receive_udp(const wire::Frame& packet, const Arrival& arrival, const Turn& turn);
  void receive_tcp(const wire::Frame& packet, const Turn& turn);
  void receive_ipip(wire::Frame packet, Arrival arrival, const Turn& turn);

  // output.cc
  void originate(wire::Frame packet, const Turn& turn);
  void output(wire::Frame packet, const wire::IpAddress& towards, Departure departure,
              const Turn& turn);
  void transmit(wire::Frame packet, const Route& route, bool forwarded, const Turn& turn);
  void send_ethernet(uint32_t port, wire::Frame payload, const wire::Mac& to, uint16_t type,
                     const Turn& turn);
  void send_error(const wire::Frame& about, IcmpError error, const Turn& turn);
  void drop(DropReason reason) { drops_.count(reason); }
  uint16_t next_id() { return next_id_++; }

  HostConfig config_;
  std::vector<InterfacePolicy> policies_;  // in effect, by port
  Hooks* hooks_;
  RouteTable routes_;
  Neighbours neighbours_;
  Reassembly reassembly_;
  UdpServices udp_;
  TcpServer tcp_;
  Drops drops_;
  uint16_t next_id_;  // of packets that may be fragmented (RFC 6864)
  uint64_t cause_ = 0;
};

}  // namespace lvslab::host
