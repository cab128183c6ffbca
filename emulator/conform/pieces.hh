#pragma once
// IPv4 packets that were sent in fragments, put together again to be compared: a mask (masks.hh)
// sees headers of one frame, and those of a tunnelled packet may be cut in two.

#include <optional>
#include <span>
#include <vector>

#include "emulator/conform/answer.hh"

namespace lvslab::conform {

struct Gathered {
  SentFrame whole;
  std::vector<std::vector<uint8_t>> headers;  // of the pieces, but for id and checksum
  size_t pieces = 0;
};

// What the first of `frames` begins, in the order in which it would be cut; nothing if that is no
// first fragment, a header's checksum is wrong, or not all of it follows at once.
std::optional<Gathered> gather(std::span<const SentFrame> frames);

}  // namespace lvslab::conform
