#include "emulator/director/tunnel.hh"

namespace lvslab::director {

namespace {

using ipvs::TunnelChecksum;
using ipvs::TunnelType;

constexpr uint8_t kVersionAndLength = 0x45;
constexpr uint32_t kDontFragment = 0x4000;
constexpr uint16_t kGreChecksumPresent = 0x8000;

// RFC 3168, 9.1.1, full functionality: a mark "congestion experienced" does not go to the outside.
uint8_t outer_tos(uint8_t tos) {
  constexpr uint8_t kEcn = 3;
  constexpr uint8_t kCongestion = 3;
  constexpr uint8_t kCapable = 2;
  return (tos & kEcn) == kCongestion ? static_cast<uint8_t>((tos & ~kEcn) | kCapable) : tos;
}

uint8_t tos_of(const wire::IpEdit& ip) {
  return ip.is_v4() ? ip.data()[1] : ip.v6().traffic_class();
}

// What an IP header or GUE calls the packet inside.
uint8_t protocol_of_inner(const wire::IpEdit& inner) {
  return inner.is_v4() ? wire::proto::kIpip : wire::proto::kIpv6;
}

uint8_t outer_protocol(const ipvs::Tunnel& tunnel, const wire::IpEdit& inner) {
  switch (tunnel.type) {
    case TunnelType::ipip:
      return protocol_of_inner(inner);
    case TunnelType::gue:
      return wire::proto::kUdp;
    case TunnelType::gre:
      return wire::proto::kGre;
  }
  return 0;
}

size_t shim_size(const ipvs::Tunnel& tunnel) {
  switch (tunnel.type) {
    case TunnelType::ipip:
      return 0;
    case TunnelType::gue:
      return kTunnelUdpSize + kGueSize;
    case TunnelType::gre:
      return kGreSize + (tunnel.checksum == TunnelChecksum::none ? 0 : kGreChecksumSize);
  }
  return 0;
}

// RFC 2784, 2.
void put_gre(wire::Frame& packet, const ipvs::Tunnel& tunnel, bool inner_v4) {
  constexpr uint16_t kIpv4Type = 0x0800;
  constexpr uint16_t kIpv6Type = 0x86dd;
  const bool sum = tunnel.checksum != TunnelChecksum::none;
  uint8_t* at = packet.prepend(shim_size(tunnel));
  store_be16(at, sum ? kGreChecksumPresent : 0);
  store_be16(at + 2, inner_v4 ? kIpv4Type : kIpv6Type);
  if (!sum) return;
  store_be32(at + 4, 0);
  store_be16(at + 4, wire::checksum_finish(wire::checksum_sum(packet.bytes())));
}

// Version 0, no options: header length in words of four bytes behind the first, then the protocol.
void put_gue(wire::Frame& packet, const TunnelHeader& header, uint8_t inner_protocol) {
  uint8_t* at = packet.prepend(kTunnelUdpSize + kGueSize);
  const auto length = static_cast<uint16_t>(packet.size());
  store_be16(at, header.flow_port);
  store_be16(at + 2, header.tunnel.port);
  store_be16(at + 4, length);
  store_be16(at + 6, 0);
  store_be32(at + 8, 0);
  at[9] = inner_protocol;
  // Without -tun-csum there is none, not even over IPv6. Remote checksum offload of a packet whose
  // checksum is complete adds nothing.
  if (header.tunnel.checksum == TunnelChecksum::none) return;
  const uint16_t sum = wire::checksum_finish(wire::checksum_sum(
      packet.bytes(),
      wire::pseudo_header_sum(header.source, header.destination, wire::proto::kUdp, length)));
  store_be16(at + 6, sum == 0 ? 0xffff : sum);
}

struct Outer {
  uint8_t protocol, tos, hops;
  bool dont_fragment;
};

// The checksum is that of the values: reading the header back would wait for its bytes.
void put_v4(wire::Frame& packet, const TunnelHeader& header, const Outer& outer) {
  uint8_t* at = packet.prepend(wire::kIpv4Size);
  const uint32_t first =
      uint32_t{kVersionAndLength} << 24 | uint32_t{outer.tos} << 16 | (packet.size() & 0xffffU);
  const uint32_t second = outer.dont_fragment ? kDontFragment : uint32_t{header.id} << 16;
  const uint32_t third = uint32_t{outer.hops} << 24 | uint32_t{outer.protocol} << 16;
  const uint64_t sum = uint64_t{first} + second + third + wire::checksum_sum(header.source) +
                       wire::checksum_sum(header.destination);
  store_be32(at, first);
  store_be32(at + 4, second);
  store_be32(at + 8, third | wire::checksum_finish(sum));
  std::memcpy(at + 12, header.source.bytes().data(), 4);
  std::memcpy(at + 16, header.destination.bytes().data(), 4);
}

void put_v6(wire::Frame& packet, const TunnelHeader& header, const Outer& outer) {
  const auto payload = static_cast<uint16_t>(packet.size());
  uint8_t* at = packet.prepend(wire::kIpv6Size);
  store_be32(at, 6U << 28 | uint32_t{outer.tos} << 20);
  store_be16(at + 4, payload);
  at[6] = outer.protocol;
  at[7] = outer.hops;
  std::memcpy(at + 8, header.source.bytes().data(), 16);
  std::memcpy(at + 24, header.destination.bytes().data(), 16);
}

}  // namespace

size_t overhead_of(const ipvs::Tunnel& tunnel, wire::Family outer) {
  return (outer == wire::Family::v4 ? wire::kIpv4Size : wire::kIpv6Size) + shim_size(tunnel);
}

void encapsulate(wire::Frame& packet, const wire::IpEdit& inner, const TunnelHeader& header) {
  const bool v4 = inner.is_v4();
  const Outer outer{outer_protocol(header.tunnel, inner), outer_tos(tos_of(inner)), inner.hops(),
                    header.copy_dont_fragment && v4 && !inner.may_fragment()};
  if (header.tunnel.type == TunnelType::gre) put_gre(packet, header.tunnel, v4);
  if (header.tunnel.type == TunnelType::gue) put_gue(packet, header, protocol_of_inner(inner));
  header.destination.is_v4() ? put_v4(packet, header, outer) : put_v6(packet, header, outer);
}

}  // namespace lvslab::director
