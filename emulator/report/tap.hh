#pragma once
// Runs as TAP version 13 (testanything.org), one stream and one plan for all labs: what prove(1)
// and Meson read. Each check is a test point "LAB: STEP: EXPECTATION"; a failed one is followed by
// a YAML block with place, finding and details. A lab that can't run here is one skipped point.

#include <ostream>
#include <vector>

#include "emulator/report/result.hh"

namespace lvslab::report {

void write_tap(std::ostream& out, const std::vector<RunResult>& runs);

}  // namespace lvslab::report
