#pragma once
// Where something like IPVS hooks into a host's way of a packet, as at netfilter's LOCAL_IN,
// FORWARD and LOCAL_OUT. A hook may edit the packet in place.

#include <cstdint>
#include <optional>

#include "emulator/base/time.hh"
#include "emulator/wire/address.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

enum class HookAction : uint8_t {
  pass,     // go on as if there were no hook
  forward,  // the IP header is final (TTL included), of either family: route to next_hop and send,
            // fragmenting if larger than the MTU and DF is not set; IPv6: if local_in says it
  drop,
};

struct HookResult {
  HookAction action = HookAction::pass;
  wire::IpAddress next_hop;
  // An ICMP error of the packet's family to its source, quoting the packet as it now stands.
  struct Icmp {
    uint8_t type = 0;
    uint8_t code = 0;
    uint32_t mtu = 0;
    wire::IpAddress source;  // unspecified: the host chooses
  };
  std::optional<Icmp> answer;
  // Whatever the hook wants to know a packet by: Host::cause() while frames go out because of it,
  // also when it had to wait for its neighbour.
  uint64_t cause = 0;
  // With forward: the packet's way was not chosen anew, by its new source (vs.snat_reroute=0).
  bool same_route = false;
  uint32_t mtu = 0;  // with forward: what counts instead of the way's, if not 0
};

class Hooks {
 public:
  virtual ~Hooks() = default;
  // A whole packet (reassembled, IPv6: without its fragment header; other extension headers are in
  // place and not yet judged, but for hop-by-hop options) addressed to this host.
  virtual HookResult local_in(wire::Frame& packet, Time now) = 0;
  // Whether IPv4 fragments of a protocol that cross this host are put together for forward().
  virtual bool wants_whole(uint8_t /*protocol*/) const { return true; }
  // Whether IPv4 fragments are put together before anything else is asked of them, as
  // nf_defrag_ipv4 does at PREROUTING while nf_conntrack is at work.
  virtual bool gathers_first() const { return false; }
  // A packet that crosses this host, after the TTL check and decrement; whole if it wants it so.
  virtual HookResult forward(wire::Frame& packet, Time now) = 0;
  // For a packet that is to go on to an address of this host: that address whose way it takes all
  // the same. Where no gateway stands on that way, the packet's own destination is asked for there.
  virtual std::optional<wire::IpAddress> way_of(wire::Frame& /*packet*/) { return {}; }
  // A whole packet that this host made itself.
  virtual HookResult local_out(wire::Frame&, Time) { return {}; }
};

}  // namespace lvslab::host
