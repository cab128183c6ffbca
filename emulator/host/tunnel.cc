#include "emulator/host/tunnel.hh"

#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

namespace {

// ECN field of a TOS (RFC 3168, 5).
constexpr uint8_t kEcn = 0x03;
constexpr uint8_t kNotEct = 0;
constexpr uint8_t kEct1 = 1;
constexpr uint8_t kEct0 = 2;
constexpr uint8_t kCe = 3;

void set_ecn(wire::Frame& packet, uint8_t ecn) {
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  wire::ChecksumDelta delta;
  const uint16_t old_word = load_be16(packet.data());
  packet.data()[1] = static_cast<uint8_t>((ip.tos() & ~kEcn) | ecn);
  delta.replace16(old_word, load_be16(packet.data()));
  ip.set_checksum(delta.apply(ip.checksum()));
}

}  // namespace

std::optional<DropReason> decapsulate(wire::Frame& packet) {
  const auto outer = *wire::Ipv4View::over(packet.bytes());
  const auto outer_ecn = static_cast<uint8_t>(outer.tos() & kEcn);
  packet.trim_front(outer.header_length());
  const auto inner = wire::Ipv4View::over(packet.bytes());
  if (!inner) return DropReason::bad_tunnel_packet;
  const auto inner_ecn = static_cast<uint8_t>(inner->tos() & kEcn);
  if (outer_ecn == kCe && inner_ecn == kNotEct) return DropReason::ecn_contradiction;
  if (outer_ecn == kCe && inner_ecn != kCe) set_ecn(packet, kCe);
  if (outer_ecn == kEct1 && inner_ecn == kEct0) set_ecn(packet, kEct1);
  return {};
}

}  // namespace lvslab::host
