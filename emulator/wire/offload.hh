#pragma once
// What a device does to a frame that was left to it: fill in a partial checksum, cut a super-packet
// into segments. For whoever has no device behind him, or must know what comes out of it.

#include <cstddef>

#include "emulator/wire/frame.hh"

namespace lvslab::wire {

// The size of the largest packet that `packet` becomes on the wire: its own, or that of one segment
// of a super-packet. The front may stand at the Ethernet or at the IP header.
size_t size_on_wire(const Frame& packet);
// How many packets it becomes there.
size_t segments_on_wire(const Frame& packet);

// Computes a partial transport checksum in full, over the packet as it stands.
void finish_checksum(Frame& packet);

// Gives the segments of a frame one by one, checksums filled in, as Linux' tcp_gso_segment() and
// __udp_gso_segment() do: IPv4 identifications count on, FIN and PSH stay with the last segment,
// CWR with the first. A frame that is no super-packet comes out whole.
class Segmenter {
 public:
  // From the Ethernet header on: one IP header, then TCP or UDP where the partial checksum begins.
  // What is not like that comes out whole, with its checksum filled in. It must outlive this.
  explicit Segmenter(const Frame& frame);
  size_t count() const { return count_; }
  bool done() const { return next_ == count_; }
  Frame next();

 private:
  const Frame& frame_;
  size_t header_ = 0;  // bytes before the payload, in each segment
  size_t piece_ = 0;   // bytes of payload in each but the last
  size_t count_ = 1;
  size_t next_ = 0;
};

}  // namespace lvslab::wire
