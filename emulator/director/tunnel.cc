#include "emulator/director/tunnel.hh"

namespace lvslab::director {

namespace {

constexpr uint8_t kVersionAndLength = 0x45;
constexpr uint16_t kDontFragment = 0x4000;

// RFC 3168, 9.1.1, full functionality: a mark "congestion experienced" does not go to the outside.
uint8_t outer_tos(uint8_t tos) {
  constexpr uint8_t kEcn = 3;
  constexpr uint8_t kCongestion = 3;
  constexpr uint8_t kCapable = 2;
  return (tos & kEcn) == kCongestion ? static_cast<uint8_t>((tos & ~kEcn) | kCapable) : tos;
}

}  // namespace

void encapsulate(wire::Frame& packet, const TunnelHeader& header) {
  const auto inner = *wire::Ipv4Edit::over(packet.bytes());
  const bool dont_fragment = header.copy_dont_fragment && inner.dont_fragment();
  const uint8_t tos = outer_tos(inner.tos());
  const uint8_t ttl = inner.ttl();
  const auto length = static_cast<uint16_t>(inner.total_length() + kTunnelOverhead);

  uint8_t* at = packet.prepend(kTunnelOverhead);
  at[0] = kVersionAndLength;
  at[1] = tos;
  store_be16(at + 2, length);
  store_be16(at + 4, dont_fragment ? 0 : header.id);
  store_be16(at + 6, dont_fragment ? kDontFragment : 0);
  at[8] = ttl;
  at[9] = wire::proto::kIpip;
  store_be16(at + 10, 0);
  header.source.store(at + 12);
  header.destination.store(at + 16);
  store_be16(at + 10, wire::checksum_finish(wire::checksum_sum(Bytes(at, kTunnelOverhead))));
}

}  // namespace lvslab::director
