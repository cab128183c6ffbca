// What is addressed to this host: whole packets, past the hook, to the protocol that takes them.

#include "emulator/host/host.hh"
#include "emulator/host/originator.hh"
#include "emulator/host/packet.hh"
#include "emulator/host/tunnel.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmp;
namespace proto = wire::proto;

namespace {
// Bytes behind the quoted header that an error has to bring to be of use (RFC 792).
constexpr size_t kQuotedLeast = 8;
}  // namespace

void Host::deliver(wire::Frame packet, const Arrival& arrival, const Turn& turn) {
  // What the hook sends on may be an IPv6 packet by now.
  Departure departure{.forwarded = true,
                      .largest_fragment = arrival.largest_fragment,
                      .may_cut = true,
                      .gathered_first = arrival.largest_fragment != 0};
  if (wire::Ipv4View::over(packet.bytes())->is_fragment()) {
    const Fragment fragment = fragment_of(*wire::Ipv4View::over(packet.bytes()), options_);
    auto whole = reassembly_.add(packet, fragment, turn.now, drops_);
    if (!whole) return;
    packet = std::move(whole->packet);
    departure.largest_fragment = whole->largest_fragment;
  }
  largest_fragment_ = departure.largest_fragment;
  // Like IPVS, hooks see what was sent to this host alone.
  if (hooks_ && !arrival.group) {
    const size_t size = packet.size();
    const bool in_pieces = departure.largest_fragment != 0;
    const bool with_df = in_pieces && wire::Ipv4View::over(packet.bytes())->dont_fragment();
    const HookResult result = hooks_->local_in(packet, turn.now);
    if (is_v6(packet)) departure.largest_fragment = 0;  // Linux forgets it in such a tunnel
    if (in_pieces && packet.size() != size) {  // a tunnel's header is in front: it is cut anew
      departure.gathered_first = false;
      departure.cut_with_df = with_df;
    }
    if (obey(result, packet, departure, turn)) return;
  }
  deliver_transport(std::move(packet), arrival, turn);
}

void Host::deliver_transport(wire::Frame packet, const Arrival& arrival, const Turn& turn) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  switch (ip.protocol()) {
    case proto::kIcmp:
      return receive_icmp(std::move(packet), turn);
    case proto::kUdp:
      return receive_udp(std::move(packet), arrival, turn);
    case proto::kTcp:
      return arrival.group ? drop(DropReason::bad_tcp) : receive_tcp(packet, turn);
    case proto::kIgmp:
      // Known, and none of this host's business: it joins no group (RFC 3376).
      return drop(DropReason::protocol_unknown);
    case proto::kIpip:
    case proto::kIpv6:
      if (config_.tunnel) return receive_tunnelled(std::move(packet), arrival, turn);
      [[fallthrough]];
    default:
      drop(DropReason::protocol_unknown);
      if (!arrival.group)
        send_error(packet, {icmp::kUnreachable, icmp::kProtocolUnreachable, 0, {}}, turn);
  }
}

void Host::receive_icmp(wire::Frame packet, const Turn& turn) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  const auto message = wire::IcmpView::over(ip.payload());
  if (!message || !wire::checksum_ok(ip.payload())) return drop(DropReason::bad_icmp);
  // net.ipv4.icmp_echo_ignore_broadcasts=1, by the IP address: the MAC may be a broadcast's.
  if (message->type() == icmp::kEchoRequest && routes_.is_local(ip.destination())) {
    const auto options =
        echo_options(packet.bytes(), options_, routes_, ip.destination(), turn.now);
    if (!options) return drop(DropReason::bad_options);
    take();
    turn_into_echo_reply(packet, next_id());
    add_options(packet, *options);
    return originate(std::move(packet), turn);
  }
  if (message->type() == icmp::kUnreachable && message->code() == icmp::kFragmentationNeeded)
    return receive_too_big(message->body(), message->next_hop_mtu(), turn);
  const bool ours =
      message->type() == icmp::kEchoReply
          ? is_echo_of_ours(packet.bytes(), turn.now)
          : is_error_of_ours(false, message->type(), message->code(), message->body(), turn.now);
  ours ? take() : drop(DropReason::icmp_ignored);
}

