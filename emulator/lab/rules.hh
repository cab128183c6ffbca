#pragma once
// Rules of a file given to a director.

#include <string>
#include <vector>

#include "emulator/node/director_node.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

// Up to the first that it refuses: how many it took, and in `why` what it said.
size_t apply_rules(node::DirectorNode& director, const std::vector<topology::Rule>& rules, Time now,
                   std::string& why);

// Throws UsageError, with the rule's place.
[[noreturn]] void refuse_rule(const topology::Topology& topology, const std::string& director,
                              const topology::Rule& rule, const std::string& why);

}  // namespace lvslab::lab
