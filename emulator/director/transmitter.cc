#include "emulator/director/transmitter.hh"

#include <algorithm>

#include "emulator/director/masquerade.hh"
#include "emulator/director/protocols.hh"
#include "emulator/director/tunnel.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr uint32_t kLargestPacket = 65535;
// What every link takes (RFC 791; RFC 8200, 5). A tunnel that takes less inside is not used.
constexpr uint32_t kSmallestOutside4 = 68;
constexpr uint32_t kSmallestOutside6 = 1280;

bool take_hop(const Sending& sending) {
  if (sending.ip.hops() <= 1) {
    sending.refuse_with(DropReason::time_exceeded, Complaint::time_exceeded);
    return false;
  }
  sending.ip.take_hop();
  return true;
}

// Without a server (another director's connection) it is plain IPIP.
const ipvs::Tunnel& tunnel_of(const Sending& sending) {
  static constexpr ipvs::Tunnel kPlain{};
  const RealServer* server = sending.connection.server;
  return server ? server->rule.tunnel : kPlain;
}

// A host on the way enters itself into IPv4 options and leaves the checksum to who sends the packet
// on: until here errors have quoted it as it came.
void settle_options(const wire::IpEdit& ip) {
  if (ip.is_v4() && ip.header_length() > wire::kIpv4Size) [[unlikely]]
    ip.v4().fill_checksum();
}

// Bytes that fit behind a tunnel's headers; 0 if it is too narrow to be used.
uint32_t inside_mtu(const Sending& sending, const Route& route) {
  const auto outer = sending.connection.real.address.family();
  const auto overhead = static_cast<uint32_t>(overhead_of(tunnel_of(sending), outer));
  const uint32_t least = outer == ipvs::Family::v4 ? kSmallestOutside4 : kSmallestOutside6;
  return route.mtu < overhead + least ? 0 : route.mtu - overhead;
}

// GUE's source port spreads flows over equal paths; the kernel hashes the inner flow into its range
// of local ports with a key of its own.
uint16_t flow_port(const Connection& connection) {
  constexpr uint32_t kFirst = 32768, kPorts = 60999 - kFirst + 1;
  return static_cast<uint16_t>(kFirst + connection.links.request.hash(0) % kPorts);
}

// The largest piece that the packet came in: reassembled ones go out in pieces again.
size_t largest_piece(const wire::Frame& packet) {
  return packet.largest_fragment() != 0 ? packet.largest_fragment() : packet.size();
}

// RFC 1191, RFC 8201. Without DF the host makes fragments; super-packets are cut to size by their
// device; ICMPv4 errors go through whatever their size.
bool fits(const Sending& sending, uint32_t mtu) {
  if (sending.packet.is_super()) return true;
  if (sending.ip.is_v4()) {
    if (sending.packet.size() <= mtu || sending.ip.may_fragment() ||
        sending.content == Content::icmp_error)
      return true;
  } else if (largest_piece(sending.packet) <= mtu) {
    return true;
  }
  sending.refuse_with(DropReason::fragmentation_needed, Complaint::too_big, mtu);
  return false;
}

}  // namespace

const Route* Transmitter::route_of(const Sending& sending) {
  const Connection& connection = sending.connection;
  if (connection.server)
    return connection.server->route(routes_, connection.method == ipvs::Method::route);
  bypass_ =
      routes_.route_to(connection.bypass ? sending.ip.destination() : connection.real.address);
  return bypass_ ? &*bypass_ : nullptr;
}

// Hop and size. False: refused.
bool Transmitter::prepare(const Sending& sending, const Route& route) const {
  if (!take_hop(sending)) return false;
  if (sending.connection.method != ipvs::Method::tunnel || sending.connection.bypass)
    return fits(sending, route.mtu);
  const uint32_t mtu = inside_mtu(sending, route);
  if (mtu == 0) {
    refuse(sending.verdict, DropReason::fragmentation_needed);
    return false;
  }
  return (sending.ip.is_v4() && !settings_.pmtu_disc) || fits(sending, mtu);
}

void Transmitter::tunnel(const Sending& sending, const Route& route) {
  const auto& far = sending.connection.real.address;
  const ipvs::Tunnel& kind = tunnel_of(sending);
  if (sending.packet.size() + overhead_of(kind, far.family()) > kLargestPacket)
    return refuse(sending.verdict, DropReason::too_large);
  const uint16_t port = kind.type == ipvs::TunnelType::gue ? flow_port(sending.connection) : 0;
  encapsulate(sending.packet, sending.ip,
              {route.source, far, kind, settings_.pmtu_disc, tunnel_id_++, port});
}

template <class P>
void Transmitter::send(const Sending& sending, const P& protocol) {
  const Connection& connection = sending.connection;
  const Route* route = route_of(sending);
  if (!route) return sending.refuse_with(DropReason::no_route, Complaint::host_unreachable);
  if (connection.bypass && route->local) [[unlikely]]
    return refuse(sending.verdict, DropReason::no_route);
  // The host's own stack serves it: no hop, and its replies are met at local_out.
  if (!route->local) [[likely]] {
    if (!prepare(sending, *route)) return;
    sending.verdict.action = Action::forward;
  }
  settle_options(sending.ip);
  if (connection.bypass) [[unlikely]] {
    sending.verdict.next_hop = sending.ip.destination();
    return;
  }
  sending.verdict.next_hop = connection.real.address;
  switch (connection.method) {
    case ipvs::Method::masquerade:
      if (sending.content == Content::segment)
        return masquerade(sending.packet, sending.ip, protocol, connection, Direction::request);
      return masquerade_error(sending.ip, connection, Direction::request);
    case ipvs::Method::tunnel:
      if (!route->local) tunnel(sending, *route);
      return;
    case ipvs::Method::route:
      sending.verdict.mtu = route->mtu;  // the next hop is all
      return;
  }
}

template void Transmitter::send(const Sending& sending, const Tcp& protocol);
template void Transmitter::send(const Sending& sending, const Udp& protocol);
template void Transmitter::send(const Sending& sending, const Sctp& protocol);
template void Transmitter::send(const Sending& sending, const Protocol& protocol);

}  // namespace lvslab::director
