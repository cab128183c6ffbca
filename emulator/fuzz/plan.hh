#pragma once
// Random steps for a lab: what its clients might do, and what might befall it. Made of the seed
// and the file alone, so that a seed names a story. Nothing here runs anything.

#include <vector>

#include "emulator/topology/model.hh"

namespace lvslab::fuzz {

// What a story may hold beside requests and frames of every kind.
struct Kinds {
  bool faults = true;  // hosts that stop and start, and minutes that pass: in memory only
  bool rules = true;   // weights changed, servers removed and added again; not for programs
};

// The topology's own scenario plays no part. Empty when nobody there could ask for anything: no
// client with a way to a virtual service.
std::vector<topology::Step> plan(const topology::Topology& topology, uint64_t seed,
                                 const Kinds& kinds);

}  // namespace lvslab::fuzz
