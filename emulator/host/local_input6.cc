// IPv6 packets that are addressed to this host: whole, past the hook, through their extension
// headers, to the protocol that takes them.

#include "emulator/host/host.hh"
#include "emulator/host/originator.hh"
#include "emulator/host/packet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmpv6;
namespace next = wire::next_header;
namespace proto = wire::proto;

void Host::deliver6(wire::Frame packet, const Arrival& arrival, const Gathered& gathered,
                    const Turn& turn) {
  const Departure departure{.forwarded = true,
                            .largest_fragment = gathered.largest,
                            .may_cut = true,
                            .cuts = &gathered.cuts};
  largest_fragment_ = gathered.largest;
  // Like IPVS, hooks see what was sent to this host alone.
  if (hooks_ && !arrival.group && obey(hooks_->local_in(packet, turn.now), packet, departure, turn))
    return;
  wire::ExtensionWalk walk(packet.bytes());
  // Hop-by-hop options were looked at on the way in; elsewhere they are no header (RFC 8200, 4.3).
  if (walk.type() == next::kHopByHop) walk.step();
  while (walk.is_extension() && walk.type() != next::kHopByHop) {
    const bool again = walk.type() == next::kFragment;
    const auto fault = again ? ExtensionFault{DropReason::bad_extension_header,
                                              IcmpError{icmp::kParameterProblem,
                                                        icmp::kHeaderField,
                                                        static_cast<uint32_t>(walk.at()),
                                                        {}}}
                             : check_extension(packet.bytes(), walk);
    if (fault) return refuse6(packet, arrival, *fault, turn);
    walk.step();
  }
  deliver_transport6(std::move(packet), walk.type(), walk.named_at(), arrival, turn);
}

void Host::deliver_transport6(wire::Frame packet, uint8_t protocol, size_t named_at,
                              const Arrival& arrival, const Turn& turn) {
  switch (protocol) {
    case proto::kIcmpv6:
      return receive_icmp6(std::move(packet), arrival, turn);
    case proto::kUdp:
      return receive_udp(std::move(packet), arrival, turn);
    case proto::kTcp:
      // Whom several answer to, nobody speaks TCP with (RFC 1122, 4.2.3.10; as Linux).
      if (arrival.group || routes_.is_routers(wire::Ipv6View::at(packet.data()).destination()))
        return drop(DropReason::bad_tcp);
      return receive_tcp(packet, turn);
    case next::kNone:
      return drop(DropReason::no_next_header);
    case proto::kIpip:
    case proto::kIpv6:
      if (config_.tunnel) return receive_tunnelled(std::move(packet), arrival, turn);
      [[fallthrough]];
    default:
      refuse6(packet, arrival,
              {DropReason::protocol_unknown, IcmpError{icmp::kParameterProblem,
                                                       icmp::kUnknownNextHeader,
                                                       static_cast<uint32_t>(named_at),
                                                       {}}},
              turn);
  }
}

void Host::refuse6(const wire::Frame& packet, const Arrival& arrival, const ExtensionFault& fault,
                   const Turn& turn) {
  drop(fault.reason);
  if (fault.answer) send_error6(packet, *fault.answer, turn, arrival.group);
}

void Host::receive_icmp6(wire::Frame packet, const Arrival& arrival, const Turn& turn) {
  const Segmented segment = segment_in(packet.bytes());
  const auto message = wire::IcmpView::over(segment.bytes);
  if (!message || !segment.checksum_good(segment.bytes)) return drop(DropReason::bad_icmp);
  switch (message->type()) {
    case icmp::kEchoRequest: {
      // Asked by multicast, Linux answers too (net.ipv6.icmp.echo_ignore_multicast=0), and as one
      // of a network's routers (echo_ignore_anycast=0), by an address of its own
      // (anycast_src_echo_reply=0).
      const auto back = routes_.lookup(segment.source, turn.scope);
      if (segment.source.is_unspecified() || !back) return drop(DropReason::icmp_ignored);
      take();
      const bool shared =
          segment.destination.is_multicast() || routes_.is_routers(segment.destination);
      turn_into_echo_reply6(
          packet, shared ? routes_.source_for(*back, segment.source) : segment.destination);
      return originate(std::move(packet), turn);
    }
    case icmp::kTooBig:
      return receive_too_big6(message->body(), load_be32(segment.bytes.data() + 4), turn);
    case icmp::kNeighbourSolicitation:
    case icmp::kNeighbourAdvertisement:
      return receive_nd(packet, segment.bytes, arrival, turn);
    case icmp::kEchoReply:
      return is_echo_of_ours(packet.bytes(), turn.now) ? take() : drop(DropReason::icmp_ignored);
    default:
      return is_error_of_ours(true, message->type(), message->code(), message->body(), turn.now)
                 ? take()
                 : drop(DropReason::icmp_ignored);
  }
}

// RFC 8201, as receive_too_big() does it.
void Host::receive_too_big6(Bytes quoted, uint32_t mtu, const Turn& turn) {
  constexpr uint32_t kLeast = 1280, kMost = 65535;
  constexpr size_t kQuotedLeast = 8;  // bytes behind the headers, without which it is of no use
  const auto ip = wire::Ipv6View::over_quoted(quoted);
  const auto upper = ip ? wire::upper_layer_of(quoted) : std::nullopt;
  if (ip && is_too_big_of_ours(quoted, std::max(mtu, kLeast), turn)) {
    take();
    return learn_path_mtu(ip->destination(), mtu, turn.now);
  }
  if (!upper || upper->later_fragment || quoted.size() < upper->offset + kQuotedLeast)
    return drop(DropReason::icmp_ignored);
  if (upper->protocol != proto::kIcmpv6 && upper->protocol != proto::kTcp)
    return drop(DropReason::icmp_ignored);
  take();
  if (upper->protocol == proto::kIcmpv6) return learn_path_mtu(ip->destination(), mtu, turn.now);
  const uint8_t* ports = quoted.data() + upper->offset;
  Originator out(*this, turn);
  tcp_.too_big(
      {ip->source(), load_be16(ports)}, {ip->destination(), load_be16(ports + 2)},
      static_cast<uint16_t>(std::clamp(mtu, kLeast, kMost) - wire::kIpv6Size - wire::kTcpSize),
      turn.now, out);
}

}  // namespace lvslab::host
