#pragma once
// Everything that cases could reach, so that what they did not is seen: each scheduler with each
// method, protocol and change of state; each state ended by its timer. What cannot be reached is
// left out, with its reason, in one place.

#include <string>
#include <vector>

#include "emulator/conform/coverage.hh"
#include "emulator/conform/features.hh"

namespace lvslab::conform {

struct LeftOut {
  std::string what, reason;
};

class CoverageTable {
 public:
  // What random cases with these features can reach.
  explicit CoverageTable(const Features& features);

  // Named as in Coverage, ends with " > end" behind them.
  const std::vector<std::string>& cells() const { return cells_; }
  const std::vector<LeftOut>& left_out() const { return left_out_; }
  std::vector<std::string> holes(const Coverage& coverage) const;

 private:
  std::vector<std::string> cells_;
  std::vector<LeftOut> left_out_;
};

}  // namespace lvslab::conform
