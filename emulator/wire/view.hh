#pragma once
// What all header views share. A view is made by `over(bytes)`, which checks once that the header
// is whole and says what its kind needs; after that its accessors cannot fail. A view over const
// bytes reads; a view over mutable bytes also has the setters.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include "emulator/base/bytes.hh"
#include "emulator/wire/address.hh"

namespace lvslab::wire {

template <class Byte>
concept PacketByte = std::is_same_v<std::remove_const_t<Byte>, uint8_t>;

template <PacketByte Byte>
class View {
 public:
  Byte* data() const { return at_; }

 protected:
  explicit View(Byte* at) : at_(at) {}
  uint8_t u8(size_t offset) const { return at_[offset]; }
  uint16_t u16(size_t offset) const { return load_be16(at_ + offset); }
  uint32_t u32(size_t offset) const { return load_be32(at_ + offset); }
  void put8(size_t offset, uint8_t v) const { at_[offset] = v; }
  void put16(size_t offset, uint16_t v) const { store_be16(at_ + offset, v); }
  void put32(size_t offset, uint32_t v) const { store_be32(at_ + offset, v); }

  Byte* at_;
};

// IANA protocol numbers that the project knows by name.
namespace proto {
inline constexpr uint8_t kIcmp = 1;
inline constexpr uint8_t kIgmp = 2;
inline constexpr uint8_t kIpip = 4;
inline constexpr uint8_t kTcp = 6;
inline constexpr uint8_t kUdp = 17;
inline constexpr uint8_t kIpv6 = 41;
inline constexpr uint8_t kGre = 47;
inline constexpr uint8_t kEsp = 50;
inline constexpr uint8_t kAh = 51;
inline constexpr uint8_t kIcmpv6 = 58;
inline constexpr uint8_t kSctp = 132;
}  // namespace proto

}  // namespace lvslab::wire
