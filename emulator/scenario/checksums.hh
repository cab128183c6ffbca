#pragma once
// The checksums of a frame: where each stands, what it covers, whether it is right.
//
// Covered: IPv4 headers, outer, inner and quoted; TCP, UDP and ICMP of either family. Not judged,
// though listed: what cannot be computed from this frame (fragments, sums left to a device) and
// quoted headers, which a router may have quoted as they were damaged.

#include <array>
#include <string>
#include <string_view>

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

// Those of one frame: at most an outer, an inner and a quoted header's and a transport's.
class Sums {
 public:
  void add(const Sum& sum) { all_[size_++] = sum; }
  size_t size() const { return size_; }
  Sum* begin() { return all_.data(); }
  Sum* end() { return all_.data() + size_; }
  const Sum* begin() const { return all_.data(); }
  const Sum* end() const { return all_.data() + size_; }
  const Sum& operator[](size_t i) const { return all_[i]; }

 private:
  std::array<Sum, 4> all_;
  size_t size_ = 0;
};

// partial: the transport checksum was left to a device.
Sums sums_of(const Layers& layers, bool partial);

}  // namespace lvslab::scenario
