#pragma once
// What a case asks of the kernel's side, where time is real: how late it may be, and where it has
// to pause for what the kernel does by itself. Told by our director, which plays the case in
// virtual time.

#include <optional>

#include "emulator/conform/ours.hh"

namespace lvslab::conform {

struct Timing {
  // By how much the kernel's side may lag behind before a timer of a connection, or of the host,
  // fires on the other side of an event.
  Duration slack{};
  // An event that should have waited a tick. Nothing can be said of such a case: on the kernel's
  // side time passes between two events of one instant too.
  std::optional<size_t> hasty;
};
Timing timing_of(const Case& played);

// Within a tick the kernel does what it has to: 10 ms at 100 Hz, and some more.
inline constexpr Duration kOneTick = std::chrono::milliseconds(50);

// Whether what has just happened is followed by something that the kernel does a tick later:
// connections that go, for themselves or with their server (vs.expire_nodest_conn).
bool stirs(const Ours& ours, const Event& latest);

// Timing while a case is played.
class Timekeeper {
 public:
  explicit Timekeeper(const Ours& ours) : ours_(ours) {}
  void before(const Event& event);
  void after(const Event& event);
  Timing timing();

 private:
  void look();

  const Ours& ours_;
  Duration least_ = std::chrono::hours(1);
  size_t event_ = 0;
  bool stirred_ = false;
  std::optional<size_t> hasty_;
};

}  // namespace lvslab::conform
