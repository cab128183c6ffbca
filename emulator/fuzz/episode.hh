#pragma once
// One story played in a lab of its own, and what of it broke an invariant.

#include <optional>
#include <string>
#include <string_view>

#include "emulator/fabric/sighting.hh"
#include "emulator/lab/options.hh"
#include "emulator/topology/model.hh"

namespace lvslab::fuzz {

// No invariant of frames: a director remembers connections though it was left alone.
inline constexpr std::string_view kExpires = "expires";

// What is wrong, in one line; two findings are the same trouble when their names are.
struct Trouble {
  std::string name;  // an invariant's: "no-rip"; kExpires; "crash"
  std::string text;
  size_t step = 0;  // of the scenario
};

struct Played {
  std::optional<Trouble> trouble;  // the first
  uint64_t frames = 0;             // seen at ports
};

// Builds the lab of the topology, whose scenario is the story, and plays it up to its end or the
// first trouble. In memory, the lab's own time then goes on until every connection should have
// expired. `evidence`: where to leave the frames; null nowhere. Throws as labs do.
Played play(const topology::Topology& story, const lab::Options& options,
            fabric::Evidence* evidence = nullptr);

}  // namespace lvslab::fuzz
