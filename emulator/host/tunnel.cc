#include "emulator/host/tunnel.hh"

#include "emulator/host/packet.hh"

namespace lvslab::host {

namespace {

// ECN field of a TOS (RFC 3168, 5).
constexpr uint8_t kEcn = 0x03;
constexpr uint8_t kNotEct = 0;
constexpr uint8_t kEct1 = 1;
constexpr uint8_t kEct0 = 2;
constexpr uint8_t kCe = 3;

// Traffic class of an IPv6 packet, TOS of an IPv4 one.
uint8_t tos_of(Bytes packet) {
  return is_v6(packet) ? wire::Ipv6View::over_quoted(packet)->traffic_class() : packet[1];
}

void set_ecn(wire::Frame& packet, uint8_t ecn) {
  uint8_t* at = packet.data();
  if (is_v6(packet)) {
    at[1] = static_cast<uint8_t>((at[1] & ~(kEcn << 4)) | ecn << 4);
    return;
  }
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  wire::ChecksumDelta delta;
  const uint16_t old_word = load_be16(at);
  at[1] = static_cast<uint8_t>((ip.tos() & ~kEcn) | ecn);
  delta.replace16(old_word, load_be16(at));
  ip.set_checksum(delta.apply(ip.checksum()));
}

// The inner packet is what its protocol number said, with its header whole.
bool is_packet(Bytes bytes, uint8_t protocol) {
  if (protocol == wire::proto::kIpv6) return wire::Ipv6View::over(bytes).has_value();
  return wire::Ipv4View::over(bytes).has_value();
}

}  // namespace

std::optional<DropReason> decapsulate(wire::Frame& packet) {
  const Segmented outer = segment_in(packet.bytes());
  const auto outer_ecn = static_cast<uint8_t>(tos_of(packet.bytes()) & kEcn);
  packet.trim_front(static_cast<size_t>(outer.bytes.data() - packet.data()));
  if (!is_packet(packet.bytes(), outer.protocol)) return DropReason::bad_tunnel_packet;
  const auto inner_ecn = static_cast<uint8_t>(tos_of(packet.bytes()) & kEcn);
  if (outer_ecn == kCe && inner_ecn == kNotEct) return DropReason::ecn_contradiction;
  if (outer_ecn == kCe && inner_ecn != kCe) set_ecn(packet, kCe);
  if (outer_ecn == kEct1 && inner_ecn == kEct0) set_ecn(packet, kEct1);
  return {};
}

}  // namespace lvslab::host
