// libFuzzer's hooks for storms. Not linked where there is no LLVMFuzzerMutate (replay, AFL++).

#include <algorithm>

#include "tests/fuzz/director/mutate.hh"

extern "C" {
size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* other,
                                 size_t other_size, uint8_t* out, size_t room, unsigned seed);
}

namespace {

size_t write(const std::vector<uint8_t>& bytes, uint8_t* out) {
  std::copy(bytes.begin(), bytes.end(), out);
  return bytes.size();
}

}  // namespace

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t room, unsigned seed) {
  // Now and then bytes alone: what no record says comes about that way.
  if (seed % 16 == 0) return LLVMFuzzerMutate(data, size, room);
  return write(lvslab::fuzz::mutate_storm({data, size}, room, seed, LLVMFuzzerMutate), data);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* other,
                                 size_t other_size, uint8_t* out, size_t room, unsigned seed) {
  return write(lvslab::fuzz::cross_storms({one, one_size}, {other, other_size}, room, seed), out);
}
