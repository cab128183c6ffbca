#pragma once
// An embedded host of IPv4 and IPv6: frames and the time go in, frames and a next deadline come
// out.
//
//   receive(port, frame)
//     Ethernet  ->  ARP (arp.hh, neighbours.hh)
//               ->  IPv4: header checks, options, source checks (rp_filter)
//                     -> to us: reassembly -> Hooks::local_in -> ICMP, UDP, TCP, IPIP
//                     -> else:  TTL, MTU -> [reassembly] -> Hooks::forward -> output
//               ->  IPv6: header checks, hop-by-hop options, [reassembly, if there are hooks]
//                     -> to us: [reassembly] -> Hooks::local_in -> extension headers
//                               -> ICMPv6 (neighbour discovery in it), UDP, TCP, tunnels
//                     -> else:  hop limit, MTU -> Hooks::forward -> output
//   what the host itself says: Hooks::local_out -> output
//   output: route -> fragmentation -> neighbour (or its queue) -> Ethernet -> Outbox
//
// A packet on the inside is a Frame whose front is the IP header; the Ethernet header is taken off
// and put on by moving the front. The order of checks, the sysctls and the answers are those of
// Linux (net/ipv4, net/ipv6 of 6.1) unless a comment says otherwise. As there, hooks make IPv6
// fragments whole before routing (nf_defrag_ipv6, which an IPv6 service brings with it).
//
// What it does not do: IGMP and MLD, proxy ARP, policy routing, ECN marks of fragments merged; of
// IPv6: duplicate address detection (a lab's addresses are unique), router advertisements,
// redirects that come in, anycast addresses, source routes, flow labels.
//
// Work in one call is bounded by the frame, the queue of one neighbour, 54 fragments of a packet at
// MTU 1280, and what TCP may have in flight; tick() by what has come due. Nothing is allocated for
// a forwarded packet once neighbours are known and the frame pool is warm.

#include <string>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/base/time.hh"
#include "emulator/host/arp.hh"
#include "emulator/host/config.hh"
#include "emulator/host/drops.hh"
#include "emulator/host/extension_check.hh"
#include "emulator/host/hooks.hh"
#include "emulator/host/icmp.hh"
#include "emulator/host/icmp6.hh"
#include "emulator/host/neighbours.hh"
#include "emulator/host/options.hh"
#include "emulator/host/outbox.hh"
#include "emulator/host/path_mtus.hh"
#include "emulator/host/reassembly.hh"
#include "emulator/host/redirect_rate.hh"
#include "emulator/host/requests.hh"
#include "emulator/host/routes.hh"
#include "emulator/host/service.hh"
#include "emulator/host/tcp_server.hh"
#include "emulator/host/udp.hh"
#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::host {

class Host {
 public:
  // hooks, if any, must outlive the host. Throws UsageError for a route that leads nowhere or a
  // neighbour on no interface.
  explicit Host(HostConfig config, Hooks* hooks = nullptr);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // As if its power had gone and come again: it knows what its config says and who listens, and
  // another seed. Requests under way are gone.
  void restart(uint64_t seed);

