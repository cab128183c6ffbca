#include "emulator/conform/timing.hh"

#include <algorithm>

namespace lvslab::conform {

namespace {

bool removes_server(const Event& event) {
  return event.text.starts_with("-d ") || event.text.starts_with("-D ") || event.text == "-C";
}

}  // namespace

bool stirs(const Ours& ours, const Event& latest) {
  const auto& director = ours.node().director();
  if (removes_server(latest) && director.settings().expire_nodest_conn) return true;
  // To ask all connections takes its time.
  if (director.next_deadline() > ours.now() + kOneTick) return false;
  const auto all = director.connections(ours.now());
  return std::any_of(all.begin(), all.end(), [](const auto& c) { return c.left <= kOneTick; });
}

void Timekeeper::look() {
  for (const auto& connection : ours_.node().director().connections(ours_.now()))
    if (connection.left > kOneTick) least_ = std::min(least_, connection.left);
  const Time host = ours_.node().host().next_deadline();
  if (host > ours_.now() + kOneTick) least_ = std::min(least_, host - ours_.now());
}

void Timekeeper::before(const Event& event) {
  const bool waits = event.kind == EventKind::wait;
  if (stirred_ && !hasty_ && (!waits || event.pause < kOneTick)) hasty_ = event_;
  // Between waits no time passes here: what is made and gone meanwhile needs no look.
  if (waits) look();
}

void Timekeeper::after(const Event& event) {
  if (event.kind == EventKind::wait) look();
  stirred_ = stirs(ours_, event);
  ++event_;
}

Timing Timekeeper::timing() {
  constexpr Duration kMargin = std::chrono::milliseconds(200);
  look();
  return {least_ - kMargin, hasty_};
}

Timing timing_of(const Case& played) {
  Ours ours(played);
  Timekeeper keeper(ours);
  for (const Event& event : played.events) {
    keeper.before(event);
    ours.play(event);
    keeper.after(event);
  }
  return keeper.timing();
}

}  // namespace lvslab::conform
