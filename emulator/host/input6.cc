// The way in of an IPv6 packet: is it one, is it whole, is it for us.

#include "emulator/host/host.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmpv6;
namespace next = wire::next_header;
using wire::IpAddress;

namespace {

bool is_v4_mapped(const IpAddress& address) {
  static const wire::Prefix mapped = *wire::Prefix::parse("::ffff:0:0/96");
  return mapped.contains(address);
}

}  // namespace

void Host::receive_ip6(wire::Frame packet, Arrival arrival, const Turn& turn) {
  if (!take_header6(packet, arrival, turn)) return;
  const IpAddress to = wire::Ipv6View::over(packet.bytes())->destination();
  const bool for_us = is_for_us6(to, arrival.port);
  Gathered gathered;
  if ((for_us || hooks_) && !gather6(packet, arrival, gathered, turn)) return;
  if (to.is_multicast()) {
    if (!for_us) return drop(DropReason::multicast_not_joined);
    arrival.group = true;
  }
  if (for_us) return deliver6(std::move(packet), arrival, gathered, turn);
  forward6(std::move(packet), arrival, gathered, turn);
}

// As ip6_rcv_core: hop-by-hop options are everyone's business, and first.
bool Host::take_header6(wire::Frame& packet, const Arrival& arrival, const Turn& turn) {
  const auto ip = wire::Ipv6View::over(packet.bytes());
  if (!ip) {
    drop(DropReason::malformed_ip);
    return false;
  }
  packet.truncate(wire::kIpv6Size + ip->payload_length());
  if (const auto reason = check_ends6(*ip, arrival)) {
    drop(*reason);
    return false;
  }
  const wire::ExtensionWalk walk(packet.bytes());
  if (walk.type() != next::kHopByHop) return true;
  const auto fault = check_extension(packet.bytes(), walk);
  if (fault) refuse6(packet, arrival, *fault, turn);
  return !fault;
}

// RFC 4291, 2.5.3 and 2.7; there is no rp_filter, and a packet may come from an address of ours.
std::optional<DropReason> Host::check_ends6(wire::Ipv6View ip, const Arrival&) const {
  constexpr unsigned kReserved = 0, kInterfaceLocal = 1;
  const IpAddress from = ip.source();
  const IpAddress to = ip.destination();
  if (from.is_loopback() || from.is_multicast() || is_v4_mapped(from))
    return DropReason::martian_source;
  if (to.is_loopback() || to.is_unspecified()) return DropReason::martian_destination;
  const unsigned scope = to.bytes()[1] & 0x0fU;
  if (to.is_multicast() && (scope == kReserved || scope == kInterfaceLocal))
    return DropReason::martian_destination;
  return {};
}

bool Host::is_for_us6(const IpAddress& to, uint32_t port) const {
  if (to.is_link_local())
    return routes_.is_on(port, to) || (config_.forwarding && routes_.is_routers(port, to));
  if (!to.is_multicast()) return routes_.is_local(to);
  return routes_.is_joined(port, to) || udp_.is_joined(port, to) ||
         (config_.forwarding && to == wire::all_routers());
}

// A packet with a fragment header is kept until it is whole, and goes on without that header.
// False: nothing goes on now. What cannot be a fragment (RFC 8200, 4.5) is told to its source when
// it is for us, and crosses unseen by hooks; a first fragment without its headers ends where
// fragments are made whole for hooks (all as nf_conntrack_reasm.c and reassembly.c do).
bool Host::gather6(wire::Frame& packet, const Arrival& arrival, Gathered& gathered,
                   const Turn& turn) {
  wire::ExtensionWalk walk(packet.bytes());
  while (walk.is_extension() && walk.type() != next::kFragment)
    if (!walk.step()) return true;
  if (walk.type() != next::kFragment || walk.size() == 0) return true;
  const auto ip = *wire::Ipv6View::over(packet.bytes());
  Fragment fragment = fragment_of(ip, walk.at(), walk.named_at());
  fragment.port = arrival.port;
  if (const auto error = fault_of_fragment(packet.bytes(), fragment, walk.at())) {
    const bool incomplete = error->code == icmp::kIncompleteHeaders;
    const bool for_us = is_for_us6(ip.destination(), arrival.port);
    if (!for_us && !incomplete) {
      gathered.hooked = false;
      return true;
    }
    drop(DropReason::bad_fragment);
    if (for_us && !(hooks_ && incomplete)) send_error6(packet, *error, turn, arrival.group);
    return false;
  }
  // RFC 6946: a fragment that is the whole has no part in others of its id.
  const bool alone = fragment.offset == 0 && !fragment.more;
  Reassembly apart(kReassemblyTimeout6);
  auto whole = (alone ? apart : reassembly6_).add(packet, fragment, turn.now, drops_);
  if (!whole) return false;
  packet = std::move(whole->packet);
  if (!alone) {
    gathered.largest = whole->largest_fragment;
    gathered.cuts = std::move(whole->cuts);
  }
  return true;
}

// What cannot be a fragment, and what its source is to hear of it. at: offset of its header.
std::optional<IcmpError> Host::fault_of_fragment(Bytes packet, const Fragment& fragment,
                                                 size_t at) {
  constexpr size_t kLargestPayload = 65535;
  const auto problem = [](uint8_t code, size_t pointer) {
    return IcmpError{icmp::kParameterProblem, code, static_cast<uint32_t>(pointer), {}};
  };
  if (fragment.more && fragment.payload.size() % 8 != 0) return problem(icmp::kHeaderField, 4);
  if (fragment.offset + fragment.payload.size() > kLargestPayload)
    return problem(icmp::kHeaderField, at + 2);
  if (fragment.offset != 0 || !fragment.more) return {};
  const auto upper = wire::upper_layer_of(packet);
  if (!upper) return problem(icmp::kIncompleteHeaders, 0);
  const size_t least = upper->protocol == wire::proto::kTcp      ? wire::kTcpSize
                       : upper->protocol == wire::proto::kUdp    ? wire::kUdpSize
                       : upper->protocol == wire::proto::kIcmpv6 ? wire::kIcmpSize
                                                                 : 1;
  if (upper->offset + least > packet.size()) return problem(icmp::kIncompleteHeaders, 0);
  return {};
}

}  // namespace lvslab::host
