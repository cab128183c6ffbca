#include "emulator/lab/recorder.hh"

#include <algorithm>

namespace lvslab::lab {

Recorder::Recorder(const FabricNetwork& fabric, kernel::EventLoop& loop, Keep keep)
    : fabric_(fabric), loop_(loop), socket_(fabric.in(), fabric.bridges()), keep_(keep) {
  token_ = loop_.add(socket_.fd(), EPOLLIN, [this](uint32_t) { pump(); });
}

void Recorder::take(const kernel::Captured& frame) {
  const auto port = fabric_.port_at(frame.interface);
  if (!port) return;
  ++frames_;
  if (keep_ == Keep::counts) return;
  fabric::Sighting sighting;
  sighting.at = loop_.at_realtime(frame.realtime);
  sighting.port = *port;
  // What goes out of the fabric's end of a port arrives at the host.
  sighting.direction = frame.outgoing ? fabric::Direction::received : fabric::Direction::sent;
  sighting.bytes.assign(frame.bytes.begin(), frame.bytes.end());
  sighting.partial_checksum = frame.partial_checksum;
  sighting.segment_size = frame.segment_size;
  evidence_.sightings.push_back(std::move(sighting));
}

void Recorder::pump() {
  socket_.drain([this](const kernel::Captured& frame) { take(frame); });
}

// Silence counts only while this process was there to hear: on a busy machine much may wait for it
// when the time is over.
void Recorder::settle(Duration quiet, Duration longest, const std::function<bool()>& under_way) {
  const Time give_up = loop_.now() + longest;
  Time end = loop_.now() + quiet;
  while (loop_.now() < give_up) {
    if (loop_.turn(std::min(end, give_up)) || under_way())
      end = loop_.now() + quiet;
    else if (loop_.now() >= end)
      break;
  }
  pump();
}

const fabric::Evidence& Recorder::evidence() {
  pump();
  evidence_.lost = socket_.lost();
  return evidence_;
}

}  // namespace lvslab::lab
