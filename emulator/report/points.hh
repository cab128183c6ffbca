#pragma once
// A run as a list of test points, the form that JUnit and TAP share: one for each check, and one
// more where the run as a whole has something to say (wrong file, can't run here, died, frames
// lost).

#include <string>
#include <vector>

#include "emulator/report/result.hh"

namespace lvslab::report {

enum class PointKind : uint8_t {
  passed,
  failed,  // a check
  error,   // the lab itself
  skipped
};

struct Point {
  PointKind kind = PointKind::passed;
  std::string name;                  // "requests: answers {rs1: 4, rs2: 4}"
  std::string place;                 // file:line:column, or the file
  std::string message;               // one line
  std::vector<std::string> details;  // a line each
};

// At least one; a run without checks is one point that passed or not.
std::vector<Point> points_of(const RunResult& run);

}  // namespace lvslab::report
