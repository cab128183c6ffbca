#pragma once
// What the driver of a step saw at its own end: each request and what came of it. The frames are in
// the evidence; this is the client's word, to be held against them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/scenario/invariants.hh"
#include "emulator/wire/address.hh"

namespace lvslab::scenario {

enum class Outcome : uint8_t { answered, timeout, refused, unreachable, too_big, reset };
std::string_view name_of(Outcome outcome);

struct Exchange {
  uint8_t protocol = 0;   // IP protocol: TCP, UDP, ICMP
  wire::Endpoint client;  // as bound; for ICMP the port is the echo identifier
  wire::Endpoint target;  // the virtual end
  Outcome outcome = Outcome::timeout;
  std::string server;                       // who answered, by the identity service
  std::optional<wire::Endpoint> peer_seen;  // the client as that server saw it
  Duration took{};
};

// What an embedded host says of itself when a step is over, and should not.
struct AtHost {
  Invariant broken = Invariant::counters;
  std::string text;  // "director: 10 packets came, 9 went (in 7, ...)"
};

// All that came of one step: exchanges, and which of the lab's sightings fall within it.
struct StepRecord {
  Time began{}, ended{};
  size_t first_sighting = 0, end_sighting = 0;  // [first, end) in Evidence::sightings
  std::vector<Exchange> exchanges;
  std::optional<size_t> connections;  // await: that the director knew in the end
  std::optional<int> exit_status;     // exec
  std::string output;                 // exec: what it printed, at most 64 KiB
  std::vector<AtHost> at_hosts;
};

}  // namespace lvslab::scenario
