#pragma once
// What cases reached, so that holes in the generator show: connections by scheduler, method and
// protocol, and the state transitions of each protocol. Told by our director.

#include <cstdint>
#include <map>
#include <string>

#include "emulator/conform/timing.hh"

namespace lvslab::conform {

struct Coverage {
  std::map<std::string, uint64_t> connections;  // "rr masquerade TCP", "- ..." for a service gone
  std::map<std::string, uint64_t> transitions;  // "TCP SYN_RECV > ESTABLISHED"
  std::map<std::string, uint64_t> outputs;      // "frames: 0", "frames: 1": of one that came in
};

struct Covered {
  Answers answers;
  Timing timing;
};
// Our side's play of the case, adding to `coverage`.
Covered play_and_cover(const Case& played, Coverage& coverage);

}  // namespace lvslab::conform
