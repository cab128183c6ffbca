// Waits that end away from every moment at which a timer may have fired on one side and not on the
// other.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/director/sctp_states.hh"
#include "emulator/director/tcp_states.hh"
#include "emulator/director/timeouts.hh"
#include "emulator/host/neighbours.hh"

namespace lvslab::conform {

namespace {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// In front of a timer: what real time may lag behind (timing.hh), since the
// kernel's side does everything a little later than its time and never earlier.
constexpr Duration kBefore = Millis(1600);
// The kernel's estimator looks at the counters every 2 s.
constexpr Duration kEstimate = Millis(2500);
// Nearer to a timer the kernel's side may not keep time.
constexpr Duration kClose = Millis(600);
constexpr int kTurns = 200;  // in search of a quiet moment

// Behind a timer that was set to `timeout`: the kernel's timer wheel rounds it up, at 100 Hz to
// 640 ms, 5.12 s or 41 s, by how far away it was; and it was set later by what real time lagged
// behind then, which the wait makes good.
Duration rounding(Duration timeout) {
  if (timeout <= Seconds(40)) return Millis(2100);
  return timeout <= Seconds(327) ? Millis(6600) : Millis(42500);
}

template <class State>
std::optional<Duration> by_name(const std::string& name, Duration (*timeout)(State)) {
  for (unsigned i = 0; i < static_cast<unsigned>(State::kCount); ++i)
    if (director::name_of(static_cast<State>(i)) == name) return timeout(static_cast<State>(i));
  return {};
}

Duration tcp_timeout(director::TcpState state) {
  return director::Timeouts{}.of(state);
}

// What a firing that was late leaves to the next one of a connection which others hang on.
constexpr Duration kStays = Millis(5200);

// Others may hang on it, so that its end is put off by a minute, from when its timer fires.
bool may_hold_others(const ipvs::ConnectionStatus& c) {
  return c.client.port == 0 || c.virtual_end.port == 21;
}

}  // namespace

// What its timer was set to, at most.
Duration Generator::timeout_of(const ipvs::ConnectionStatus& c) const {
  // Put off by a minute; of persistence in its whole, which a short case does not live to see.
  const Duration holder = Seconds(patience_ > Duration{} ? 360 : 60);
  const auto set = ours_->node().director().timeouts();
  Duration timeout = Seconds(set.udp);
  if (c.state == "ESTABLISHED" && c.protocol == 6) {
    timeout = Seconds(set.tcp);
  } else if (c.state == "FIN_WAIT") {
    timeout = Seconds(set.tcp_fin);
  } else if (c.protocol == 6) {
    timeout = by_name(c.state, &tcp_timeout).value_or(timeout);
  } else if (c.protocol == 132) {
    timeout = by_name(c.state, &director::timeout_of).value_or(timeout);
  }
  return std::max({timeout, c.left, may_hold_others(c) ? holder : Duration{}});
}

// The first quiet moment from `when` on.
Time Generator::quiet_from(Time when) const {
  struct Window {
    Time begin, end;
  };
  std::vector<Window> windows;
  const Time now = ours_->now(), host = ours_->node().host().next_deadline();
  for (const auto& c : ours_->node().director().connections(now)) {
    const Time ends = now + c.left;
    const Duration late = may_hold_others(c) ? kStays : Duration{};
    windows.push_back({ends - kBefore, ends + rounding(timeout_of(c)) + late});
  }
  constexpr Duration kSoon = Seconds(40);
  constexpr Duration kAsks = host::kNeighbourProbes * host::kNeighbourRetransmit;
  // What it sends in the end may open a connection (vs.schedule_icmp), which lasts for 3 s.
  constexpr Duration kOpened = Seconds(3);
  if (host < Time::max() - kSoon - kAsks)
    windows.push_back({host - kBefore, host + kAsks + kOpened + 2 * rounding(kSoon)});
  bool moved = true;
  for (int turn = 0; moved && turn < kTurns; ++turn) {
    moved = false;
    for (const Window& window : windows) {
      if (when <= window.begin || when >= window.end) continue;
      when = window.end;
      moved = true;
    }
  }
  return when;
}

// Whether until then a connection which others hang on ends at about the time of one of those:
// which of the two the kernel ends first hangs on its timer wheel.
bool Generator::ties_until(Time until) const {
  const Time now = ours_->now();
  const auto all = ours_->node().director().connections(now);
  for (const auto& holder : all) {
    if (!may_hold_others(holder) || now + holder.left - kBefore >= until) continue;
    const Duration late = rounding(timeout_of(holder)) + kStays;
    for (const auto& c : all)
      if (&c != &holder && c.client.port != 0 && c.left < holder.left + late &&
          holder.left < c.left + rounding(timeout_of(c)))
        return true;
  }
  return false;
}

// Whether a path MTU of less than may be is forgotten until then, or about then: what has the way
// cached goes on by a third one in the kernel (tests/conformance/README.md).
bool Generator::unlocks_until(Time until) const {
  return ours_->node().host().path_mtus().locked_until() - rounding(host::PathMtus::kKept) <= until;
}

// False: there is no time to let it pass, as it is.
bool Generator::pass(Duration pause) {
  const Time until = quiet_from(ours_->now() + pause);
  if (ties_until(until) || unlocks_until(until)) return false;
  Event event;
  event.pause = until - ours_->now();
  learn(add(std::move(event)));
  return true;
}

// Whether a timer fires in a moment: pauses of a tick, one after the other, would lead up to it.
bool Generator::is_due_soon() const {
  const auto soon = [](Duration left) { return left > kOneTick && left < kClose; };
  const Time now = ours_->now(), host = ours_->node().host().next_deadline();
  const auto all = ours_->node().director().connections(now);
  return (host < now + kClose && soon(host - now)) ||
         std::any_of(all.begin(), all.end(), [&](const auto& c) { return soon(c.left); });
}

bool Generator::let_estimate() {
  return pass(kEstimate);
}

void Generator::wait() {
  if (has(Feature::patience) && chance(20)) return wait_for_an_end();
  if (case_.length() - patience_ > options_.longest) return;
  if (pass(Millis(500 + 1000 * static_cast<int64_t>(below(5)))) && chance(50)) list("-Lnc");
}

// Until the timer of some connection has ended it, but not past that of one which holds others: how
// late it fires would stay.
void Generator::wait_for_an_end() {
  const Time now = ours_->now();
  const auto all = ours_->node().director().connections(now);
  if (all.empty()) return;
  const auto& one = all[below(static_cast<unsigned>(all.size()))];
  const Time until = quiet_from(now + one.left + rounding(timeout_of(one)));
  const bool may = std::none_of(all.begin(), all.end(), [&](const auto& c) {
    return may_hold_others(c) && now + c.left - kBefore < until;
  });
  if (!may) return;
  if (!pass(until - now)) return;
  patience_ += until - now;
  list("-Lnc");
}

}  // namespace lvslab::conform
