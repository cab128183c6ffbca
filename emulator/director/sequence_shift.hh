#pragma once
// What a rewritten payload does to the TCP sequence numbers of its direction: those behind the
// latest resized segment move by one distance, those up to it by the distance before. All
// arithmetic is modulo 2^32.
//
// The names and the order of fields are those of a connection's synchronisation data. IPVS itself
// leaves the shifting to nf_conntrack since its FTP helper does (its own code for it is not reached
// any more); acknowledgments are therefore compared as nf_conntrack does it, which is right for a
// shrunk segment too.
//
// Worked example: at sequence number 1000, "198,51,100,1,4,1" (16 bytes) becomes "192,0,2,10,4,1"
// (14): {1000, -2, 0}. The segment itself keeps 1000, the next one, 1050, goes out as 1048; the
// client's acknowledgment of it, 1048, comes to the server as 1050, one of 1000 as 1000.

#include <cstdint>

namespace lvslab::director {

struct SequenceShift {
  uint32_t at = 0;       // sequence number of the latest resized segment, as its sender has it
  uint32_t delta = 0;    // for what is behind it
  uint32_t earlier = 0;  // for it and what is before it

  bool none() const { return delta == 0 && earlier == 0; }

  // A segment, first byte `sequence` as its sender has it, grew by `growth` bytes (or shrank, if
  // negative). A retransmission of the latest one or an earlier one changes nothing.
  void resized(uint32_t sequence, int32_t growth) {
    if (growth == 0 || !(delta == earlier || after(sequence, at))) return;
    at = sequence;
    earlier = delta;
    delta += static_cast<uint32_t>(growth);
  }

  // Of the sender's segments: what the receiver is to see.
  uint32_t sequence(uint32_t from_sender) const {
    return from_sender + (after(from_sender, at) ? delta : earlier);
  }
  // Of the receiver's acknowledgments (and SACK edges): what the sender is to see.
  uint32_t acknowledgment(uint32_t from_receiver) const {
    return from_receiver - (after(from_receiver - earlier, at) ? delta : earlier);
  }

  friend bool operator==(const SequenceShift&, const SequenceShift&) = default;

 private:
  // a comes later than b (RFC 9293, 3.4).
  static bool after(uint32_t a, uint32_t b) { return static_cast<int32_t>(b - a) < 0; }
};

}  // namespace lvslab::director
