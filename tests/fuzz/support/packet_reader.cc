#include "tests/fuzz/support/packet_reader.hh"

#include <cstdio>
#include <vector>

namespace lvslab::fuzz {

namespace {

constexpr size_t kEthernet = 14;
constexpr uint8_t kIcmp = 1, kIpip = 4, kTcp = 6, kUdp = 17, kIpv6 = 41, kGre = 47, kIcmpv6 = 58,
                  kSctp = 132;
constexpr unsigned kGueVersions = 0xc0, kGueControl = 0x20, kGueWords = 0x1f;

unsigned word(Bytes bytes, size_t at) {
  return unsigned{bytes[at]} << 8 | bytes[at + 1];
}

// One's complement sum, two bytes at a time, folded.
uint32_t sum_of(Bytes bytes, uint32_t start = 0) {
  uint64_t sum = start;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += word(bytes, i);
  if (bytes.size() % 2 != 0) sum += unsigned{bytes.back()} << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint32_t>(sum);
}

Sum judged(bool good) {
  return good ? Sum::good : Sum::bad;
}

uint32_t crc32c(Bytes bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < made.size(); ++i) {
      made[i] = i;
      for (int bit = 0; bit < 8; ++bit)
        made[i] = (made[i] >> 1) ^ ((made[i] & 1) != 0 ? 0x82f63b78U : 0U);
    }
    return made;
  }();
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : bytes) crc = (crc >> 8) ^ table[(crc ^ byte) & 0xff];
  return ~crc;
}

Sum sctp_sum(Bytes segment) {
  constexpr size_t kHeader = 12, kField = 8;
  if (segment.size() < kHeader) return Sum::unknown;
  std::vector<uint8_t> copy(segment.begin(), segment.end());
  for (size_t i = 0; i < 4; ++i) copy[kField + i] = 0;
  const uint32_t right = crc32c(copy);
  uint32_t stands = 0;
  for (size_t i = 0; i < 4; ++i) stands |= uint32_t{segment[kField + i]} << (8 * i);
  return judged(right == stands);
}

Sum transport_sum(const Packet& ip, Bytes segment) {
  uint32_t pseudo = sum_of(ip.from.bytes, sum_of(ip.to.bytes));
  pseudo += ip.protocol + static_cast<uint32_t>(segment.size());
  switch (ip.protocol) {
    case kTcp:
      return segment.size() < 20 ? Sum::unknown : judged(sum_of(segment, pseudo) == 0xffff);
    case kUdp:
      if (segment.size() < 8 || word(segment, 4) != segment.size()) return Sum::unknown;
      if (word(segment, 6) == 0) return ip.v6 ? Sum::unknown : Sum::none;
      return judged(sum_of(segment, pseudo) == 0xffff);
    case kIcmp:
      return segment.size() < 8 || ip.v6 ? Sum::unknown : judged(sum_of(segment) == 0xffff);
    case kIcmpv6:
      return segment.size() < 8 || !ip.v6 ? Sum::unknown
                                          : judged(sum_of(segment, pseudo) == 0xffff);
    case kSctp:
      return sctp_sum(segment);
    default:
      return Sum::none;
  }
}

void read_ports(Packet& ip, Bytes segment) {
  if ((ip.protocol != kTcp && ip.protocol != kUdp && ip.protocol != kSctp) || segment.size() < 4)
    return;
  ip.has_ports = true;
  ip.from_port = static_cast<uint16_t>(word(segment, 0));
  ip.to_port = static_cast<uint16_t>(word(segment, 2));
  if (ip.protocol == kTcp && segment.size() >= 14) ip.tcp_flags = segment[13];
}

const char* read_ipv4(Packet& ip, Bytes bytes, bool cut_off) {
  if (bytes.size() < 20) return "cut off in its IPv4 header";
  const size_t header = (bytes[0] & 0x0fU) * 4U;
  ip.header = header;
  ip.length = word(bytes, 2);
  if (header < 20 || header > bytes.size()) return "IPv4 header length";
  if (ip.length < header || (!cut_off && ip.length > bytes.size())) return "IPv4 total length";
  const unsigned fragment = word(bytes, 6);
  ip.fragment = (fragment & 0x3fffU) != 0;
  ip.dont_fragment = (fragment & 0x4000U) != 0;
  ip.plain = header == 20 && !ip.fragment;
  ip.tos = bytes[1];
  ip.ttl = bytes[8];
  ip.protocol = bytes[9];
  std::copy_n(bytes.begin() + 12, 4, ip.from.bytes.begin());
  std::copy_n(bytes.begin() + 16, 4, ip.to.bytes.begin());
  ip.header_sum = judged(sum_of(bytes.first(header)) == 0xffff);
  return nullptr;
}

bool is_extension(uint8_t type) {
  return type == 0 || type == 43 || type == 44 || type == 60;
}

