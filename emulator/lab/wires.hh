#pragma once
// Which labs have wires that are not perfect. Labs in memory have them; live ones refuse.

#include "emulator/topology/model.hh"

namespace lvslab::lab {

// On an interface, or by a step.
bool has_wires(const topology::Topology& topology);
[[noreturn]] void refuse_wires();  // throws Unavailable

}  // namespace lvslab::lab
