#pragma once
// Where a host puts what it sends. Ports are counted from 0 in the order of its interfaces.

#include <cstdint>

#include "emulator/wire/frame.hh"

namespace lvslab::host {

class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual void send(uint32_t port, wire::Frame frame) = 0;
};

}  // namespace lvslab::host
