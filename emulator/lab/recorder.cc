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
  const size_t taken = socket_.drain([this](const kernel::Captured& frame) { take(frame); });
  if (taken > 0) latest_ = loop_.now();
}

void Recorder::settle(Duration quiet, Duration longest) {
  const Time give_up = loop_.now() + longest;
  latest_ = loop_.now();
  while (loop_.now() < std::min(latest_ + quiet, give_up))
    loop_.turn(std::min(latest_ + quiet, give_up));
  pump();
}

const fabric::Evidence& Recorder::evidence() {
  pump();
  evidence_.lost = socket_.lost();
  return evidence_;
}

}  // namespace lvslab::lab
