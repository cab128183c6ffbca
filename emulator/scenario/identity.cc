#include "emulator/scenario/identity.hh"

namespace lvslab::scenario {

namespace {

// FNV-1a, 64 bits: enough to tell the packets of one conversation apart.
uint64_t hash(Bytes bytes) {
  uint64_t value = 0xcbf29ce484222325ULL;
  for (const uint8_t byte : bytes) value = (value ^ byte) * 0x100000001b3ULL;
  return value;
}

void mark_icmp(Marks& marks, const Layers& layers) {
  const uint8_t* at = layers.frame.data() + layers.icmp->at;
  marks.icmp = load_be16(at);
  marks.acknowledgment = load_be32(at + 4);
  // Addresses, ports and sums of a quotation are translated on the way; its id is not.
  if (layers.quoted) marks.sequence = load_be16(layers.frame.data() + layers.quoted->at + 4);
}

}  // namespace

Marks marks_of(const Layers& layers) {
  Marks marks;
  if (!layers.ip) return marks;
  marks.id = layers.ip->id;
  marks.fragment_offset = layers.ip->fragment_offset;
  marks.more_fragments = layers.ip->more_fragments;
  if (layers.tcp) {
    const uint8_t* at = layers.frame.data() + layers.tcp->at;
    marks.sequence = load_be32(at + 4);
    marks.acknowledgment = load_be32(at + 8);
    marks.flags = at[13];
  }
  if (layers.icmp) mark_icmp(marks, layers);
  if (layers.payload) marks.payload = hash(layers.bytes(*layers.payload));
  return marks;
}

}  // namespace lvslab::scenario
