#pragma once
// Instants and spans of a lab. The core never asks what time it is: it is told, by whoever owns the
// clock (the kernel's monotonic clock in a live lab, a counter in a simulated one).

#include <chrono>
#include <cstdint>

namespace lvslab {

using Duration = std::chrono::nanoseconds;

// A clock without now(): its time points can only be handed on.
struct LabClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<LabClock>;
  static constexpr bool is_steady = true;
};

// Nanoseconds since the lab came up.
using Time = LabClock::time_point;

// "No deadline": later than anything that happens.
inline constexpr Time kNever = Time::max();

inline constexpr double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace lvslab
