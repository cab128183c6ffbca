#pragma once
// Addresses as the whole project speaks of them: libtins' types, and IpAddress, which is either
// family and cheap enough to be a hash key on the packet path.

#include <tins/hw_address.h>
#include <tins/ip_address.h>
#include <tins/ipv6_address.h>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/base/bytes.hh"

namespace lvslab::wire {

using Mac = Tins::HWAddress<6>;
using Ipv4 = Tins::IPv4Address;
using Ipv6 = Tins::IPv6Address;

// ff:ff:ff:ff:ff:ff
const Mac& broadcast_mac();
// Reads "00:21:5a:db:68:e8"; nothing else is accepted (libtins takes prefixes and stray text).
std::optional<Mac> parse_mac(std::string_view text);
std::string to_string(const Mac& mac);

enum class Family : uint8_t { v4, v6 };

// An IPv4 or IPv6 address. Bytes are kept in network order; an IPv4 address uses the first four.
class IpAddress {
 public:
  constexpr IpAddress() = default;  // 0.0.0.0
  explicit IpAddress(const Ipv4& address);
  explicit IpAddress(const Ipv6& address);

  // 4 or 16 bytes in network order, as they stand in a header.
  static IpAddress v4_at(const uint8_t* at) {
    return IpAddress(Family::v4,
                     lvslab::detail::kLittle ? load_le32(at) : uint64_t{load_be32(at)} << 32, 0);
  }
  static IpAddress v6_at(const uint8_t* at) {
    return IpAddress(Family::v6, load_host64(at), load_host64(at + 8));
  }
  static IpAddress v4_from(uint32_t host_order);
  // "10.0.0.1" or "fd00::1"; no brackets, no prefix, no port.
  static std::optional<IpAddress> parse(std::string_view text);

  Family family() const { return family_; }
  bool is_v4() const { return family_ == Family::v4; }
  bool is_v6() const { return family_ == Family::v6; }
  size_t size() const { return is_v4() ? 4 : 16; }
  unsigned bits() const { return is_v4() ? 32 : 128; }
  Bytes bytes() const { return Bytes(bytes_.data(), size()); }
  void store(uint8_t* at) const { std::memcpy(at, bytes_.data(), size()); }

  uint32_t v4_value() const { return load_be32(bytes_.data()); }  // host order; IPv4 only
  Ipv4 v4() const;                                                // IPv4 only
  Ipv6 v6() const;                                                // IPv6 only

  bool is_unspecified() const;
  bool is_loopback() const;
  bool is_multicast() const;
  bool is_link_local() const;

  // The address with all but its first `prefix` bits cleared; prefix in [0, bits()].
  IpAddress masked(unsigned prefix) const;

  std::string to_string() const;  // RFC 5952 for IPv6

  // Unused bytes of an IPv4 address are 0, so all sixteen are compared: two words, no loop.
  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    const uint8_t* at = a.bytes_.data();
    const uint8_t* bt = b.bytes_.data();
    return a.family_ == b.family_ &&
           ((load_host64(at) ^ load_host64(bt)) | (load_host64(at + 8) ^ load_host64(bt + 8))) == 0;
  }
  // IPv4 before IPv6, then by value.
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    if (const auto order = a.family_ <=> b.family_; order != 0) return order;
    return a.bytes_ <=> b.bytes_;
  }

 private:
  friend struct std::hash<IpAddress>;
  // Both words are written whole: whoever compares or hashes the address next reads it so, and a
  // read that spans smaller writes would have to wait for them.
  IpAddress(Family family, uint64_t first, uint64_t second) : family_(family) {
    std::memcpy(bytes_.data(), &first, sizeof first);
    std::memcpy(bytes_.data() + sizeof first, &second, sizeof second);
  }

  std::array<uint8_t, 16> bytes_{};
  Family family_ = Family::v4;
};

// An address with its prefix length: "192.168.1.218/24". The address keeps its host bits.
struct Prefix {
  IpAddress address;
  unsigned length = 0;

  // Requires "/length"; a length beyond the family's bits is refused.
  static std::optional<Prefix> parse(std::string_view text);
  IpAddress network() const { return address.masked(length); }
  bool contains(const IpAddress& other) const {
    if (other.family() != address.family()) return false;
    const uint8_t* a = address.bytes().data();
    const uint8_t* b = other.bytes().data();
    if (address.is_v4()) return length == 0 || (load_be32(a) ^ load_be32(b)) >> (32 - length) == 0;
    const uint64_t high = load_be64(a) ^ load_be64(b);
    if (length <= 64) return length == 0 || high >> (64 - length) == 0;
    return high == 0 && (load_be64(a + 8) ^ load_be64(b + 8)) >> (128 - length) == 0;
  }
  std::string to_string() const;
  friend bool operator==(const Prefix&, const Prefix&) = default;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

// IP address and port: "10.0.0.1:80", "[fd00::1]:80".
struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  static std::optional<Endpoint> parse(std::string_view text);
  std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace lvslab::wire

template <>
struct std::hash<lvslab::wire::IpAddress> {
  // Mixes with the constants of SplitMix64: every input bit reaches the low ones.
  size_t operator()(const lvslab::wire::IpAddress& address) const noexcept {
    const uint8_t* at = address.bytes_.data();
    uint64_t mixed =
        lvslab::load_host64(at) ^ (lvslab::load_host64(at + 8) * 0x9e3779b97f4a7c15ULL);
    mixed ^= mixed >> 29;
    mixed *= 0xbf58476d1ce4e5b9ULL;
    return static_cast<size_t>(mixed ^ (mixed >> 32));
  }
};
