#pragma once
// Cutting an IPv4 packet into fragments (RFC 791, 3.2), and finishing what a device left undone
// before cutting: a partial checksum.

#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

// The size of the largest packet that `packet` becomes on the wire: its own, or that of one segment
// of a super-packet.
size_t size_on_wire(const wire::Frame& packet);

// Computes a partial transport checksum in full, over the packet as it stands.
void finish_checksum(wire::Frame& packet);

// Gives the fragments of a packet one by one. Payload pieces are (mtu - header) & ~7 bytes. Every
// header keeps its length; options without the copied flag become no-operations behind the first
// fragment, as Linux does. A packet that is a fragment itself is cut further.
class Fragmenter {
 public:
  // mtu >= 68 (RFC 791); the packet's checksum is finished. It must outlive the fragmenter.
  Fragmenter(wire::Frame& packet, size_t mtu);
  bool done() const { return at_ == payload_; }
  wire::Frame next();

 private:
  wire::Frame& packet_;
  size_t header_;   // bytes
  size_t payload_;  // bytes in all
  size_t piece_;    // bytes a fragment
  size_t at_ = 0;   // bytes of payload already given
  size_t first_offset_;
  bool more_behind_;  // the packet's own MF
};

}  // namespace lvslab::host
