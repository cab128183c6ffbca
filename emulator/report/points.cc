#include "emulator/report/points.hh"

#include "emulator/report/layout.hh"

namespace lvslab::report {

namespace {
void add_whole_run(const RunResult& run, Status outcome, std::vector<Point>& points) {
  if (outcome == Status::unavailable) {
    points.push_back({PointKind::skipped, "can run here", run.file, run.problem, {}});
  } else if (outcome == Status::unusable) {
    points.push_back({PointKind::error, "file is usable", run.file, run.problem, {}});
  } else if (!run.problem.empty()) {
    points.push_back({PointKind::error, "lab runs to its end", run.file, run.problem, {}});
  }
  if (run.lost != 0) {
    points.push_back({PointKind::error,
                      "capture is complete",
                      run.file,
                      counted(run.lost, "frame") + " lost: what was not seen proves nothing",
                      {}});
  }
}

Point point_of(const scenario::StepResult& step, const scenario::Verdict& verdict) {
  std::vector<std::string> details;
  for (const auto& detail : verdict.details) {
    for (auto& line : lines_of(detail)) details.push_back(std::move(line));
  }
  return {verdict.passed ? PointKind::passed : PointKind::failed,
          step.name + ": " + verdict.expectation, verdict.place, verdict.found, std::move(details)};
}
}  // namespace

std::vector<Point> points_of(const RunResult& run) {
  const auto outcome = outcome_of(run);
  std::vector<Point> points;
  add_whole_run(run, outcome, points);
  bool failed = !points.empty();
  for (const auto& step : run.steps) {
    for (const auto& verdict : step.verdicts) {
      points.push_back(point_of(step, verdict));
      failed = failed || !verdict.passed;
    }
  }
  if (outcome == Status::failed && !failed) {
    points.push_back({PointKind::error, "lab passes", run.file, "failed without saying why", {}});
  }
  if (points.empty()) points.push_back({PointKind::passed, "nothing to check", run.file, "", {}});
  return points;
}

}  // namespace lvslab::report
