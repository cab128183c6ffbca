#pragma once
// What a packet of either family is to those who do not care which: its version, and the segment
// behind its headers with the ends that the checksum covers.

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::host {

inline bool is_v6(Bytes packet) {
  return !packet.empty() && packet[0] >> 4 == 6;
}
inline bool is_v6(const wire::Frame& packet) {
  return is_v6(packet.bytes());
}

inline uint16_t ethertype_of(const wire::Frame& packet) {
  return is_v6(packet) ? wire::ethertype::kIpv6 : wire::ethertype::kIpv4;
}

struct Segmented {
  wire::IpAddress source, destination;
  uint8_t protocol = 0;
  Bytes bytes;  // from the transport header on, without padding

  // Of the whole transport checksum.
  bool checksum_good(Bytes covered) const {
    return wire::checksum_ok(covered,
                             wire::pseudo_header_sum(source, destination, protocol,
                                                     static_cast<uint32_t>(covered.size())));
  }
};

// Of a packet that was checked on its way in. An IPv6 packet whose extension headers are cut short
// gives no bytes.
inline Segmented segment_in(Bytes packet) {
  if (!is_v6(packet)) {
    const auto ip = *wire::Ipv4View::over(packet);
    return {ip.source(), ip.destination(), ip.protocol(), ip.payload()};
  }
  const auto ip = *wire::Ipv6View::over(packet);
  const auto upper = wire::upper_layer_of(packet);
  if (!upper || upper->later_fragment) return {ip.source(), ip.destination(), 0, {}};
  const size_t end = wire::kIpv6Size + ip.payload_length();
  return {ip.source(), ip.destination(), upper->protocol,
          packet.first(end).subspan(std::min(upper->offset, end))};
}

}  // namespace lvslab::host
