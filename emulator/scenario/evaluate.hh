#pragma once
// A step's evidence judged: the one entry of this room. Where it stands: between the lab, which
// made the evidence, and the report, which shows the result. It reads and writes nothing else; the
// same arguments give the same result.

#include "emulator/fabric/sighting.hh"
#include "emulator/scenario/exchange.hh"
#include "emulator/scenario/verdict.hh"
#include "emulator/topology/model.hh"

namespace lvslab::scenario {

// One verdict for each expectation of the step, in its order; of an exec step first one about its
// exit status. Evidence that lost frames cannot show that something held for every frame or was
// never seen: such expectations then fail.
// Journeys are for people to read, and take a third of the time.
enum class Journeys : uint8_t { drawn, left_out };
StepResult evaluate(const topology::Topology& topology, const topology::Step& step,
                    const fabric::Evidence& evidence, const StepRecord& record,
                    Journeys journeys = Journeys::drawn);

}  // namespace lvslab::scenario
