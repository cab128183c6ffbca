#pragma once
// The ports that a host takes for its own side of what it asks.

#include <cstdint>

#include "emulator/base/random.hh"

namespace lvslab::host {

// One after the other (net.ipv4.ip_local_port_range), from anywhere: one that was just in use is
// the last to come again, so that a director takes no request for more of an earlier one. Linux
// takes any, which is the same again once in some thousand times.
class LocalPorts {
 public:
  static constexpr uint16_t kFirst = 32768;
  static constexpr uint16_t kLast = 60999;
  static constexpr uint32_t kCount = kLast - kFirst + 1;

  explicit LocalPorts(Random random)
      : latest_(static_cast<uint16_t>(kFirst + random.below(kCount))) {}

  uint16_t next() {
    latest_ = latest_ == kLast ? kFirst : static_cast<uint16_t>(latest_ + 1);
    return latest_;
  }

 private:
  uint16_t latest_;
};

}  // namespace lvslab::host
