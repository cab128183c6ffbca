#pragma once
// Byte order in one place. Everything that reads or writes packet bytes goes through these: memcpy
// loads and stores, never a pointer cast, so the optimiser cannot reorder around type punning.

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace lvslab {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

namespace detail {
template <class T>
T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
inline constexpr bool kLittle = std::endian::native == std::endian::little;
}  // namespace detail

inline uint16_t swap16(uint16_t v) {
  return __builtin_bswap16(v);
}
inline uint32_t swap32(uint32_t v) {
  return __builtin_bswap32(v);
}
inline uint64_t swap64(uint64_t v) {
  return __builtin_bswap64(v);
}

// Big-endian (network order) in memory, host order as a value.
inline uint16_t load_be16(const uint8_t* at) {
  const auto v = detail::load<uint16_t>(at);
  return detail::kLittle ? swap16(v) : v;
}
inline uint32_t load_be32(const uint8_t* at) {
  const auto v = detail::load<uint32_t>(at);
  return detail::kLittle ? swap32(v) : v;
}
inline uint64_t load_be64(const uint8_t* at) {
  const auto v = detail::load<uint64_t>(at);
  return detail::kLittle ? swap64(v) : v;
}
inline void store_be16(uint8_t* at, uint16_t v) {
  if (detail::kLittle) v = swap16(v);
  std::memcpy(at, &v, sizeof v);
}
inline void store_be32(uint8_t* at, uint32_t v) {
  if (detail::kLittle) v = swap32(v);
  std::memcpy(at, &v, sizeof v);
}

// Little-endian in memory: pcapng blocks, SipHash input.
inline uint16_t load_le16(const uint8_t* at) {
  const auto v = detail::load<uint16_t>(at);
  return detail::kLittle ? v : swap16(v);
}
inline uint32_t load_le32(const uint8_t* at) {
  const auto v = detail::load<uint32_t>(at);
  return detail::kLittle ? v : swap32(v);
}
inline void store_le16(uint8_t* at, uint16_t v) {
  if (!detail::kLittle) v = swap16(v);
  std::memcpy(at, &v, sizeof v);
}
inline void store_le32(uint8_t* at, uint32_t v) {
  if (!detail::kLittle) v = swap32(v);
  std::memcpy(at, &v, sizeof v);
}

// Host order in memory: sums that are folded before anyone looks at their bytes (RFC 1071, 2B).
inline uint16_t load_host16(const uint8_t* at) {
  return detail::load<uint16_t>(at);
}
inline uint64_t load_host64(const uint8_t* at) {
  return detail::load<uint64_t>(at);
}

}  // namespace lvslab
