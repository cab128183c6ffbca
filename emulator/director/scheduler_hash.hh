#pragma once
// What dh, sh and mh make of an address.

#include "emulator/wire/address.hh"

namespace lvslab::director {

// The address as a number; an IPv6 address folded by exclusive or of its four words.
inline uint32_t folded(const wire::IpAddress& address) {
  const uint8_t* at = address.bytes().data();
  uint32_t value = 0;
  for (size_t i = 0; i < address.size(); i += 4) value ^= load_be32(at + i);
  return value;
}

// The upper `bits` of a multiplication by the golden ratio (linux/hash.h, hash_32); bits in 1..31.
inline uint32_t multiplicative_hash(uint32_t value, unsigned bits) {
  return value * 0x61C88647U >> (32 - bits);
}

}  // namespace lvslab::director
