#pragma once
// What the director did with its frames, written beside them in the evidence.

#include <string>
#include <vector>

#include "emulator/fabric/sighting.hh"
#include "emulator/node/handled.hh"

namespace lvslab::lab {

// Frames are found by their bytes: the n-th time that the director took in or sent certain bytes is
// the n-th sighting of them at its ports. `director` is the host's name. May be called again as
// both grow. `first`: sightings before it were of another's life (a host that was started anew).
void add_comments(const std::string& director, const std::vector<node::Handled>& handled,
                  fabric::Evidence& evidence, size_t first = 0);

}  // namespace lvslab::lab
