#pragma once
// Changes a storm by what it is made of: records come, go, move and change, whole conversations are
// put in, two storms are crossed; raw frames leave with right lengths and checksums but for one in
// eight. For libFuzzer's custom mutator; AFL++ does with its own on the same bytes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "emulator/base/bytes.hh"

namespace lvslab::fuzz {

// Changes size bytes in place, to at most as many as there is room for; returns how many they are
// now. LLVMFuzzerMutate.
using MutateBytes = std::function<size_t(uint8_t* data, size_t size, size_t room)>;

// The seed decides alone. At most `most` bytes come back.
std::vector<uint8_t> mutate_storm(Bytes storm, size_t most, uint32_t seed,
                                  const MutateBytes& mutate);
std::vector<uint8_t> cross_storms(Bytes one, Bytes other, size_t most, uint32_t seed);

// Lengths and checksums of an Ethernet frame's IP packet and what it carries, put right as far as
// its bytes reach.
void mend_frame(MutableBytes frame);

}  // namespace lvslab::fuzz
