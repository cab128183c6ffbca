#pragma once
// ICMPv6 (RFC 4443): the names of types and codes, and the checksum with its pseudo header. The
// message itself is read through IcmpView (transport.hh).

#include "emulator/wire/checksum.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::wire {

namespace icmpv6 {
inline constexpr uint8_t kUnreachable = 1;
inline constexpr uint8_t kTooBig = 2;
inline constexpr uint8_t kTimeExceeded = 3;
inline constexpr uint8_t kParameterProblem = 4;
inline constexpr uint8_t kEchoRequest = 128;
inline constexpr uint8_t kEchoReply = 129;
inline constexpr uint8_t kRouterSolicitation = 133;  // RFC 4861, 4, for this and the next four
inline constexpr uint8_t kRouterAdvertisement = 134;
inline constexpr uint8_t kNeighbourSolicitation = 135;
inline constexpr uint8_t kNeighbourAdvertisement = 136;
inline constexpr uint8_t kRedirect = 137;
// Codes of kUnreachable.
inline constexpr uint8_t kNoRoute = 0;
inline constexpr uint8_t kBeyondScope = 2;
inline constexpr uint8_t kAddressUnreachable = 3;
inline constexpr uint8_t kPortUnreachable = 4;
// Codes of kTimeExceeded.
inline constexpr uint8_t kHopLimit = 0;
inline constexpr uint8_t kReassemblyTime = 1;
// Codes of kParameterProblem.
inline constexpr uint8_t kHeaderField = 0;
inline constexpr uint8_t kUnknownNextHeader = 1;
inline constexpr uint8_t kUnknownOption = 2;
inline constexpr uint8_t kIncompleteHeaders = 3;  // RFC 7112, 5

// RFC 4443, 2.1: the others are informational.
inline constexpr bool is_error(uint8_t type) {
  return type < 128;
}
}  // namespace icmpv6

inline bool icmpv6_checksum_ok(const IpAddress& from, const IpAddress& to, Bytes message) {
  return checksum_ok(
      message, pseudo_header_sum(from, to, proto::kIcmpv6, static_cast<uint32_t>(message.size())));
}

// Over the message as it stands, which has kIcmpSize bytes at least.
inline void fill_icmpv6_checksum(const IpAddress& from, const IpAddress& to, MutableBytes message) {
  store_be16(message.data() + 2, 0);
  const uint64_t pseudo =
      pseudo_header_sum(from, to, proto::kIcmpv6, static_cast<uint32_t>(message.size()));
  store_be16(message.data() + 2, checksum_finish(checksum_sum(message, pseudo)));
}

}  // namespace lvslab::wire
