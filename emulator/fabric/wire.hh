#pragma once
// One direction of a link between a host's port and its network, as a device that frames enter and
// leave, with all that can befall them between: wire::Impairments. It is told the time, so that
// it works the same on a virtual clock and over TAP; whoever owns it carries the frames to and fro.
// Not thread-safe.
//
// Theory of operation. A frame's fate is decided as it enters, in the order in which a link has it:
//
//   enter -> cut? -> larger than the MTU? -> queue, rate -> burst, loss -> duplicate -> corrupt
//         -> delay (or ahead of those delayed) -> wait until due -> leave
//
// With rate 1 Mbit/s, delay 10 ms and jitter 1 ms, a frame of 1,250 bytes that enters an idle wire
// at 0 is off the sender at 10 ms, and due between 19 and 21 ms, say 20.5; one of 125 bytes right
// behind it waits for the rate until 10 ms, is off at 11 ms, and if its delay says 20.2 it is
// due at 20.5 as well, behind the first; should it be one of those that overtake, at 11 ms.
//
// Each kind of impairment has random numbers of its own, so changing one does not change what the
// others do: the same frames are lost with and without jitter.

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/base/time.hh"
#include "emulator/fabric/ring.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/impairments.hh"

namespace lvslab::fabric {

using wire::Impairments;

class Wire {
 public:
  // At all times: entered + duplicated + cut_apart == left + lost() + waiting().
  struct Counters {
    uint64_t entered = 0;
    uint64_t left = 0;
    uint64_t duplicated = 0;
    // Super-packets are one frame throughout, unless they are to be corrupted: a wrong bit is in
    // one of their segments, so they go on as these. Segments beyond the first of each.
    uint64_t cut_apart = 0;
    uint64_t lost_to_cut = 0;
    uint64_t lost_to_mtu = 0;
    uint64_t lost_to_queue = 0;
    uint64_t lost_to_burst = 0;
    uint64_t lost_by_chance = 0;
    uint64_t corrupted = 0;  // of those that went on
    uint64_t overtook = 0;   // were not delayed
    uint64_t lost() const {
      return lost_to_cut + lost_to_mtu + lost_to_queue + lost_to_burst + lost_by_chance;
    }
    friend bool operator==(const Counters&, const Counters&) = default;
  };

  explicit Wire(uint64_t seed);

  // From now on. Frames on their way keep the times they were given and may be overtaken by later
  // ones when delay, jitter or rate became another; a cut loses them all. A burst goes on unless
  // its parameters changed.
  void change(const Impairments& impairments);
  const Impairments& impairments() const { return impairments_; }

  // now: never less than in the call before. The frame begins with its Ethernet header.
  void enter(wire::Frame frame, Time now);
  // The next frame that is due by now. Frames that are due at the same time leave in the order in
  // which they entered.
  std::optional<wire::Frame> leave(Time now);
  Time next_deadline() const;  // when leave() will give something; kNever: nothing waits

  size_t waiting() const { return line_.size() + ahead_.size(); }
  const Counters& counters() const { return counters_; }

 private:
  struct Waiting {
    Time due{};
    uint64_t number = 0;  // in the order of entering
    wire::Frame frame;
    bool operator<(const Waiting& other) const {
      return due != other.due ? due < other.due : number < other.number;
    }
  };
  // One for each kind of impairment.
  struct Dice {
    explicit Dice(Random seeds);
    Random loss, burst, duplicate, corrupt, reorder, jitter;
  };

  std::optional<Time> transmit(const wire::Frame& frame, Time now);
  bool is_lost();
  void arrive(wire::Frame&& frame, Time sent);
  void corrupt(wire::Frame&& frame, Time sent);
  void damage(wire::Frame& frame);
  void travel(wire::Frame&& frame, Time sent);
  void keep(wire::Frame&& frame, Time due);
  const Waiting* first() const;

  Impairments impairments_;
  bool perfect_ = true;
  Dice dice_;
  bool in_burst_ = false;
  Time free_at_ = Time::min();  // when the sender has sent what it has
  uint64_t fraction_ = 0;       // of a nanosecond that free_at_ is short, in units of 1/rate
  Ring<Time> queue_;            // when each frame that waits for the rate begins to be sent
  Time latest_ = Time::min();   // when the last frame that keeps the order is due
  uint64_t next_number_ = 0;
  Ring<Waiting> line_;          // in order of being due
  std::vector<Waiting> ahead_;  // a heap of those due before the line's last as they came
  Counters counters_;
};

}  // namespace lvslab::fabric
