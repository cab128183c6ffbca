#include <algorithm>

#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/ipv6_extension.hh"
#include "emulator/wire/transport.hh"
#include "tests/fuzz/director/mutate.hh"

namespace lvslab::fuzz {

namespace {

constexpr uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58;

// Where a checksum stands in a segment, and whether it covers a pseudo header.
struct Place {
  size_t at = 0;
  size_t least = 0;
  bool pseudo = true;
};

Place place_of(uint8_t protocol) {
  if (protocol == kTcp) return {16, wire::kTcpSize, true};
  if (protocol == kUdp) return {6, wire::kUdpSize, true};
  if (protocol == kIcmpv6) return {2, wire::kIcmpSize, true};
  if (protocol == kIcmp) return {2, wire::kIcmpSize, false};
  return {};
}

void mend_segment(MutableBytes segment, uint8_t protocol, const wire::IpAddress& from,
                  const wire::IpAddress& to) {
  const Place place = place_of(protocol);
  if (place.least == 0 || segment.size() < place.least) return;
  if (protocol == kUdp) {
    store_be16(&segment[4], static_cast<uint16_t>(segment.size()));
    if (load_be16(&segment[6]) == 0 && from.is_v4()) return;  // none was computed
  }
  store_be16(&segment[place.at], 0);
  const auto length = static_cast<uint32_t>(segment.size());
  const uint64_t pseudo =
      place.pseudo ? wire::pseudo_header_sum(from, to, protocol, length) : uint64_t{0};
  const uint16_t sum = wire::checksum_finish(wire::checksum_sum(segment, pseudo));
  store_be16(&segment[place.at], protocol == kUdp && sum == 0 ? uint16_t{0xffff} : sum);
}

void mend_ipv4(MutableBytes packet) {
  if (packet.size() < wire::kIpv4Size) return;
  const size_t header = std::max<size_t>(5, packet[0] & 0x0fU) * 4;
  if (header > packet.size()) return;
  packet[0] = static_cast<uint8_t>(0x40 | header / 4);
  store_be16(&packet[2], static_cast<uint16_t>(packet.size()));
  const auto ip = wire::Ipv4Edit::over(packet);
  if (!ip) return;
  ip->fill_checksum();
  if (!ip->is_fragment())
    mend_segment(ip->payload(), ip->protocol(), ip->source(), ip->destination());
}

void mend_ipv6(MutableBytes packet) {
  if (packet.size() < wire::kIpv6Size) return;
  packet[0] = static_cast<uint8_t>(0x60 | (packet[0] & 0x0fU));
  store_be16(&packet[4], static_cast<uint16_t>(packet.size() - wire::kIpv6Size));
  const auto upper = wire::upper_layer_of(packet);
  if (!upper || upper->later_fragment || upper->offset > packet.size()) return;
  mend_segment(packet.subspan(upper->offset), upper->protocol, wire::IpAddress::v6_at(&packet[8]),
               wire::IpAddress::v6_at(&packet[24]));
}

}  // namespace

void mend_frame(MutableBytes frame) {
  constexpr size_t kLongest = 65535;
  const auto ethernet = wire::EthernetView::over(Bytes(frame));
  if (!ethernet || frame.size() > kLongest) return;
  const MutableBytes packet = frame.subspan(wire::kEthernetSize);
  if (ethernet->type() == wire::ethertype::kIpv4) mend_ipv4(packet);
  if (ethernet->type() == wire::ethertype::kIpv6) mend_ipv6(packet);
}

}  // namespace lvslab::fuzz
