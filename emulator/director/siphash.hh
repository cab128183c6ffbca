#pragma once
// SipHash-1-3 (Aumasson, Bernstein 2012; one round a word, three at the end) of one 32 bit number:
// what Linux on 64 bit calls hsiphash_1u32. mh needs its very numbers.

#include <bit>
#include <cstdint>

namespace lvslab::director {

class SipHash13 {
 public:
  constexpr SipHash13(uint64_t key0, uint64_t key1) : key0_(key0), key1_(key1) {}

  // The low half of the hash of the number's four little-endian bytes.
  constexpr uint32_t operator()(uint32_t number) const {
    uint64_t v[4] = {key0_ ^ 0x736f6d6570736575ULL, key1_ ^ 0x646f72616e646f6dULL,
                     key0_ ^ 0x6c7967656e657261ULL, key1_ ^ 0x7465646279746573ULL};
    const uint64_t last = uint64_t{4} << 56 | number;  // length in the top byte
    v[3] ^= last;
    round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; ++i) round(v);
    return static_cast<uint32_t>(v[0] ^ v[1] ^ v[2] ^ v[3]);
  }

 private:
  static constexpr void round(uint64_t (&v)[4]) {
    v[0] += v[1];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[3];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[2] = std::rotl(v[2], 32);
  }

  uint64_t key0_, key1_;
};

}  // namespace lvslab::director
