// The wires of a lab in memory, as the file gives them and as steps change them.

#include <algorithm>

#include "emulator/lab/sim_lab.hh"

namespace lvslab::lab {

void SimLab::set_wires(const std::string& host, const std::string& interface,
                       const topology::Wires& wires) {
  const uint32_t port = port_of(host, interface);
  impair(port, fabric::Direction::sent, wires.out);
  impair(port, fabric::Direction::received, wires.in);
}

void SimLab::impair(uint32_t port, fabric::Direction direction,
                    const wire::Impairments& impairments) {
  const auto* wire = simulation_.wire(port, direction);
  if (impairments == (wire ? wire->impairments() : wire::Impairments())) return;
  simulation_.impair(port, direction, impairments);
  slowest_ = std::max(slowest_, impairments.delay + impairments.jitter);
}

void SimLab::act(const topology::SetWires& set, scenario::StepRecord&) {
  for (const auto& port : set.ports) set_wires(port.host, port.interface, port.wires);
}

void SimLab::act(const topology::Wait& wait, scenario::StepRecord&) {
  run_until([] { return false; }, simulation_.now() + wait.time);
}

}  // namespace lvslab::lab
