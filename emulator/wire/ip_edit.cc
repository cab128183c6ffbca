#include "emulator/wire/ip_edit.hh"

namespace lvslab::wire {

namespace {

// IPv6 extension headers (RFC 8200, 4.1; AH: RFC 4302).
constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kRouting = 43;
constexpr uint8_t kFragment = 44;
constexpr uint8_t kNoNextHeader = 59;
constexpr uint8_t kDestinationOptions = 60;
constexpr size_t kFragmentSize = 8;
constexpr size_t kSmallestExtension = 8;

bool is_extension(uint8_t header) {
  return header == kHopByHop || header == kRouting || header == kFragment || header == proto::kAh ||
         header == kDestinationOptions;
}

// Bytes; AH counts words of four less two, the others words of eight less one.
size_t size_of(uint8_t header, uint8_t length) {
  return header == proto::kAh ? (size_t{length} + 2) * 4 : (size_t{length} + 1) * 8;
}

}  // namespace

std::optional<IpEdit> IpEdit::over_v6(MutableBytes bytes, bool quoted) {
  const auto ip = quoted ? Ipv6Edit::over_quoted(bytes) : Ipv6Edit::over(bytes);
  if (!ip) return {};
  IpEdit edit(bytes.data());
  const size_t end = quoted ? bytes.size() : kIpv6Size + ip->payload_length();
  size_t at = kIpv6Size;
  uint8_t header = ip->next_header();
  while (is_extension(header) && header != kNoNextHeader && !edit.later_fragment_) {
    if (at + kSmallestExtension > end) return {};
    if (header == kFragment) {
      edit.fragment_ = true;
      edit.later_fragment_ = (load_be16(&bytes[at + 2]) & ~7U) != 0;
    }
    const size_t size = header == kFragment ? kFragmentSize : size_of(header, bytes[at + 1]);
    header = bytes[at];
    at += size;
  }
  if (at > end) return {};
  edit.transport_ = static_cast<uint32_t>(at);
  edit.end_ = static_cast<uint32_t>(end);
  edit.protocol_ = header;
  return edit;
}

}  // namespace lvslab::wire
