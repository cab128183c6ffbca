#include "emulator/report/phrases.hh"

#include "emulator/report/layout.hh"

namespace lvslab::report {

std::string checks_phrase(const RunResult& run) {
  const auto failed = run.failed_checks();
  if (run.checks() == 0) return "nothing checked";
  if (failed == 0) return counted(run.checks(), "check") + " passed";
  return std::to_string(failed) + " of " + counted(run.checks(), "check") + " failed";
}

std::string conditions_phrase(const RunResult& run) {
  const bool given = !run.servers.empty() && run.servers != "as in the file";
  return joined({run.place, run.director.empty() ? "" : "director " + run.director,
                 given ? "servers " + run.servers : "",
                 run.runs == 1 ? "seed " + std::to_string(run.seed)
                               : std::to_string(run.runs) + " runs, seed " +
                                     std::to_string(run.seed + 1 - run.runs) + " to " +
                                     std::to_string(run.seed)},
                ", ");
}

}  // namespace lvslab::report
