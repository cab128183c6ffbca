#pragma once
// Frames out of a few bytes: what clients, servers and routers send.

#include <span>
#include <vector>

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

// One frame, or a few pieces of one; each of them comes in by `port`. The next ones are written
// into the same memory.
class Incoming {
 public:
  uint32_t port = 0;
  // Room for one more, in front of which nothing is left of the ones before.
  Buffer& add();
  void clear() { count_ = 0; }
  std::span<const Buffer> frames() const { return {frames_.data(), count_}; }

 private:
  std::vector<Buffer> frames_;
  size_t count_ = 0;  // that are written
};

void packet_frames(const PacketFields& fields, Incoming& into);
// No frame for what cannot be answered: what is no IP packet.
void answer_frame(const AnswerFields& fields, const Sent& about, Incoming& into);
void error_frame(const ErrorFields& fields, const Sent& about, Incoming& into);
// The frame with other TCP flags, its checksum put right (if it was), or spoilt.
void change_frame(const AgainFields& fields, Buffer& frame);

wire::IpAddress address_of(const Address& address);

}  // namespace lvslab::fuzz
