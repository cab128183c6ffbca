#pragma once
// Invariants: what must hold of a lab's frames through any traffic and any fault, whatever director
// the lab has. Decided from the frames at the ports of directors, servers and clients alone.
//
// Each finds only what is surely wrong. In doubt there is no finding: a connection that may have
// expired, a server that was deleted, a wrong checksum that may stem from one that came in, rules
// changed by a program. What each takes for doubt stands in its own file (invariant_*.cc).
//
// Not looked into: GUE and GRE, IPv6 extension headers (scenario/layers.hh).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/fabric/sighting.hh"
#include "emulator/topology/model.hh"

namespace lvslab::scenario {

// In the order of topology::kInvariantNames.
enum class Invariant : uint8_t {
  keeps_server,       // packets of a TCP connection go to the server it has
  no_rip,             // no client meets the real address behind masquerading
  good_checksums,     // a director makes no checksum wrong
  weight_zero,        // no new connection to a server of weight 0
  arp_silence,        // servers of DR and TUN do not tell that they have a virtual address
  answered_from_vip,  // a client is answered by the virtual end it asked, and by no other
  no_loop,            // no packet goes round through a director without end
  // At every embedded host, of StepRecord::at_hosts: frames do not show it.
  counters,  // what came in and what it made went somewhere
  bounds     // no table holds more than it may
};
std::string_view name_of(Invariant invariant);  // "keeps-server"
std::optional<Invariant> invariant_of(std::string_view name);
const std::vector<Invariant>& all_invariants();

struct Finding {
  Invariant invariant = Invariant::keeps_server;
  std::string text;     // one line
  size_t sighting = 0;  // index in Evidence::sightings of the frame that breaks it
};

// What was broken within sightings [first, end), in their order; those before are history.
// `current`: the step that these are of, an element of topology.scenario; rules given by it and by
// the steps before it count. nullptr: the whole scenario has been played.
// Evidence that lost frames may lack what would excuse a frame: the caller decides what findings
// are then worth.
std::vector<Finding> look(const topology::Topology& topology, const fabric::Evidence& evidence,
                          size_t first, size_t end, const topology::Step* current,
                          const std::vector<Invariant>& which);

}  // namespace lvslab::scenario
