#pragma once
// Story after story in a lab, until one breaks an invariant, time is up or enough were played; the
// one that did is made small. Each batch runs in a process of its own: a director that crashes is a
// finding too.

#include <functional>
#include <optional>
#include <string>

#include "emulator/base/time.hh"
#include "emulator/fuzz/episode.hh"
#include "emulator/fuzz/plan.hh"

namespace lvslab::fuzz {

struct HuntOptions {
  lab::Options lab;                       // where, which director, the seed of the first story
  uint64_t count = 0;                     // stories; 0: no bound
  Duration time = std::chrono::hours(1);  // of this machine's clock
  unsigned shrink = 300;                  // stories played to make one small
  // Told now and then: how many were played, how many frames were seen.
  std::function<void(uint64_t stories, uint64_t frames)> progress;
};

struct Found {
  uint64_t seed = 0;
  Trouble trouble;           // in the small story
  topology::Topology story;  // small
  size_t steps_before = 0;   // of the story as it was found
};

struct Hunt {
  uint64_t stories = 0;
  uint64_t frames = 0;  // seen at ports
  double seconds = 0;
  std::optional<Found> found;
};

// Throws Unavailable, UsageError, SystemError for a lab that cannot be built at all.
Hunt hunt(const topology::Topology& topology, const HuntOptions& options);

// The story once more, its frames into a pcapng file; what troubles it then.
std::optional<Trouble> replay_to(const topology::Topology& story, const lab::Options& options,
                                 const std::string& pcap);

}  // namespace lvslab::fuzz