  // port: index of an interface of the config. frame begins with its Ethernet header.
  void receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox);
  void tick(Time now, Outbox& outbox);
  Time next_deadline() const;

  // The handler answers on every address of the host, lo included.
  void listen_udp(uint16_t port, UdpHandler handler);
  void listen_tcp(uint16_t port, TcpHandler handler);

  // What a program here asks of another host: requests.hh. The answer is there some time later.
  Requests::Id ask(const TcpQuestion& question, Time now, Outbox& outbox);
  Requests::Id ask(const UdpQuestion& question, Time now, Outbox& outbox);
  Requests::Id ask(const EchoQuestion& question, Time now, Outbox& outbox);
  void ask_more(Requests::Id id, std::string_view text, Duration timeout, Time now, Outbox& outbox);
  const RequestResult* result(Requests::Id id) const { return requests_.result(id); }
  uint64_t requests_ended() const { return requests_.ended(); }
  void forget(Requests::Id id, Time now, Outbox& outbox);
  // One broadcast who-has from the interface's MAC and first IPv4 address (RFC 826).
  void who_has(uint32_t port, const wire::IpAddress& address, Time now, Outbox& outbox);

  // A UDP socket that hears what is sent to a group on that interface. No IGMP, no MLD.
  void join(uint32_t port, const wire::Endpoint& group, GroupHandler handler) {
    udp_.join(port, group, std::move(handler));
  }
  void leave(uint32_t port, const wire::Endpoint& group) { udp_.leave(port, group); }

  // Sends a packet of this host's own to a group, out of that interface; in pieces if it is too
  // long. `packet` begins with a complete IP header.
  void multicast(uint32_t port, wire::Frame packet, Time now, Outbox& outbox);
  // Sends a packet of this host's own: `packet` begins with a complete IP header.
  void originate(wire::Frame packet, Time now, Outbox& outbox);
  // `ip addr add` and `ip addr del`, while it runs. Nobody is told: announce(). Throws UsageError
  // when a gateway could not be reached any more.
  void add_address(uint32_t port, const wire::Prefix& address);
  void remove_address(uint32_t port, const wire::Prefix& address);
  // Tells everybody on that interface whose the address is now: a gratuitous ARP request (RFC 5227,
  // 3), an unsolicited neighbour advertisement (RFC 4861, 7.2.6).
  void announce(uint32_t port, const wire::IpAddress& address, Time now, Outbox& outbox);
  // `ip neigh flush all`.
  void flush_neighbours();

  // The way to an address that is not local, as what this host sends takes it.
  std::optional<Route> way_to(const wire::IpAddress& to, uint32_t scope = 0) const;
  // An ICMP error told that the way to `to` takes only `mtu` bytes.
  void learn_path_mtu(const wire::IpAddress& to, uint32_t mtu, Time now);
  const PathMtus& path_mtus() const { return path_mtus_; }

  const HostConfig& config() const { return config_; }
  const RouteTable& routes() const { return routes_; }
  const Neighbours& neighbours() const { return neighbours_; }
  const Drops& drops() const { return drops_; }
  // Of all packets so far. Costs the number of packets that wait.
  Ledger ledger() const;
  size_t tcp_connections() const { return tcp_.connections(); }

  // While Outbox::send runs: HookResult::cause of the packet that the frame goes out for, 0 if no
  // hook had a part in it.
  uint64_t cause() const { return cause_; }
  // While a hook runs: bytes of the largest fragment that its packet was put together from, as an
  // IP packet; 0: it came whole. What counts against an MTU is this (IP6CB frag_max_size).
  uint32_t largest_fragment() const { return largest_fragment_; }

 private:
  // What one call works with.
  struct Turn {
    Time now;
    Outbox& outbox;
    uint32_t scope = 0;  // the interface that link-local addresses are taken to be on
  };
  // How a packet came in.
  struct Arrival {
    uint32_t port = 0;
    bool group = false;             // by link-layer broadcast or multicast
    unsigned tunnels = 0;           // how many outer headers have been taken off
    uint32_t largest_fragment = 0;  // IPv4: gather_first() made it whole, of at most so many bytes
  };
  // How a packet goes out.
  struct Departure {
    bool forwarded = false;         // an ICMP error is due when it cannot
    uint32_t largest_fragment = 0;  // it was reassembled from fragments of at most so many bytes
    // By a hook at LOCAL_IN, or of this host: an IPv6 packet may be cut here, an IPv4 one with DF
    // if it came in pieces.
    bool may_cut = false;
    bool gathered_first = false;  // IPv4: Hooks::gathers_first()
    bool cut_with_df = false;     // IPv4: it came in pieces with DF (IPSKB_FRAG_PMTU), for a tunnel
    const std::vector<uint32_t>* cuts = nullptr;  // IPv6: where it was, Reassembly::Whole::cuts
    wire::IpAddress way_out{};                    // IPv4: this host's address there
    uint32_t mtu = 0;                             // HookResult::mtu
  };
  // What became of an IPv6 packet that may be a fragment.
  struct Gathered {
    bool hooked = true;    // it is whole
    uint32_t largest = 0;  // as Departure has them
    std::vector<uint32_t> cuts;
  };
  class Originator;

  // host.cc, arp_input.cc, nd_input.cc
  void pin_neighbours();
  void receive_arp(uint32_t port, Bytes bytes, const Turn& turn);
  void answer_arp(uint32_t port, wire::ArpView request, const Turn& turn);
  void ask(const Neighbour& neighbour, const Turn& turn);
  void ask_arp(const Neighbour& neighbour, const Turn& turn);
  void solicit(const Neighbour& neighbour, const Turn& turn);
  void receive_nd(const wire::Frame& packet, Bytes message, const Arrival& at, const Turn& turn);
  void answer_solicitation(wire::Ipv6View ip, wire::NeighbourMessageView message,
                           const Arrival& arrival, const Turn& turn);
  void learn_advertisement(wire::Ipv6View ip, wire::NeighbourMessageView message,
                           const Arrival& arrival, const Turn& turn);
  void advertise(uint32_t port, const wire::IpAddress& target, const wire::IpAddress& to,
                 bool multicast, const Turn& turn);
  void flush_waiting(Neighbour& neighbour, const Turn& turn);
  void give_up_waiting(Neighbour& neighbour, const Turn& turn);
  InterfacePolicy effective(const InterfacePolicy& own) const;

  // input.cc
  void receive_ip(wire::Frame packet, Arrival arrival, const Turn& turn);
  bool take_header(wire::Frame& packet);
  bool gather_first(wire::Frame& packet, Arrival& arrival, const Turn& turn);
  void tell_of_expired(const Reassembly::Expired& expired, const Turn& turn);
  void read_options(wire::Frame& packet, const Turn& turn);
  bool take_options_of(wire::Frame& packet, const Arrival& arrival, const Turn& turn);
  bool take_options_again(wire::Frame& packet, const Turn& turn);
  std::optional<DropReason> check_source(const wire::IpAddress& source, const Arrival& at) const;
  std::optional<DropReason> check_ends(wire::Ipv4View ip, const Arrival& arrival) const;

  // input6.cc
  void receive_ip6(wire::Frame packet, Arrival arrival, const Turn& turn);
  bool take_header6(wire::Frame& packet, const Arrival& arrival, const Turn& turn);
  std::optional<DropReason> check_ends6(wire::Ipv6View ip, const Arrival& arrival) const;
  bool is_for_us6(const wire::IpAddress& to, uint32_t port) const;
  bool gather6(wire::Frame& packet, const Arrival& arrival, Gathered& gathered, const Turn& turn);
  static std::optional<IcmpError> fault_of_fragment(Bytes packet, const Fragment& fragment,
                                                    size_t at);

  // forward6.cc
  void forward6(wire::Frame packet, const Arrival& arrival, const Gathered& gathered,
                const Turn& turn);
  void redirect6_if_better_known(const wire::Frame& packet, const Route& route,
                                 const Arrival& arrival, const Turn& turn);
  bool may_leave6(const wire::Frame& packet, const Route& route, const Arrival& arrival,
                  const Turn& turn);

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
  std::optional<Route> way_out(const wire::IpAddress& to, const Departure& departure,
                               const Turn& turn) const;
  void receive_udp(wire::Frame packet, const Arrival& arrival, const Turn& turn);
  void receive_tcp(const wire::Frame& packet, const Turn& turn);
  void receive_tunnelled(wire::Frame packet, Arrival arrival, const Turn& turn);

  // asking.cc
  std::optional<WayOut> way_for_request(const wire::IpAddress& to) const;
  template <class Question>
  Requests::Id ask_about(const Question& question, const wire::IpAddress& to, Time now,
                         Outbox& outbox);
  bool is_datagram_of_ours(const wire::Frame& packet, Time now);
  bool is_echo_of_ours(Bytes packet, Time now);
  bool is_error_of_ours(bool v6, uint8_t type, uint8_t code, Bytes quoted, Time now);
  bool is_too_big_of_ours(Bytes quoted, uint32_t mtu, const Turn& turn);
  // `packet`, which nobody could be found to take, may be a request's.
  void tell_unreachable(Bytes packet, Time now);

  // local_input6.cc
  void deliver6(wire::Frame packet, const Arrival& arrival, const Gathered& gathered,
                const Turn& turn);
  // protocol: of what stands behind the extension headers; named_at: offset of the byte that says
  // so.
  void deliver_transport6(wire::Frame packet, uint8_t protocol, size_t named_at,
                          const Arrival& arrival, const Turn& turn);
  void receive_icmp6(wire::Frame packet, const Arrival& arrival, const Turn& turn);
  void receive_too_big6(Bytes quoted, uint32_t mtu, const Turn& turn);
  void refuse6(const wire::Frame& packet, const Arrival& arrival, const ExtensionFault& fault,
               const Turn& turn);

  // output.cc
  void originate(wire::Frame packet, const Turn& turn);
  bool local_out(wire::Frame& packet, const Turn& turn);
  void output(wire::Frame packet, const wire::IpAddress& towards, Departure departure,
              const Turn& turn);
  std::optional<Route> way_by_hook(wire::Frame& packet, const wire::IpAddress& towards,
                                   const Departure& departure, const Turn& turn);
  void output6(wire::Frame packet, const Route& route, Departure departure, const Turn& turn);
  void transmit(wire::Frame packet, const Route& route, bool forwarded, const Turn& turn);
  void send_ethernet(uint32_t port, wire::Frame payload, const wire::Mac& to, uint16_t type,
                     const Turn& turn);
  static std::optional<wire::IpAddress> recorder_of(const wire::Frame& packet,
                                                    const Departure& departure,
                                                    const HookResult& result);
  void settle_options(wire::Frame& packet, const std::optional<wire::IpAddress>& way_out);
  void send_error(const wire::Frame& about, IcmpError error, const Turn& turn);
  void send_error6(const wire::Frame& about, IcmpError error, const Turn& turn, bool group = false);
  void drop(DropReason reason) { drops_.count(reason); }
  void take() { ++ledger_.taken; }
  uint16_t next_id() { return next_id_++; }

  HostConfig config_;
  std::vector<InterfacePolicy> policies_;  // in effect, by port
  Hooks* hooks_;
  RouteTable routes_;
  PathMtus path_mtus_;
  Neighbours neighbours_;
  RedirectRate redirect_rate_;  // of IPv6
  Reassembly reassembly_{kReassemblyTimeout};
  Reassembly reassembly6_{kReassemblyTimeout6};
  UdpServices udp_;
  TcpServer tcp_;
  Requests requests_;
  Drops drops_;
  Ledger ledger_;              // what is not known elsewhere: ledger()
  uint16_t next_id_;           // of packets that may be fragmented (RFC 6864)
  uint32_t next_fragment_id_;  // of IPv6 packets that are
  uint32_t largest_fragment_ = 0;
  Options options_;  // IPv4 options of the packet in hand
  uint64_t cause_ = 0;
};

}  // namespace lvslab::host
