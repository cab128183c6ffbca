#pragma once
// One lab's run as a value: what crosses from the process that ran it to whoever shows it, and what
// --json writes. Renderers (text, JUnit, TAP) are functions of this and of nothing else.

#include <string>
#include <vector>

#include "emulator/scenario/verdict.hh"

namespace lvslab::report {

enum class Status { passed, failed, unusable /* wrong file: exit 2 */, unavailable /* exit 3 */ };

struct RunResult {
  std::string lab;
  std::string file;
  std::string about;
  std::string place;     // "netns"
  std::string director;  // "embedded"
  std::string servers;   // "as in the file", "kernel", "embedded"
  uint64_t seed = 0;
  Status status = Status::passed;
  std::string problem;   // unusable, unavailable, or the lab could not be built or died
  std::string drawing;   // of the lab, plain text
  std::vector<scenario::StepResult> steps;
  std::vector<std::string> warnings;
  uint64_t frames = 0;   // captured
  uint64_t lost = 0;     // not captured: then nothing passed
  double up_seconds = 0, scenario_seconds = 0, down_seconds = 0;

  size_t checks() const;
  size_t failed_checks() const;
};

}  // namespace lvslab::report
