#pragma once
// A capture played to a topology's director in virtual time: the contract of `lvslab replay`. One
// thread, no clock, no socket; the same topology, capture and seed give the same evidence.

#include <cstdint>

#include "emulator/fabric/sighting.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

struct Replayed {
  fabric::Evidence sent;     // by the director, with its words as comments; its ports only
  uint64_t frames = 0;       // that went in
  uint64_t other_ports = 0;  // skipped: of interfaces that are not the director's
  uint64_t own = 0;          // skipped: sent by the director when the capture was taken
  uint64_t oversized = 0;    // skipped: longer than any frame of a device
};

// The director is the embedded one whatever its engine in the file. Frames go in in order of time
// (those of one instant in order of the capture), and it ticks whenever it is due in between. The
// director's rules are there from the first frame's time on, and every host of its networks is
// known to it without ARP. Throws UsageError when the topology has no director or one that cannot
// be embedded.
Replayed replay(const topology::Topology& topology, const fabric::Evidence& capture, uint64_t seed);

}  // namespace lvslab::lab
