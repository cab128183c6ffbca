#pragma once
// Every way in which a packet or frame can end inside a host, by name, and how often it happened;
// and the ledger of all packets, which these are a part of.

#include <array>
#include <cstdint>
#include <string_view>

namespace lvslab::host {

enum class DropReason : uint8_t {
  short_frame,  // fewer than 14 bytes
  not_for_us,   // another host's MAC
  unknown_ethertype,
  malformed_arp,
  arp_suppressed,      // who-has of an address of ours, silenced by arp_ignore
  arp_source_invalid,  // who-has whose sender fails the source checks (rp_filter)
  malformed_nd,        // neighbour discovery that fails RFC 4861, 7.1
  nd_ignored,          // a solicitation of nobody here, an advertisement of no use
  malformed_ip,
  bad_ip_checksum,
  bad_options,           // answered with parameter problem; IPv6: as the option's type says
  bad_extension_header,  // IPv6: cut short, or answered with parameter problem
  source_route,          // LSRR or SSRR, IPv6 segments left: accept_source_route=0
  martian_source,        // an address of ours (IPv4), loopback, multicast, broadcast or 0/8
  beyond_scope,          // IPv6: link-local to elsewhere; answered when forwarded
  reverse_path,          // rp_filter
  martian_destination,   // loopback or 0/8 from outside
  multicast_not_joined,  // all but 224.0.0.1, ff02::1, solicited-node, ff02::2 of routers
  not_forwarding,        // net.ipv4.ip_forward=0, net.ipv6.conf.all.forwarding=0
  link_broadcast,        // came by link-layer broadcast and is to be forwarded
  no_route,              // forwarded: answered with net unreachable
  ttl_exceeded,          // answered
  fragmentation_needed,  // DF or IPv6, and larger than the MTU: answered when forwarded
  by_hook,               // the hook (IPVS) said so
  neighbour_queue_full,  // the oldest of 16 packets waiting for one neighbour
  neighbour_failed,      // nobody answered three requests
  neighbour_table_full,
  bad_fragment,        // empty, beyond 65535, length not in units of 8, or contradicting
  fragment_overlap,    // whole datagram dropped (RFC 5722's rule, applied to IPv4 as Linux does)
  reassembly_full,     // 64 datagrams under way
  reassembly_timeout,  // 30 s, IPv6: 60 s; its fragments count as one
  bad_icmp,            // cut short or wrong checksum
  icmp_ignored,        // a type nobody here acts on, or an echo request by broadcast
  bad_udp,
  no_udp_listener,  // answered with port unreachable
  bad_tcp,
  no_tcp_listener,    // answered with RST
  tcp_out_of_window,  // answered with ACK
  tcp_out_of_order,   // dropped with a duplicate ACK: this TCP keeps no reassembly queue
  tcp_table_full,
  tcp_gave_up,           // retransmissions exhausted or idle too long: the connection ends
  tcp_request_too_long,  // reset
  protocol_unknown,      // answered with protocol unreachable, IPv6: parameter problem
  no_next_header,        // IPv6: a packet of headers alone
  bad_tunnel_packet,     // inner packet not what its protocol number says, or nested too deep
  ecn_contradiction,     // outer CE over an inner packet that is not ECN-capable (RFC 6040, 4.2)
  loops_back,            // a packet of ours to ourselves
  kCount,
};

std::string_view name_of(DropReason reason);
// What TCP does not like of a packet that it has taken, or ends without one.
constexpr bool is_of_connection(DropReason reason) {
  return reason == DropReason::tcp_out_of_window || reason == DropReason::tcp_out_of_order ||
         reason == DropReason::tcp_gave_up || reason == DropReason::tcp_request_too_long;
}

class Drops {
 public:
  void count(DropReason reason) {
    ++counts_[static_cast<size_t>(reason)];
    if (!is_of_connection(reason)) ++packets_;
  }
  uint64_t operator[](DropReason reason) const { return counts_[static_cast<size_t>(reason)]; }
  uint64_t total() const;
  // Of those reasons that end a packet: each time one of it.
  uint64_t packets() const { return packets_; }

 private:
  std::array<uint64_t, static_cast<size_t>(DropReason::kCount)> counts_{};
  uint64_t packets_ = 0;
};

// Where packets come from and where they go, each counted once: came() equals went() whenever the
// host is at rest. One datagram of two fragments to this host that nobody listens for:
//   in 2, joined 1, dropped 1 (no_udp_listener), made 1 and sent 1: the error about it.
struct Ledger {
  uint64_t in = 0;       // frames
  uint64_t made = 0;     // by this host: answers, questions, errors
  uint64_t cut = 0;      // fragments made here, but for the first of each packet
  uint64_t sent = 0;     // frames
  uint64_t taken = 0;    // by this host itself, answered or not
  uint64_t joined = 0;   // fragments that another one's fate became theirs
  uint64_t dropped = 0;  // by all reasons: Drops
  uint64_t waiting = 0;  // for a neighbour, or for other fragments

  uint64_t came() const { return in + made + cut; }
  uint64_t went() const { return sent + taken + joined + dropped + waiting; }
};

}  // namespace lvslab::host
