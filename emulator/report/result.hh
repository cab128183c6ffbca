#pragma once
// One lab's run as a value: what crosses from the process that ran it to whoever shows it, and what
// --json writes. Renderers (text, JSON, JUnit, TAP) are functions of this and of nothing else.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/scenario/verdict.hh"

namespace lvslab::report {

enum class Status : uint8_t {
  passed,
  failed,
  unusable,    // wrong file: exit 2
  unavailable  // this machine can't: exit 3
};

struct RunResult {
  std::string lab;
  std::string file;
  std::string about;
  std::string place;     // "netns"
  std::string director;  // "embedded"
  std::string servers;   // "as in the file", "kernel", "embedded"
  // Why there and not on this kernel, where that was tried first; else "".
  std::string place_reason;
  uint64_t seed = 0;  // of the latest run
  uint64_t runs = 1;  // played so often: the others passed
  Status status = Status::passed;
  std::string problem;  // unusable, unavailable, or the lab could not be built or died
  std::string drawing;  // of the lab, plain text
  std::vector<scenario::StepResult> steps;
  std::vector<std::string> warnings;
  uint64_t frames = 0;  // captured
  uint64_t lost = 0;    // not captured: then nothing passed
  double up_seconds = 0, scenario_seconds = 0, down_seconds = 0;

  // What to call it: the lab's name, or its file's where that could not be read.
  const std::string& label() const { return lab.empty() ? file : lab; }
  size_t checks() const;
  size_t failed_checks() const;
};

// What the run amounts to, whatever its `status` claims: a run said to have passed with a failed
// check, a problem or lost frames has failed.
Status outcome_of(const RunResult& run);
std::string_view name_of(Status status);  // "passed", "failed", "unusable", "unavailable"

// How many labs, as in the last line of a summary: unusable ones count as failed, unavailable ones
// as skipped.
struct Tally {
  size_t passed = 0, failed = 0, skipped = 0;
  std::string to_string() const;  // "3 passed, 0 failed, 1 skipped"
};
Tally tally_of(const std::vector<RunResult>& runs);

// The exit code of a command that ran these: the gravest wins. 2 a wrong file, else 1 a check
// failed, else 3 something can't run here, else 0 (also for no runs at all). So 3 never hides a
// failure, and 0 means that everything ran and passed.
int exit_code(const std::vector<RunResult>& runs);

}  // namespace lvslab::report
