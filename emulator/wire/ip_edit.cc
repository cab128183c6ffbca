#include "emulator/wire/ip_edit.hh"

#include <algorithm>

#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::wire {

namespace {

// AH is looked through as well (RFC 4302), as Linux does when it asks for the upper layer.
bool is_passed(uint8_t header) {
  return is_extension_header(header) || header == proto::kAh;
}

// Bytes; AH counts words of four less two, the others words of eight less one.
size_t size_of(uint8_t header, uint8_t length) {
  return header == proto::kAh ? (size_t{length} + 2) * 4 : (size_t{length} + 1) * 8;
}

}  // namespace

std::optional<IpEdit> IpEdit::over_quoted(MutableBytes bytes, Family family, bool of_version) {
  const bool v6 = family == Family::v6;
  if (bytes.size() < (v6 ? kIpv6Size : kIpv4Size)) return {};
  if ((of_version || v6) && bytes[0] >> 4 != (v6 ? 6 : 4)) return {};
  if (v6) return over_v6(bytes, true);
  const auto ip = Ipv4Edit::at(bytes.data());
  if (of_version && ip.header_length() < kIpv4Size) return {};
  if (ip.header_length() > bytes.size()) return {};
  return IpEdit(ip, static_cast<uint32_t>(bytes.size()));
}

std::optional<IpEdit> IpEdit::over_v6(MutableBytes bytes, bool quoted) {
  const auto ip = quoted ? Ipv6Edit::at(bytes.data()) : Ipv6Edit::over(bytes);
  if (!ip) return {};
  IpEdit edit(bytes.data());
  const size_t end = quoted ? bytes.size() : kIpv6Size + ip->payload_length();
  size_t at = kIpv6Size;
  uint8_t header = ip->next_header();
  while (is_passed(header) && !edit.later_fragment_) {
    constexpr size_t kTypeAndLength = 2;
    if (at + (header == next_header::kFragment ? kFragmentHeaderSize : kTypeAndLength) > end)
      return {};
    if (header == next_header::kFragment) {
      edit.fragment_ = true;
      edit.later_fragment_ = (load_be16(&bytes[at + 2]) & ~7U) != 0;
    }
    const size_t size =
        header == next_header::kFragment ? kFragmentHeaderSize : size_of(header, bytes[at + 1]);
    header = bytes[at];
    at += size;
  }
  // A header that says to be longer than the packet leaves nothing for what comes behind it.
  edit.transport_ = static_cast<uint32_t>(std::min(at, end));
  edit.end_ = static_cast<uint32_t>(end);
  edit.protocol_ = header;
  return edit;
}

}  // namespace lvslab::wire
