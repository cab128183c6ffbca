#pragma once
// A host of a topology as a node of this process, wherever its ports lead to: behind TAP devices
// (EmbeddedHost) or in a simulated network (SimLab).

#include <memory>
#include <optional>
#include <string>

#include "emulator/fabric/sighting.hh"
#include "emulator/node/director_node.hh"
#include "emulator/node/node.hh"
#include "emulator/scenario/exchange.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

struct EmbeddedNode {
  std::unique_ptr<node::Node> node;
  host::Host* host = nullptr;              // within the node
  node::DirectorNode* director = nullptr;  // the node, if it is one
  // The lab's sightings before this one are none of its own: it was started anew.
  size_t first_sighting = 0;

  // An address comes and goes while the host runs.
  void add_address(const std::string& interface, const wire::Prefix& address);
  void remove_address(const std::string& interface, const wire::Prefix& address);
  // What it said of its frames, if it is a director that is traced, beside them. `name`: the
  // host's.
  void comment(const std::string& name, fabric::Evidence& evidence) const;
  // What it breaks of what always holds of it at rest. `name`: the host's.
  std::vector<scenario::AtHost> broken(const std::string& name) const;
  // Of one that the host has.
  uint32_t port_of(const std::string& interface) const;
};

// Packets whose handling a director remembers for the capture; frames beyond go uncommented.
inline constexpr size_t kMostComments = 1 << 20;

// A director, or a host with the identity services of the file. Throws UsageError for what an
// embedded host cannot be.
EmbeddedNode make_embedded(const topology::Host& host, uint64_t seed);

}  // namespace lvslab::lab
