#pragma once
// A run with every text made harmless for a terminal (unicode.hh, visible), so that the renderers
// for people need not think of it at each place.

#include "emulator/report/result.hh"

namespace lvslab::report {

// Each text on one line, except the drawing; details of several lines become several details.
RunResult safe_copy(RunResult run);

}  // namespace lvslab::report
