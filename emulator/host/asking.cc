// What programs on this host ask of others, and whose an ICMP error is.

#include "emulator/host/host.hh"
#include "emulator/host/originator.hh"
#include "emulator/host/packet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmp;
namespace icmpv6 = wire::icmpv6;
namespace proto = wire::proto;

namespace {

// As icmp_err_convert and icmpv6_err_convert name them for connect() and recv(). Nothing: the type
// ends no request.
std::optional<RequestOutcome> outcome_of(bool v6, uint8_t type, uint8_t code) {
  const bool unreachable = type == (v6 ? icmpv6::kUnreachable : icmp::kUnreachable);
  if (unreachable && code == (v6 ? icmpv6::kPortUnreachable : icmp::kPortUnreachable))
    return RequestOutcome::refused;
  const bool fatal = unreachable || type == (v6 ? icmpv6::kTimeExceeded : icmp::kTimeExceeded) ||
                     type == (v6 ? icmpv6::kParameterProblem : icmp::kParameterProblem);
  return fatal ? std::optional(RequestOutcome::unreachable) : std::nullopt;
}

struct Quoted {
  uint8_t protocol = 0;
  Conversation ends;  // local: its source
};

// Ports, or an echo request's identifier as the local one.
std::optional<Quoted> read_ends(uint8_t protocol, const wire::IpAddress& from,
                                const wire::IpAddress& to, Bytes transport) {
  if (transport.size() < 8) return {};
  const uint8_t* at = transport.data();
  if (protocol == proto::kTcp || protocol == proto::kUdp)
    return Quoted{protocol, {{to, load_be16(at + 2)}, {from, load_be16(at)}}};
  const bool echo = (protocol == proto::kIcmp && at[0] == icmp::kEchoRequest) ||
                    (protocol == proto::kIcmpv6 && at[0] == icmpv6::kEchoRequest);
  if (!echo) return {};
  return Quoted{protocol, {{to, 0}, {from, load_be16(at + 4)}}};
}

std::optional<Quoted> read_quoted(Bytes packet) {
  if (is_v6(packet)) {
    const auto ip = wire::Ipv6View::over_quoted(packet);
    const auto upper = ip ? wire::upper_layer_of(packet) : std::nullopt;
    if (!upper || upper->later_fragment || upper->offset > packet.size()) return {};
    return read_ends(upper->protocol, ip->source(), ip->destination(),
                     packet.subspan(upper->offset));
  }
  const auto ip = wire::Ipv4View::over_quoted(packet);
  if (!ip || ip->fragment_offset() != 0 || ip->header_length() > packet.size()) return {};
  return read_ends(ip->protocol(), ip->source(), ip->destination(),
                   packet.subspan(ip->header_length()));
}

}  // namespace

std::optional<WayOut> Host::way_for_request(const wire::IpAddress& to) const {
  const auto route = way_to(to);
  if (!route || routes_.is_local(to)) return {};
  return WayOut{routes_.source_for(*route, to), route->mtu};
}

template <class Question>
Requests::Id Host::ask_about(const Question& question, const wire::IpAddress& to, Time now,
                             Outbox& outbox) {
  cause_ = 0;
  options_ = {};
  const Turn turn{now, outbox};
  Originator out(*this, turn);
  return requests_.ask(question, way_for_request(to), now, out);
}

Requests::Id Host::ask(const TcpQuestion& question, Time now, Outbox& outbox) {
  return ask_about(question, question.to.address, now, outbox);
}
Requests::Id Host::ask(const UdpQuestion& question, Time now, Outbox& outbox) {
  return ask_about(question, question.to.address, now, outbox);
}
Requests::Id Host::ask(const EchoQuestion& question, Time now, Outbox& outbox) {
  return ask_about(question, question.to, now, outbox);
}

void Host::ask_more(Requests::Id id, std::string_view text, Duration timeout, Time now,
                    Outbox& outbox) {
  cause_ = 0;
  options_ = {};
  const Turn turn{now, outbox};
  Originator out(*this, turn);
  requests_.ask_more(id, text, timeout, now, out);
}

void Host::forget(Requests::Id id, Time now, Outbox& outbox) {
  cause_ = 0;
  options_ = {};
  const Turn turn{now, outbox};
  Originator out(*this, turn);
  requests_.forget(id, now, out);
}

void Host::who_has(uint32_t port, const wire::IpAddress& address, Time now, Outbox& outbox) {
  cause_ = 0;
  const InterfaceConfig& interface = config_.interfaces[port];
  wire::IpAddress own;
  for (const auto& candidate : interface.addresses)
    if (candidate.address.is_v4() && own.is_unspecified()) own = candidate.address;
  ++ledger_.made;
  send_ethernet(port, make_arp({wire::arp::kRequest, interface.mac, own, wire::Mac(), address}),
                wire::broadcast_mac(), wire::ethertype::kArp, Turn{now, outbox, port});
}

bool Host::is_datagram_of_ours(const wire::Frame& packet, Time now) {
  if (requests_.under_way() == 0) return false;
  const Segmented segment = segment_in(packet.bytes());
  const auto payload = datagram_in(packet);
  if (!payload) return false;
  const auto udp = *wire::UdpView::over(segment.bytes);
  return requests_.receive_datagram(
      {{segment.source, udp.source_port()}, {segment.destination, udp.destination_port()}},
      std::string(payload->begin(), payload->end()), now);
}

bool Host::is_echo_of_ours(Bytes packet, Time now) {
  const Segmented segment = segment_in(packet);
  const auto message = wire::IcmpView::over(segment.bytes);
  const uint8_t* at = segment.bytes.data();
  const Bytes payload = segment.bytes.subspan(wire::kIcmpSize);
  return message && requests_.receive_echo(
                        {{segment.source, 0}, {segment.destination, load_be16(at + 4)}},
                        load_be16(at + 6), std::string(payload.begin(), payload.end()), now);
}

bool Host::is_error_of_ours(bool v6, uint8_t type, uint8_t code, Bytes quoted, Time now) {
  const auto outcome = outcome_of(v6, type, code);
  const auto of = outcome ? read_quoted(quoted) : std::nullopt;
  return of && requests_.receive_error(of->protocol, of->ends, *outcome, now);
}

void Host::tell_unreachable(Bytes packet, Time now) {
  if (const auto of = read_quoted(packet))
    requests_.receive_error(of->protocol, of->ends, RequestOutcome::unreachable, now);
}

bool Host::is_too_big_of_ours(Bytes quoted, uint32_t mtu, const Turn& turn) {
  const auto of = read_quoted(quoted);
  if (!of) return false;
  Originator out(*this, turn);
  return requests_.too_big(of->protocol, of->ends, mtu, turn.now, out);
}

}  // namespace lvslab::host
