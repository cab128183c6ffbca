#pragma once
// What the director said of each packet it handled, tied to the frames of that packet: the comments
// of a capture. Frames are named by a hash of their bytes from the Ethernet header on, so that
// whoever captured them elsewhere finds them again.
//
// Collected only when asked for: it allocates.

#include <cstdint>
#include <string>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/base/time.hh"

namespace lvslab::node {

// FNV-1a, 64 bits.
uint64_t frame_hash(Bytes frame);

struct Handled {
  Time at{};
  uint32_t port_in = 0;
  uint64_t in_hash =
      0;  // of the frame that came; of a datagram's fragments, the one that completed it
  // Of the IP frames that went out because of it, at once or when the neighbour was known, ICMP
  // errors included.
  std::vector<uint64_t> out_hashes;
  std::string text;  // director::describe(verdict, note)
};

class HandledLog {
 public:
  // Entries; what comes beyond is counted in lost().
  explicit HandledLog(size_t bound) : bound_(bound) {}

  // Returns the cause by which sent() knows the entry: from 1, or 0 when there is no room.
  uint64_t add(Handled handled);
  void sent(uint64_t cause, Bytes frame);

  const std::vector<Handled>& entries() const { return entries_; }
  uint64_t lost() const { return lost_; }

 private:
  size_t bound_;
  std::vector<Handled> entries_;
  uint64_t lost_ = 0;
};

}  // namespace lvslab::node
