#pragma once
// Frames out of a few bytes: what clients, servers and routers send.

#include <optional>

#include "emulator/conform/packets.hh"
#include "tests/fuzz/director/events.hh"
#include "tests/fuzz/support/packet_reader.hh"

namespace lvslab::fuzz {

using conform::Buffer;

// A frame that left the director by a port.
struct Sent {
  uint32_t port = 0;
  Buffer frame;
};

// One frame, or a few pieces of one; each of them comes in by `port`.
struct Incoming {
  uint32_t port = 0;
  std::vector<Buffer> frames;
};

Incoming packet_frames(const PacketFields& fields);
// Nothing for what cannot be answered: what is no IP packet.
std::optional<Incoming> answer_frame(const AnswerFields& fields, const Sent& about);
std::optional<Incoming> error_frame(const ErrorFields& fields, const Sent& about);
// The frame with other TCP flags, its checksum put right (if it was), or spoilt.
void change_frame(const AgainFields& fields, Buffer& frame);

wire::IpAddress address_of(const Address& address);

}  // namespace lvslab::fuzz
