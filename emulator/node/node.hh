#pragma once
// What stands at the ports of a lab: a frame and the time go in, frames and a next deadline come
// out. The same nodes run over TAP devices and in a simulated lab.

#include <cstdint>
#include <string>

#include "emulator/base/time.hh"
#include "emulator/host/outbox.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::node {

using host::Outbox;

class Node {
 public:
  virtual ~Node() = default;
  virtual void receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox) = 0;
  virtual void tick(Time now, Outbox& outbox) = 0;
  virtual Time next_deadline() const = 0;
};

}  // namespace lvslab::node
