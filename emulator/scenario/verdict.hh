#pragma once
// What a check concluded, with all that a reader needs to believe it or to find the fault.

#include <string>
#include <vector>

namespace lvslab::scenario {

struct Verdict {
  bool passed = false;
  std::string expectation;  // as written in the file
  std::string place;        // file:line:column
  std::string found;        // one line: what was there
  std::vector<std::string>
      details;  // on failure: expected against found, near misses, frames around
};

// One row of a hop table: what one host did to one packet. Adjacent sightings of a packet on both
// ends of a segment are one crossing.
struct Change {
  std::string field;      // "eth.dst"
  std::string old_value;  // "" : added
  std::string new_value;  // "" : removed
};
struct Hop {
  std::string host;    // "director"
  std::string in;      // interface it came in by; "" where the packet begins
  std::string out;     // interface it left by; "" where it ends
  double at = 0;       // seconds since the lab came up
  std::string did;     // "made the packet", "routed", "PREROUTING > INPUT 192.168.1.219:80 rr >
                       // POSTROUTING, route to rs1"
  std::string packet;  // one-line description as it left (or arrived, at its end)
  std::vector<Change> changes;
};
struct Journey {
  std::string title;        // "request: SYN of 192.168.43.69:49152"
  std::string disposition;  // "delivered to rs1", "dropped by director: ..." , "lost after router"
  std::vector<Hop> hops;
};

struct StepResult {
  std::string name;
  std::string action;  // "8 requests over TCP from client to 192.168.1.219:80"
  std::vector<Verdict> verdicts;
  std::vector<Journey> journeys;  // one packet of each kind worth showing
};

}  // namespace lvslab::scenario