const char* read_ipv6(Packet& ip, Bytes bytes, bool cut_off) {
  if (bytes.size() < 40) return "cut off in its IPv6 header";
  ip.v6 = ip.from.v6 = ip.to.v6 = true;
  ip.length = 40 + word(bytes, 4);
  if (!cut_off && ip.length > bytes.size()) return "IPv6 payload length";
  ip.tos = static_cast<uint8_t>(word(bytes, 0) >> 4);
  ip.ttl = bytes[7];
  std::copy_n(bytes.begin() + 8, 16, ip.from.bytes.begin());
  std::copy_n(bytes.begin() + 24, 16, ip.to.bytes.begin());
  ip.protocol = bytes[6];
  ip.header = 40;
  while (is_extension(ip.protocol)) {
    if (ip.header + 8 > std::min(bytes.size(), ip.length)) return "IPv6 extension header";
    if (ip.protocol == 44 && (word(bytes, ip.header + 2) & 0xfff9U) != 0) ip.fragment = true;
    // The destination that the pseudo header means may stand in a routing header.
    const bool routed = ip.protocol == 43 && bytes[ip.header + 3] != 0;
    const size_t size = ip.protocol == 44 ? 8 : (bytes[ip.header + 1] + 1U) * 8U;
    ip.protocol = bytes[ip.header];
    ip.header += size;
    ip.plain = false;
    if (routed || ip.fragment || ip.header > std::min(bytes.size(), ip.length)) {
      ip.transport_sum = Sum::unknown;
      return nullptr;
    }
  }
  return nullptr;
}

// Where a packet inside begins in the segment, and its family; 0: nowhere.
size_t inside(const Packet& ip, Bytes segment, bool& v6) {
  switch (ip.protocol) {
    case kIpip:
    case kIpv6:
      v6 = ip.protocol == kIpv6;
      return ip.header;
    case kGre: {
      if (segment.size() < 4) return 0;
      v6 = word(segment, 2) == 0x86dd;
      if (!v6 && word(segment, 2) != 0x0800) return 0;
      return ip.header + 4 + ((segment[0] & 0x80U) != 0 ? 4U : 0U);
    }
    case kUdp: {
      if (segment.size() < 12 || ip.to_port != kGuePort) return 0;
      if ((segment[8] & (kGueVersions | kGueControl)) != 0) return 0;
      v6 = segment[9] == kIpv6;
      if (!v6 && segment[9] != kIpip) return 0;
      return ip.header + 8 + 4 + (segment[8] & kGueWords) * 4U;
    }
    default:
      return 0;
  }
}

bool is_error(const Packet& ip, Bytes segment) {
  if (segment.size() < 8) return false;
  if (ip.protocol == kIcmpv6) return segment[0] < 128;
  return ip.protocol == kIcmp && (segment[0] == 3 || segment[0] == 4 || segment[0] == 5 ||
                                  segment[0] == 11 || segment[0] == 12);
}

void read_packet(Reading& reading, Bytes frame, size_t at, bool v6) {
  if (reading.count == Reading::kMost || at >= frame.size()) return;
  const bool cut_off = reading.count >= reading.quoted;
  Packet& ip = reading.packets[reading.count];
  ip = {};
  ip.at = at;
  const Bytes bytes = frame.subspan(at);
  const char* fault = v6 ? read_ipv6(ip, bytes, cut_off) : read_ipv4(ip, bytes, cut_off);
  if (!fault && bytes[0] >> 4 != (v6 ? 6 : 4)) fault = "IP version";
  if (fault) {
    if (!cut_off) reading.fault = fault;
    return;
  }
  ++reading.count;
  const size_t end = std::min(ip.length, bytes.size());
  if (ip.header > end) return;
  const Bytes segment = bytes.subspan(ip.header, end - ip.header);
  if (!ip.fragment) read_ports(ip, segment);
  if (ip.fragment) ip.transport_sum = Sum::unknown;
  if (cut_off) return;
  if (ip.transport_sum != Sum::unknown) ip.transport_sum = transport_sum(ip, segment);
  if (ip.fragment) return;
  bool inner_v6 = false;
  if (const size_t offset = inside(ip, segment, inner_v6); offset != 0)
    return read_packet(reading, frame.first(at + end), at + offset, inner_v6);
  if (!is_error(ip, segment)) return;
  reading.quoted = reading.count;
  read_packet(reading, frame.first(at + end), at + ip.header + 8, ip.v6);
}

}  // namespace

std::string Address::text() const {
  std::array<char, 48> text{};
  if (!v6)
    std::snprintf(text.data(), text.size(), "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
  else
    for (size_t i = 0; i < 16; i += 2)
      std::snprintf(text.data() + i / 2 * 5, 6, i == 14 ? "%04x" : "%04x:", word(bytes, i));
  return text.data();
}

std::string End::text() const {
  return address.text() + " port " + std::to_string(port);
}

const char* Reading::bad_sum() const {
  for (size_t i = 0; i < std::min(count, quoted); ++i) {
    if (packets[i].header_sum == Sum::bad) return "IPv4 header checksum";
    if (packets[i].transport_sum == Sum::bad) return "transport checksum";
  }
  return nullptr;
}

bool Reading::unknown_sum() const {
  for (size_t i = 0; i < std::min(count, quoted); ++i)
    if (packets[i].transport_sum == Sum::unknown) return true;
  return fault != nullptr;
}

void read_frame(Bytes frame, Reading& into) {
  into.count = 0;
  into.quoted = Reading::kMost;
  into.fault = nullptr;
  if (frame.size() < kEthernet) return;
  const unsigned type = word(frame, 12);
  if (type == 0x0800) read_packet(into, frame, kEthernet, false);
  if (type == 0x86dd) read_packet(into, frame, kEthernet, true);
}

Reading read_frame(Bytes frame) {
  Reading reading;
  read_frame(frame, reading);
  return reading;
}

}  // namespace lvslab::fuzz
