#pragma once
// Both sides' answers to a case, event by event, byte by byte.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "emulator/conform/answer.hh"

namespace lvslab::conform {

// How often each mask (masks.hh) made two frames equal.
using MasksUsed = std::map<std::string, uint64_t>;

struct Mismatch {
  size_t event = 0;
  // "ours sends nothing, kernel 1", "ip.ttl", "listing -Ln": what shrinking must not lose.
  std::string what;
  std::vector<std::string> details;  // lines for a person
};

// What to pass over: a Mismatch::what of before, to see what is behind it.
using Ignored = std::set<std::string>;

// The first in which they differ.
std::optional<Mismatch> compare(const Case& played, const Answers& ours, const Answers& kernels,
                                const Ignored& ignored, MasksUsed& masks);

}  // namespace lvslab::conform
