#pragma once
// A story that shows a trouble made small: delta debugging (Zeller and Hildebrandt, 2002) over its
// steps, then over the frames and requests of each.

#include <functional>

#include "emulator/topology/model.hh"

namespace lvslab::fuzz {

// Whether a story still shows it.
using Shows = std::function<bool(const topology::Topology& story)>;

// Asks at most `most` times. The result shows it.
topology::Topology shrink(topology::Topology story, const Shows& shows, unsigned most);

}  // namespace lvslab::fuzz
