#pragma once
// The checksums of a frame: where each stands, what it covers, whether it is right.
//
// Covered: IPv4 headers, outer, inner and quoted; TCP, UDP and ICMP of either family. Not judged,
// though listed: what cannot be computed from this frame (fragments, sums left to a device) and
// quoted headers, which a router may have quoted as they were damaged.

#include <string>
#include <string_view>
#include <vector>

#include "emulator/scenario/layers.hh"

namespace lvslab::scenario {

struct Sum {
  std::string_view of;  // "ip", "outer", "quoted", "tcp", "udp", "icmp"
  size_t at = 0;        // of its two bytes, from the front of the frame
  uint16_t stored = 0;
  uint16_t wanted = 0;  // what would be right; meaningless unless judged
  bool judged = false;
  bool right = false;   // judged, and so
  bool absent = false;  // UDP over IPv4 with none (RFC 768)
  // Folded sum over all that is covered and in this frame, checksum included. An edit that updates
  // the checksum by increments (RFC 1624) leaves it as it was, right or wrong.
  uint16_t residue = 0;

  std::string to_string() const;  // "tcp checksum 0x1234, right would be 0x4321"
};

// partial: the transport checksum was left to a device.
std::vector<Sum> sums_of(const Layers& layers, bool partial);

}  // namespace lvslab::scenario
