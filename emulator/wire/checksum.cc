#include "emulator/wire/checksum.hh"

namespace lvslab::wire {

uint64_t checksum_sum(Bytes bytes, uint64_t start) {
  // Words are added in host order, eight bytes a step, and the fold is swapped once at the end:
  // one's complement addition does not mind byte order (RFC 1071, 2B).
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
  uint64_t sum = 0;
  for (; left >= 8; at += 8, left -= 8) {
    const uint64_t word = load_host64(at);
    sum += word;
    sum += sum < word;  // end-around carry
  }
  uint64_t tail = 0;
  for (; left >= 2; at += 2, left -= 2) tail += load_host16(at);
  if (left == 1) {
    const uint8_t last[2] = {*at, 0};
    tail += load_host16(last);
  }
  const uint16_t folded = checksum_fold((sum & 0xffffffffU) + (sum >> 32) + tail);
  return start + (detail::kLittle ? swap16(folded) : folded);
}

}  // namespace lvslab::wire
