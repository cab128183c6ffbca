#pragma once
// TCP segments as values (RFC 9293, 3.1): read from a packet with checks, written by libtins.

#include <cstdint>
#include <optional>
#include <string_view>

#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

// Sequence numbers wrap (RFC 9293, 3.4): a stands before b when less than half the space behind it.
inline bool before(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a - b) < 0;
}

struct Segment {
  wire::Endpoint from, to;
  uint32_t sequence = 0;
  uint32_t acknowledgment = 0;
  uint8_t flags = 0;
  uint16_t window = 0;          // bytes, unscaled
  std::optional<uint16_t> mss;  // option of a SYN
  std::string_view payload;     // borrowed
  uint8_t tos = 0;              // or traffic class

  bool has(uint8_t flag) const { return (flags & flag) != 0; }
  // In sequence space: SYN and FIN count one each.
  uint32_t length() const {
    return static_cast<uint32_t>(payload.size()) + has(wire::tcp_flag::kSyn) +
           has(wire::tcp_flag::kFin);
  }
};

// Nothing when header, options or checksum are wrong. The payload points into the packet, whose IP
// header is checked. A partial checksum is not verified: its device vouches for it.
std::optional<Segment> read_segment(const wire::Frame& packet);

// A whole packet: DF set (IPv4), TTL 64.
wire::Frame write_segment(const Segment& segment);

// The reset that answers a segment for which there is no connection (RFC 9293, 3.10.7.1). Not for
// resets. It has the segment's TOS, as Linux gives it, without the ECN bits.
Segment reset_for(const Segment& segment);

}  // namespace lvslab::host