// RFC 1191, 6.3. As Linux, this host believes what is said of its echo replies, and of TCP
// connections that there are.
void Host::receive_too_big(Bytes quoted, uint32_t mtu, const Turn& turn) {
  const auto ip = wire::Ipv4View::over_quoted(quoted);
  const bool whole = ip && quoted.size() >= ip->header_length() + kQuotedLeast;
  if (whole && ip->protocol() == proto::kIcmp) {
    take();
    if (quoted[ip->header_length()] == icmp::kEchoReply)
      learn_path_mtu(ip->destination(), mtu, turn.now);
    return;
  }
  if (is_too_big_of_ours(quoted, std::max(mtu, PathMtus::kLeast4), turn)) {
    take();
    return learn_path_mtu(ip->destination(), mtu, turn.now);
  }
  if (!whole || ip->protocol() != proto::kTcp) return drop(DropReason::icmp_ignored);
  take();
  const uint8_t* ports = quoted.data() + ip->header_length();
  Originator out(*this, turn);
  tcp_.too_big(
      {ip->source(), load_be16(ports)}, {ip->destination(), load_be16(ports + 2)},
      static_cast<uint16_t>(std::max(mtu, PathMtus::kLeast4) - wire::kIpv4Size - wire::kTcpSize),
      turn.now, out);
}

void Host::receive_udp(wire::Frame packet, const Arrival& arrival, const Turn& turn) {
  const Segmented segment = segment_in(packet.bytes());
  // Whoever asked a broadcast, multicast or all routers' address hears from the one that faces
  // them.
  wire::IpAddress local = segment.destination;
  const auto back = routes_.lookup(segment.source, turn.scope);
  if ((!routes_.is_local(local) || routes_.is_routers(local)) && back)
    local = routes_.source_for(*back, segment.source);
  Originator out(*this, turn);
  if (is_datagram_of_ours(packet, turn.now)) return take();
  const auto outcome = segment.destination.is_multicast()
                           ? udp_.receive_group(packet, arrival.port, turn.now)
                           : UdpServices::Outcome::no_listener;
  switch (outcome == UdpServices::Outcome::no_listener ? udp_.receive(packet, local, out)
                                                       : outcome) {
    case UdpServices::Outcome::taken:
      return take();
    case UdpServices::Outcome::malformed:
      return drop(DropReason::bad_udp);
    case UdpServices::Outcome::no_listener:
      drop(DropReason::no_udp_listener);
      // What stands behind the length that UDP tells is gone by now: Linux does not quote it.
      packet.truncate(static_cast<size_t>(segment.bytes.data() - packet.data()) +
                      wire::UdpView::over(segment.bytes)->length());
      if (is_v6(packet))
        return send_error6(packet,
                           {wire::icmpv6::kUnreachable, wire::icmpv6::kPortUnreachable, 0, {}},
                           turn, arrival.group);
      if (!arrival.group)
        send_error(packet, {icmp::kUnreachable, icmp::kPortUnreachable, 0, {}}, turn);
  }
}

void Host::receive_tcp(const wire::Frame& packet, const Turn& turn) {
  const auto segment = read_segment(packet);
  if (!segment) return drop(DropReason::bad_tcp);
  const auto back = way_to(segment->from.address, turn.scope);
  const bool v6 = is_v6(packet);
  const uint32_t mtu = back ? back->mtu : v6 ? 1280 : 576;
  const size_t headers = (v6 ? wire::kIpv6Size : wire::kIpv4Size) + wire::kTcpSize;
  const auto mss = static_cast<uint16_t>(std::min(mtu, 65535U) - headers);
  Originator out(*this, turn, packet.bytes());
  if (requests_.receive(*segment, turn.now, out, drops_) ||
      tcp_.receive(*segment, mss, turn.now, out, drops_))
    take();
}

void Host::receive_tunnelled(wire::Frame packet, Arrival arrival, const Turn& turn) {
  if (++arrival.tunnels > kTunnelNesting) return drop(DropReason::bad_tunnel_packet);
  if (const auto reason = decapsulate(packet)) return drop(*reason);
  arrival.group = false;
  arrival.largest_fragment = 0;
  if (is_v6(packet)) return receive_ip6(std::move(packet), arrival, turn);
  receive_ip(std::move(packet), arrival, turn);
}

}  // namespace lvslab::host
