#pragma once
// A DR lab and runs of it, made by hand: what the renderers' golden texts are about.

#include "emulator/report/result.hh"
#include "emulator/topology/model.hh"

namespace lvslab::report::sample {

// Client, router, director and two real servers in 192.0.2.0/24 and 198.51.100.0/24.
topology::Topology dr_lab();
// As many networks and one host in each pair of neighbours, on a line.
topology::Topology chain(size_t networks);

// One step, one journey, two checks that passed.
RunResult passed();
// A check failed, with details.
RunResult failed();
RunResult unusable();
RunResult unavailable();

}  // namespace lvslab::report::sample
