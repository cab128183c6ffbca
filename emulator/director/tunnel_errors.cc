// ICMP errors about tunnel packets that this director made. A router on the way to a server answers
// to the outer packet; the client, who knows nothing of a tunnel, is told anew, of its own packet,
// and the MTU it hears is what fits into the tunnel. IPv4 outside and inside, as in IPVS.

#include "emulator/director/state.hh"
#include "emulator/director/tunnel.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr uint32_t kSmallestMtu = 68;

constexpr uint8_t kGueIpip = 4;  // what stands in a GUE header for IPv4 inside

// Bytes between the outer header and the packet inside; nothing if this is none of its packets.
std::optional<size_t> gue_shim(const wire::IpEdit& outer) {
  const auto payload = outer.payload();
  const auto gue = payload.subspan(kTunnelUdpSize);
  constexpr uint8_t kLength = 0x1f;
  if ((gue[0] & ~kLength) != 0 || gue[1] != kGueIpip) return {};
  // The GUE header says its own length, in words beyond the first.
  return kTunnelUdpSize + kGueSize + (gue[0] & kLength) * 4U;
}

std::optional<size_t> gre_shim(const wire::IpEdit& outer) {
  constexpr uint16_t kChecksum = 0x8000, kIpv4 = 0x0800;
  const auto payload = outer.payload();
  const uint16_t flags = load_be16(payload.data());
  if ((flags & ~kChecksum) != 0 || load_be16(&payload[2]) != kIpv4) return {};
  return kGreSize + (flags != 0 ? kGreChecksumSize : 0);
}

}  // namespace

// Of a tunnel packet to one of the servers.
std::optional<size_t> Director::State::tunnel_shim(const wire::IpEdit& outer) const {
  const auto payload = outer.payload();
  const bool gue = outer.protocol() == wire::proto::kUdp;
  if (gue && payload.size() < kTunnelUdpSize + kGueSize) return {};
  if (outer.protocol() == wire::proto::kGre && payload.size() < kGreSize) return {};
  const uint16_t port = gue ? load_be16(&payload[2]) : uint16_t{0};
  const RealServer* end = services.tunnel_to(outer.destination(), port);
  if (!end) return {};
  switch (end->rule.tunnel.type) {
    case ipvs::TunnelType::ipip:
      return outer.protocol() == wire::proto::kIpip ? std::optional<size_t>(0) : std::nullopt;
    case ipvs::TunnelType::gue:
      return gue ? gue_shim(outer) : std::nullopt;
    case ipvs::TunnelType::gre:
      return outer.protocol() == wire::proto::kGre ? gre_shim(outer) : std::nullopt;
  }
  return {};
}

// Learns what the error says, and tells what the client is to hear of it. The kernel takes off an
// IPIP tunnel's overhead, whatever the tunnel is.
uint32_t Director::State::mtu_in_tunnel(const Connection& connection, const wire::IpEdit& outer,
                                        uint32_t told, Time now) {
  const auto own = routes->route_to(outer.source());
  if (own && own->local) routes->learn_path_mtu(outer.destination(), told, now);
  const uint32_t mtu =
      connection.server ? connection.server->mtu_told(*routes).value_or(told) : told;
  constexpr auto kOverhead = static_cast<uint32_t>(wire::kIpv4Size);
  return mtu > kSmallestMtu + kOverhead ? mtu - kOverhead : mtu;
}

// True: it is not to be taken for an error about anything but a tunnel.
bool Director::State::error_about_tunnel(const Context& context, const wire::IcmpEdit& error) {
  if (!context.ip.is_v4()) return false;
  const auto outer = wire::IpEdit::over_quoted(error.body(), wire::Family::v4);
  if (!outer) return false;
  const bool ipip = outer->protocol() == wire::proto::kIpip;
  if (!ipip && outer->protocol() != wire::proto::kUdp && outer->protocol() != wire::proto::kGre)
    return false;
  if (outer->is_later_fragment()) return true;
  const auto shim = tunnel_shim(*outer);
  if (!shim) return ipip;
  if (outer->payload().size() < *shim) return true;
  const auto inner = wire::IpEdit::over_quoted(outer->payload().subspan(*shim));
  if (!inner || !inner->is_v4()) return true;
  const auto quoted =
      Quotation::in(outer->payload().subspan(*shim), wire::Family::v4, Hook::forward);
  if (!quoted) return true;
  Connection* connection =
      connections.find_request(quoted->protocol->number(), quoted->source, quoted->destination);
  if (!connection) return true;
  if (context.note) context.note->icmp_error = true;
  describe_connection(context.note, *connection);
  if (!wire::checksum_ok(context.ip.payload())) {
    refuse(context.verdict, DropReason::bad_icmp_checksum);
    return true;
  }
  const uint8_t type = error.type();
  const uint8_t code = error.code();
  const bool too_big = type == wire::icmp::kUnreachable && code == wire::icmp::kFragmentationNeeded;
  const uint32_t mtu =
      too_big ? mtu_in_tunnel(*connection, *outer, error.next_hop_mtu(), context.now) : 0;
  refuse(context.verdict, DropReason::tunnel_error);
  if (too_big && quoted->ip.may_fragment()) return true;
  context.verdict.answer = {true, type, code, mtu, quoted->ip.destination()};
  context.frame.clear_offload();
  context.frame.trim_front(static_cast<size_t>(quoted->ip.data() - context.frame.data()));
  // The kernel counts what the error to the client quotes as going out; the error itself counts
  // when the host sends it.
  if (connection->server) connection->server->count_out(context.frame.size());
  return true;
}

}  // namespace lvslab::director
