#pragma once
// The lab's evidence as it grows: every frame of every port, in order, by one packet socket in the
// fabric namespace.

#include <functional>

#include "emulator/fabric/sighting.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/packet_socket.hh"
#include "emulator/lab/fabric_network.hh"

namespace lvslab::lab {

// What is kept of the frames: a lab that stays up for days only counts them.
enum class Keep : uint8_t { frames, counts };

class Recorder {
 public:
  // Records from now on; the fabric and the loop must outlive it.
  Recorder(const FabricNetwork& fabric, kernel::EventLoop& loop, Keep keep);

  // The port names, once all are joined.
  void name_ports() { evidence_.ports = fabric_.ports(); }
  // Turns the loop until nothing has happened in it, and no frame was under way, for `quiet`; at
  // most for `longest`.
  void settle(Duration quiet, Duration longest, const std::function<bool()>& under_way);
  // Takes what waits, and whether frames were lost.
  const fabric::Evidence& evidence();
  fabric::Evidence& mutable_evidence() { return evidence_; }
  // Seen in all, kept or not.
  uint64_t frames() const { return frames_; }

 private:
  void pump();
  void take(const kernel::Captured& frame);

  const FabricNetwork& fabric_;
  kernel::EventLoop& loop_;
  kernel::PacketSocket socket_;
  Keep keep_;
  uint64_t frames_ = 0;
  fabric::Evidence evidence_;
  kernel::EventLoop::Token token_;
};

}  // namespace lvslab::lab
