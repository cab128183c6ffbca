#pragma once
// Frames that no host of good will sends, as steps ask for them. Each comes down to frames at a
// port, so that every kind of lab can send them. The same seed gives the same frames.

#include "emulator/base/random.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

// How a host reaches an address, by the file alone: its own interface there, or its gateway's.
struct Approach {
  const topology::Interface* from = nullptr;
  wire::IpAddress address;  // of that interface, of the target's family
  wire::Mac next;           // whose MAC is next
};
// Throws UsageError when the file names no way.
Approach approach_to(const topology::Topology& topology, const std::string& host,
                     const wire::IpAddress& to);

// What is left to do when trouble has become frames.
using PlainAction =
    std::variant<topology::Request, topology::Continue, topology::Ping, topology::ArpProbe,
                 topology::ApplyRules, topology::Takeover, topology::Await, topology::Exec,
                 topology::Life, topology::SendFrames, topology::SetWires, topology::Wait>;
PlainAction plain(const topology::Topology& topology, const topology::Action& action,
                  Random& random);
// One frame of junk.
std::vector<uint8_t> junk_frame(const Approach& by, const wire::Endpoint& to, Random& random);

}  // namespace lvslab::lab
