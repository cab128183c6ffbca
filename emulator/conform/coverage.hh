#pragma once
// What cases reached: every change of a connection's state, by the scheduler that chose its server,
// the method and the protocol. Told by our director; coverage_table.hh knows what there is to
// reach.

#include <cstdint>
#include <map>
#include <string>

#include "emulator/conform/timing.hh"

namespace lvslab::conform {

using Counts = std::map<std::string, uint64_t>;

struct Coverage {
  // "rr masquerade TCP SYN_RECV > ESTABLISHED"; "... new > SYN_RECV" of one that is made; "- ..."
  // where no service is found. FTP's data connections have "ftp" in the scheduler's place; while
  // vs.secure_tcp is on the protocol is "secure TCP".
  Counts transitions;
  Counts ends;     // "masquerade TCP ESTABLISHED": the state in which a timer ended it
  Counts outputs;  // "frames: 0", "frames: 1": of one that came in
};

struct Covered {
  Answers answers;
  Timing timing;
};
// Our side's play of the case, adding to `coverage`.
Covered play_and_cover(const Case& played, Coverage& coverage);

}  // namespace lvslab::conform
