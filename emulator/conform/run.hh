#pragma once
// A whole comparison: cases made or read, both sides played, differences shrunk, everything told.

#include <functional>
#include <string>
#include <vector>

#include "emulator/conform/compare.hh"
#include "emulator/conform/coverage_table.hh"
#include "emulator/conform/generate.hh"
#include "emulator/conform/kernel_side.hh"

namespace lvslab::conform {

struct Found {
  Case played;  // shrunk if it was among those
  Mismatch mismatch;
  bool shrunk = false;
  uint64_t times = 1;  // cases that differ first in this kind
  size_t number = 0;   // of its case in the run
};

struct RunOptions {
  uint64_t seed = 1;  // of the first case; the others follow
  size_t frames = 20000;
  std::vector<Case> cases;  // given: played instead of random ones
  GenerateOptions generate;
  KernelOptions kernel;
  unsigned shrink = 8;  // differences of different kinds to make small; 0: none
  Ignored ignored;
  bool sabotage = false;  // our side is made wrong: the difference must be found
  std::function<void(const Found&)> shrunk = [](const Found&) {};  // as soon as it is
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

// What there was to reach, of random cases.
struct Reached {
  size_t cells = 0;
  std::vector<std::string> holes;
  std::vector<LeftOut> left_out;
};

struct RunResult {
  std::string place;
  uint64_t seed = 1;
  std::string features;
  size_t cases = 0, frames = 0, differing = 0;
  std::vector<std::string> differing_names;  // in the order in which they were played to the end
  std::vector<Found> found;                  // one of each kind
  std::vector<std::string> unplayed;         // cases that the kernel's side could not play, and why
  MasksUsed masks;
  Coverage coverage;
  Reached table;
  double seconds = 0;         // in all
  double kernel_seconds = 0;  // until both sides had played everything, boot included
  size_t replayed = 0;        // cases played again because they had been late
};

RunResult run(const RunOptions& options);
// Our side alone: what the cases reach.
RunResult run_dry(const RunOptions& options);

std::string to_json(const RunResult& result);
std::string to_text(const RunResult& result);
std::string to_text(const Found& found);

}  // namespace lvslab::conform
