#pragma once
// What may befall a lab's wires in a story.

#include "emulator/base/random.hh"
#include "emulator/topology/model.hh"

namespace lvslab::fuzz {

// A wire of any host becomes slow, lossy or otherwise imperfect in both directions, is cut off, or
// is again as the file has it.
topology::SetWires some_wires(const topology::Topology& topology, Random& random);

}  // namespace lvslab::fuzz
