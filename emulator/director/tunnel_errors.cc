// ICMP errors about tunnel packets that this director made. A router on the way to a server answers
// to the outer packet; the client, who knows nothing of a tunnel, is told anew, of its own packet,
// and the MTU it hears is what fits into the tunnel. IPv4 outside and inside, as in IPVS.

#include "emulator/director/state.hh"
#include "emulator/director/tunnel.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr uint32_t kSmallestMtu = 68;

// Bytes of the tunnel's own headers behind the outer one; nothing if this is none of its packets.
std::optional<size_t> shim_of(const ipvs::Tunnel& tunnel, const wire::IpEdit& outer) {
  const auto payload = outer.payload();
  switch (tunnel.type) {
    case ipvs::TunnelType::ipip:
      if (outer.protocol() != wire::proto::kIpip) return {};
      return 0;
    case ipvs::TunnelType::gue:
      if (outer.protocol() != wire::proto::kUdp || payload.size() < kTunnelUdpSize + kGueSize ||
          load_be16(&payload[2]) != tunnel.port)
        return {};
      // The GUE header says its own length, in words beyond the first.
      return kTunnelUdpSize + kGueSize + (payload[kTunnelUdpSize] & 0x1fU) * 4;
    case ipvs::TunnelType::gre:
      if (outer.protocol() != wire::proto::kGre || payload.size() < kGreSize) return {};
      return kGreSize + (payload[0] & 0x80 ? kGreChecksumSize : 0);
  }
  return {};
}

}  // namespace

bool Director::State::error_about_tunnel(const Context& context, const wire::IcmpEdit& error) {
  const auto outer = wire::IpEdit::over_quoted(error.body());
  if (!context.ip.is_v4() || !outer || !outer->is_v4() || outer->is_later_fragment()) return false;
  const RealServer* end = services.tunnel_to(outer->destination());
  const auto shim = end ? shim_of(end->rule.tunnel, *outer) : std::nullopt;
  if (!shim) return outer->protocol() == wire::proto::kIpip;
  if (outer->payload().size() < *shim) return true;
  const auto quoted = Quotation::in(outer->payload().subspan(*shim));
  if (!quoted || !quoted->ip.is_v4()) return true;
  Connection* connection =
      connections.find_request(quoted->protocol->number(), quoted->source, quoted->destination);
  if (!connection) return true;
  if (context.note) context.note->icmp_error = true;
  describe_connection(context.note, *connection);
  if (!wire::checksum_ok(context.ip.payload())) {
    refuse(context.verdict, DropReason::bad_icmp_checksum);
    return true;
  }
  uint32_t mtu = 0;
  const uint8_t type = error.type();
  const uint8_t code = error.code();
  if (type == wire::icmp::kUnreachable && code == wire::icmp::kFragmentationNeeded) {
    mtu = error.next_hop_mtu();
    if (RealServer* server = connection->server) {
      // As in Linux, this first error still tells what was believed before it.
      const Route* route = server->route(*routes);
      mtu = route ? route->mtu : 0;
      // (It does not learn it from errors about GUE.)
      if (end->rule.tunnel.type != ipvs::TunnelType::gue)
        routes->learn_path_mtu(server->rule.real.address, error.next_hop_mtu(), context.now);
    }
    if (quoted->ip.may_fragment()) {
      refuse(context.verdict, DropReason::tunnel_error);
      return true;
    }
    if (mtu > kSmallestMtu + wire::kIpv4Size) mtu -= static_cast<uint32_t>(wire::kIpv4Size);
  }
  refuse(context.verdict, DropReason::tunnel_error);
  context.verdict.answer = {true, type, code, mtu, quoted->ip.destination()};
  context.frame.clear_offload();
  context.frame.trim_front(static_cast<size_t>(quoted->ip.data() - context.frame.data()));
  // The kernel counts what the error to the client quotes as going out; the error itself counts
  // when the host sends it.
  if (connection->server) connection->server->count_out(context.frame.size());
  return true;
}

}  // namespace lvslab::director
