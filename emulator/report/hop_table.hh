#pragma once
// Journeys of packets as tables: a row for each host that a packet passed, below it only the fields
// that this host changed. Expects clean text (safe_copy); colours by its painter.

#include <ostream>
#include <vector>

#include "emulator/report/paint.hh"
#include "emulator/scenario/verdict.hh"

namespace lvslab::report {

// Writes the journeys with one set of column widths, indented, at most `width` columns; in narrow
// terminals what a host did still gets 24 columns.
void print_journeys(std::ostream& out, const std::vector<scenario::Journey>& journeys,
                    const Painter& paint, size_t width);

}  // namespace lvslab::report
