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

// For hash tables: mixes one more value in.
inline size_t mixed(size_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}
inline size_t hash_of(const wire::Endpoint& end) {
  return mixed(std::hash<wire::IpAddress>()(end.address), end.port);
}
inline size_t hash_of(const Conversation& conversation) {
  return mixed(hash_of(conversation.client), conversation.protocol);
}
inline size_t hash_of(const Marks& marks) {
  size_t hash = mixed(marks.payload, uint64_t{marks.sequence} << 32 | marks.acknowledgment);
  hash = mixed(hash, uint64_t{marks.id} << 32 | uint64_t{marks.flags} << 16 | marks.icmp);
  return mixed(hash, marks.fragment_offset << 1 | marks.more_fragments);
}
// std::unordered_map<Marks, T, Hash>
struct Hash {
  template <class T>
  size_t operator()(const T& value) const {
    return hash_of(value);
  }
};

// Of an IP packet; anything else has the marks of an empty one.
Marks marks_of(const Layers& layers);

}  // namespace lvslab::scenario
