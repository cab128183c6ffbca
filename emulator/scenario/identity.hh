#pragma once
// What is the same of a packet at every hop: the conversation it is of, and its own marks.

#include <compare>
#include <optional>

#include "emulator/scenario/exchange.hh"
#include "emulator/scenario/layers.hh"
#include "emulator/topology/model.hh"

namespace lvslab::scenario {

struct Conversation {
  uint8_t protocol = 0;
  wire::Endpoint client;
  friend auto operator<=>(const Conversation&, const Conversation&) = default;
};

struct Marks {
  uint16_t id = 0;
  size_t fragment_offset = 0;
  bool more_fragments = false;
  uint8_t flags = 0;            // TCP
  uint32_t sequence = 0;        // TCP; of ICMP errors the id of the quoted packet
  uint32_t acknowledgment = 0;  // TCP; of ICMP the second word
  uint16_t icmp = 0;            // type and code
  uint64_t payload = 0;         // hash
  friend auto operator<=>(const Marks&, const Marks&) = default;
};

// Of an IP packet; anything else has the marks of an empty one.
Marks marks_of(const Layers& layers);

}  // namespace lvslab::scenario
