#include "emulator/wire/address.hh"

#include <arpa/inet.h>

#include <charconv>

namespace lvslab::wire {

namespace {

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return {};
  return value;
}

}  // namespace

const Mac& broadcast_mac() {
  static const Mac mac = Mac::broadcast;
  return mac;
}

std::optional<Mac> parse_mac(std::string_view text) {
  constexpr size_t kLength = 17;
  if (text.size() != kLength) return {};
  std::array<uint8_t, 6> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char* at = text.data() + 3 * i;
    const auto [end, error] = std::from_chars(at, at + 2, bytes[i], 16);
    if (error != std::errc() || end != at + 2) return {};
    if (i + 1 < bytes.size() && at[2] != ':') return {};
  }
  return Mac(bytes.data());
}

std::string to_string(const Mac& mac) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : mac) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

IpAddress::IpAddress(const Ipv4& address) : family_(Family::v4) {
  const auto network_order = static_cast<uint32_t>(address);
  std::memcpy(bytes_.data(), &network_order, sizeof network_order);
}

IpAddress::IpAddress(const Ipv6& address) : family_(Family::v6) {
  std::memcpy(bytes_.data(), address.begin(), bytes_.size());
}

IpAddress IpAddress::v4_from(uint32_t host_order) {
  IpAddress address;
  store_be32(address.bytes_.data(), host_order);
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return {};  // inet_pton would stop there
  const std::string terminated(text);
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) return v4_at(bytes.data());
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return v6_at(bytes.data());
  return {};
}

Ipv4 IpAddress::v4() const {
  uint32_t network_order;
  std::memcpy(&network_order, bytes_.data(), sizeof network_order);
  return Ipv4(network_order);
}

Ipv6 IpAddress::v6() const {
  return Ipv6(bytes_.data());
}

bool IpAddress::is_unspecified() const {
  return bytes_ == std::array<uint8_t, 16>{};
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  static const IpAddress loopback = *parse("::1");
  return *this == loopback;
}

bool IpAddress::is_multicast() const {
  return is_v4() ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes_[0] == 169 && bytes_[1] == 254;  // RFC 3927
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;    // RFC 4291, 2.5.6
}

IpAddress IpAddress::masked(unsigned prefix) const {
  // The mask of a word's first bits, as it stands in memory.
  const auto word = [](unsigned bits) {
    const uint64_t mask = bits == 0 ? 0 : ~uint64_t{0} << (64 - std::min(bits, 64U));
    return lvslab::detail::kLittle ? swap64(mask) : mask;
  };
  return IpAddress(family_, load_host64(bytes_.data()) & word(prefix),
                   load_host64(bytes_.data() + 8) & word(prefix < 64 ? 0 : prefix - 64));
}

std::string IpAddress::to_string() const {
  if (is_v4()) {
    std::string text = std::to_string(bytes_[0]);
    for (size_t i = 1; i < 4; ++i) text += '.' + std::to_string(bytes_[i]);
    return text;
  }
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return {};
  const auto length = parse_number(text.substr(slash + 1), address->bits());
  if (!length) return {};
  return Prefix{*address, *length};
}

std::string Prefix::to_string() const {
  return address.to_string() + "/" + std::to_string(length);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  const auto port = parse_number(text.substr(colon + 1), 65535);
  if (!address || !port || address->is_v6() != bracketed) return {};
  return Endpoint{*address, static_cast<uint16_t>(*port)};
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace lvslab::wire
