#pragma once
// Frames that know their place: the number stands behind the Ethernet header, zeros behind it.

#include <algorithm>
#include <vector>

#include "emulator/fabric/wire.hh"

namespace lvslab::fabric::test {

using namespace std::chrono_literals;

inline constexpr size_t kNumberAt = 14;

inline wire::Frame numbered(uint32_t number, size_t size = 60) {
  wire::Frame frame(size);
  std::fill(frame.bytes().begin(), frame.bytes().end(), uint8_t{0});
  store_be32(frame.data() + kNumberAt, number);
  return frame;
}
inline uint32_t number_of(const wire::Frame& frame) {
  return load_be32(frame.data() + kNumberAt);
}

// A frame that came out, and when.
struct Arrival {
  uint32_t number;
  Time at;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

// Everything that leaves up to `until`, each at the moment it is due.
inline std::vector<Arrival> arrivals(Wire& wire, Time until = kNever - Duration(1)) {
  std::vector<Arrival> all;
  while (wire.next_deadline() <= until) {
    const Time at = wire.next_deadline();
    while (const auto frame = wire.leave(at)) all.push_back({number_of(*frame), at});
  }
  return all;
}

inline Time at(Duration since_start) {
  return Time(since_start);
}

}  // namespace lvslab::fabric::test
