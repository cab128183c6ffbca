#pragma once
// What a wire does to the frames of one direction, as plain values: topology reads them,
// fabric::Wire acts on them. The defaults are those of a perfect wire.

#include <cstdint>
#include <optional>

#include "emulator/base/time.hh"

namespace lvslab::wire {

// Shares are of frames, 0 to 1, each frame judged independently of the others.
struct Impairments {
  // Each frame takes delay - jitter to delay + jitter, uniformly, but no less than 0. Order is
  // kept: a frame leaves no earlier than the one before it, so jitter alone reorders nothing.
  Duration delay{};
  Duration jitter{};
  double loss = 0;
  // Gilbert's model: a frame enters a burst with probability `enter`; each frame of a burst is
  // lost, and each next one is out of it with probability `leave`. So a burst is 1/leave frames
  // long, and enter / (enter + leave) of all frames are lost in bursts.
  struct Burst {
    double enter = 0;
    double leave = 1;
    friend bool operator==(const Burst&, const Burst&) = default;
  };
  Burst burst;
  double duplicate = 0;  // a second copy, behind the first, with jitter and corruption of its own
  double reorder = 0;    // is not delayed, and so overtakes those that are; without delay: nothing
  double corrupt = 0;    // one bit is wrong, anywhere in the frame
  // The lowest bit of the byte at this offset instead; a shorter frame is left alone.
  std::optional<uint32_t> corrupt_at;
  uint64_t rate = 0;  // bit/s of frames from their Ethernet headers on; 0: no limit; else >= 1000
  uint32_t queue = 1000;  // frames that wait for the rate; one more is dropped (tail drop)
  // Bytes of IP packet beyond which a frame vanishes without a word, 0: none. Super-packets are
  // judged by their segments.
  uint32_t mtu = 0;
  bool cut = false;  // nothing passes, and what was on its way is lost

  friend bool operator==(const Impairments&, const Impairments&) = default;
};

}  // namespace lvslab::wire
