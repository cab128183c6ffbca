#pragma once
// Takes values off the front of a fuzzer's bytes. Beyond their end everything is zero, so that any
// input, however short, means something and every byte keeps its place.

#include <algorithm>
#include <cstdint>

#include "emulator/base/bytes.hh"

namespace lvslab::fuzz {

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  size_t size() const { return rest_.size(); }
  uint8_t u8() {
    if (rest_.empty()) return 0;
    const uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  uint16_t u16() {
    const unsigned low = u8();
    return static_cast<uint16_t>(low | unsigned{u8()} << 8);
  }
  uint32_t u32() {
    const uint32_t low = u16();
    return low | uint32_t{u16()} << 16;
  }
  bool flag() { return (u8() & 1) != 0; }
  // A number in [0, bound); bound in 1..256.
  unsigned below(unsigned bound) { return u8() % bound; }
  // At most n bytes.
  Bytes bytes(size_t n) {
    const Bytes taken = rest_.first(std::min(n, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  Bytes rest() { return bytes(rest_.size()); }

 private:
  Bytes rest_;
};

}  // namespace lvslab::fuzz
