#pragma once
// Randomness from an explicit seed: the same seed gives the same numbers on every machine and with
// every standard library (std::uniform_int_distribution promises neither).

#include <cstdint>

namespace lvslab {

// SplitMix64 (Steele, Lea, Flood 2014): one 64 bit state, passes BigCrush, cheap to split.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // A number in [0, bound); bound > 0. The bias of the multiply-shift is below 2^-32.
  uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }

  // A number in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // An independent stream, so that two consumers do not disturb each other's numbers.
  Random split() { return Random(next()); }

 private:
  __extension__ using Wide = unsigned __int128;
  uint64_t state_;
};

}  // namespace lvslab
