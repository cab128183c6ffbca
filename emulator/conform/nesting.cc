#include "emulator/conform/nesting.hh"

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

// What stands behind a header: its protocol, or nothing that can be followed.
struct Behind {
  size_t at = 0;
  uint8_t protocol = 0;
};

std::optional<Behind> behind_v4(Bytes frame, size_t at) {
  const auto ip = wire::Ipv4View::over_quoted(frame.subspan(at));
  if (!ip) return {};
  return Behind{at + ip->header_length(), ip->protocol()};
}

bool is_extension(uint8_t type) {
  constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60;
  return type == kHopByHop || type == kRouting || type == kFragment || type == kDestination;
}

std::optional<Behind> behind_v6(Bytes frame, size_t at) {
  constexpr uint8_t kFragment = 44;
  if (frame.size() < at + wire::kIpv6Size) return {};
  Behind behind{at + wire::kIpv6Size, frame[at + 6]};
  while (is_extension(behind.protocol)) {
    if (frame.size() < behind.at + 8) return {};
    const size_t length = behind.protocol == kFragment ? 8 : 8 + size_t{8} * frame[behind.at + 1];
    behind = {behind.at + length, frame[behind.at]};
  }
  return behind;
}

std::optional<Behind> behind(Bytes frame, size_t at, bool v6) {
  const auto found = v6 ? behind_v6(frame, at) : behind_v4(frame, at);
  if (!found || found->at > frame.size()) return {};
  return found;
}

bool is_gue(Bytes udp) {
  constexpr size_t kWithGue = wire::kUdpSize + 4;
  if (udp.size() < kWithGue) return false;
  const uint32_t gue = load_be32(&udp[wire::kUdpSize]);
  return gue == 0x00040000 || gue == 0x00290000;
}

bool is_error(uint8_t protocol, uint8_t type) {
  constexpr uint8_t kSourceQuench = 4, kFirstInformation6 = 128;
  if (protocol == wire::proto::kIcmpv6) return type < kFirstInformation6;
  return type == wire::icmp::kUnreachable || type == kSourceQuench ||
         type == wire::icmp::kRedirect || type == wire::icmp::kTimeExceeded ||
         type == wire::icmp::kParameterProblem;
}

// The header that the protocol carries, if any.
std::optional<NestedIp> carried(Bytes frame, const Behind& by) {
  constexpr uint8_t kGre = 47;
  constexpr size_t kGreSize = 4, kGreSum = 4;
  const Bytes rest = frame.subspan(by.at);
  switch (by.protocol) {
    case wire::proto::kIpip:
    case wire::proto::kIpv6:
      return NestedIp{.at = by.at};
    case wire::proto::kIcmp:
    case wire::proto::kIcmpv6:
      if (rest.size() < wire::kIcmpSize || !is_error(by.protocol, rest[0])) return {};
      return NestedIp{.at = by.at + wire::kIcmpSize, .within = OuterSum{by.at + 2, by.at}};
    case kGre:
      if (rest.size() < kGreSize + kGreSum) return {};
      if (!(rest[0] & 0x80)) return NestedIp{.at = by.at + kGreSize};
      return NestedIp{.at = by.at + kGreSize + kGreSum,
                      .within = OuterSum{by.at + kGreSize, by.at}};
    case wire::proto::kUdp:
      if (!is_gue(rest)) return {};
      return NestedIp{.at = by.at + wire::kUdpSize + 4, .within = OuterSum{by.at + 6, by.at, true}};
    default:
      return {};
  }
}

}  // namespace

std::vector<NestedIp> ip_headers_of(Bytes frame) {
  constexpr size_t kDeepest = 5;
  std::vector<NestedIp> all;
  std::optional<NestedIp> next = NestedIp{.at = wire::kEthernetSize};
  while (next && next->at < frame.size() && all.size() < kDeepest) {
    next->v6 = frame[next->at] >> 4 == 6;
    const auto after = behind(frame, next->at, next->v6);
    if (!after) break;
    next->payload = after->at;
    all.push_back(*next);
    if (after->protocol == wire::proto::kUdp && is_gue(frame.subspan(after->at)))
      all.back().gue_at = after->at;
    next = carried(frame, *after);
  }
  return all;
}

}  // namespace lvslab::conform
