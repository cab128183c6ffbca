#pragma once
// Everything in which a packet that left a host differs from the one that came in: fields by name,
// and no byte forgotten.
//
// Theory of operation. Both frames are laid side by side header by header: Ethernet with Ethernet,
// the innermost IP header with the innermost, so an IPIP header that one of them has does not shift
// the rest. Bits that belong to a named field are compared as that field; checksums are held to
// follow from the rest; every other bit that differs is a stray, told with its offset.
//
//   a SYN through a DR director: fields eth.src, eth.dst, ip.ttl; no strays; the IP checksum
//   follows
//
// Not compared: padding behind the IP packet, which belongs to the link (IEEE 802.3, 3.2.7).

#include <string>
#include <vector>

#include "emulator/scenario/checksums.hh"
#include "emulator/scenario/layers.hh"
#include "emulator/scenario/verdict.hh"

namespace lvslab::scenario {

struct Difference {
  std::vector<Change> fields;          // in the order of the headers
  std::vector<std::string> strays;     // "byte 48 (tcp + 14): 0xfa -> 0xfb"
  std::vector<std::string> checksums;  // "tcp checksum 0x1234 does not follow, ..."
};

// A frame and whether its transport checksum was left to a device.
struct Side {
  const Layers& layers;
  bool partial = false;
};
Difference difference(const Side& before, const Side& after);

// Field changes alone, without the cost of the rest: what a hop table shows.
std::vector<Change> changed_fields(const Layers& before, const Layers& after);

}  // namespace lvslab::scenario
