#include "emulator/lab/wires.hh"

#include <algorithm>

#include "emulator/base/error.hh"

namespace lvslab::lab {

namespace {

bool is_impaired(const topology::Host& host) {
  return std::any_of(host.interfaces.begin(), host.interfaces.end(),
                     [](const auto& one) { return one.wires != topology::Wires(); });
}

}  // namespace

bool has_wires(const topology::Topology& topology) {
  return std::any_of(topology.hosts.begin(), topology.hosts.end(), is_impaired) ||
         std::any_of(topology.scenario.begin(), topology.scenario.end(), [](const auto& step) {
           return std::holds_alternative<topology::SetWires>(step.action);
         });
}

void refuse_wires() {
  throw Unavailable("this kernel's links take no impairments", "run --on sim");
}

}  // namespace lvslab::lab
