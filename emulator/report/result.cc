#include "emulator/report/result.hh"

namespace lvslab::report {

size_t RunResult::checks() const {
  size_t count = 0;
  for (const auto& step : steps) count += step.verdicts.size();
  return count;
}

size_t RunResult::failed_checks() const {
  size_t count = 0;
  for (const auto& step : steps) {
    for (const auto& verdict : step.verdicts) count += verdict.passed ? 0 : 1;
  }
  return count;
}

Status outcome_of(const RunResult& run) {
  if (run.status != Status::passed) return run.status;
  const bool sound = run.failed_checks() == 0 && run.problem.empty() && run.lost == 0;
  return sound ? Status::passed : Status::failed;
}

std::string_view name_of(Status status) {
  switch (status) {
    case Status::passed:
      return "passed";
    case Status::failed:
      return "failed";
    case Status::unusable:
      return "unusable";
    case Status::unavailable:
      return "unavailable";
  }
  return "failed";
}

std::string Tally::to_string() const {
  return std::to_string(passed) + " passed, " + std::to_string(failed) + " failed, " +
         std::to_string(skipped) + " skipped";
}

Tally tally_of(const std::vector<RunResult>& runs) {
  Tally tally;
  for (const auto& run : runs) {
    const auto outcome = outcome_of(run);
    if (outcome == Status::passed) {
      ++tally.passed;
    } else if (outcome == Status::unavailable) {
      ++tally.skipped;
    } else {
      ++tally.failed;
    }
  }
  return tally;
}

int exit_code(const std::vector<RunResult>& runs) {
  const auto any = [&](Status wanted) {
    for (const auto& run : runs) {
      if (outcome_of(run) == wanted) return true;
    }
    return false;
  };
  if (any(Status::unusable)) return 2;
  if (any(Status::failed)) return 1;
  if (any(Status::unavailable)) return 3;
  return 0;
}

}  // namespace lvslab::report
