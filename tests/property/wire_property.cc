// Wires: for any impairments, changed at any moment, and any frames: counters add up, the same seed
// gives the same result, order is kept unless something reorders.

#include "emulator/fabric/wire.hh"

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>

#include "tests/property/generators.hh"

using namespace lvslab;
using namespace lvslab::testing;
using fabric::Impairments;
using fabric::Wire;

namespace {

rc::Gen<double> share() {
  return rc::gen::map(rc::gen::inRange(-10, 21),
                      [](int n) { return n <= 0 ? 0.0 : static_cast<double>(n) / 20; });
}
rc::Gen<Duration> duration() {
  return rc::gen::map(rc::gen::inRange(-20, 21),
                      [](int n) { return Duration(n < 0 ? 0 : 1000 * n); });
}

Impairments any_impairments() {
  Impairments to;
  to.delay = *duration();
  to.jitter = *duration();
  to.loss = *share();
  to.burst.enter = *share();
  to.burst.leave = *share();
  to.duplicate = *share();
  to.reorder = *share();
  to.corrupt = *share();
  if (*rc::gen::arbitrary<bool>()) to.corrupt_at = *rc::gen::inRange<uint32_t>(0, 80);
  to.rate = *rc::gen::element<uint64_t>(0, 0, 1000, 10'000'000, 1'000'000'000'000);
  to.queue = *rc::gen::inRange<uint32_t>(0, 4);
  to.mtu = *rc::gen::element<uint32_t>(0, 0, 46);
  to.cut = *rc::gen::inRange(0, 8) == 0;
  return to;
}

struct Event {
  Duration before{};                  // time since the one before
  std::optional<Impairments> change;  // else a frame
  uint16_t size = 0;                  // bytes
  uint8_t take = 0;                   // frames to take at most
};

std::vector<Event> any_events(bool with_changes) {
  const auto count = *rc::gen::inRange<size_t>(1, 60);
  std::vector<Event> events(count);
  for (auto& event : events) {
    event.before = *duration();
    if (with_changes && *rc::gen::inRange(0, 10) == 0) event.change = any_impairments();
    event.size = *rc::gen::inRange<uint16_t>(0, 80);
    event.take = *rc::gen::inRange<uint8_t>(0, 4);
  }
  return events;
}

wire::Frame frame_of(size_t number, size_t size) {
  wire::Frame frame(size);
  for (uint8_t& byte : frame.bytes()) byte = static_cast<uint8_t>(number);
  return frame;
}

using Left = std::pair<Time, std::vector<uint8_t>>;

void check(const Wire& wire) {
  const auto& c = wire.counters();
  RC_ASSERT(c.entered + c.duplicated + c.cut_apart == c.left + c.lost() + wire.waiting());
  RC_ASSERT((wire.next_deadline() == kNever) == (wire.waiting() == 0));
}

void take(Wire& wire, Time now, size_t most, std::vector<Left>& left) {
  for (; most > 0; --most) {
    const bool due = wire.next_deadline() <= now;
    const auto frame = wire.leave(now);
    RC_ASSERT(frame.has_value() == due);
    if (!frame) return;
    left.emplace_back(now, std::vector<uint8_t>(frame->bytes().begin(), frame->bytes().end()));
  }
}

std::vector<Left> play(Wire& wire, const std::vector<Event>& events) {
  std::vector<Left> left;
  Time now{};
  for (size_t i = 0; i < events.size(); ++i) {
    now += events[i].before;
    if (events[i].change)
      wire.change(*events[i].change);
    else
      wire.enter(frame_of(i, events[i].size), now);
    check(wire);
    take(wire, now, events[i].take, left);
    check(wire);
  }
  while (wire.waiting() > 0) take(wire, wire.next_deadline(), 1, left);
  check(wire);
  return left;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wires)

RC_BOOST_PROP(counters_add_up_and_the_same_seed_gives_the_same, ()) {
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  const auto events = any_events(true);
  Wire one(seed), other(seed);
  RC_ASSERT(play(one, events) == play(other, events));
  RC_ASSERT(one.counters() == other.counters());
}

RC_BOOST_PROP(without_reorder_order_is_kept, ()) {
  Impairments impairments = any_impairments();
  impairments.reorder = 0;
  impairments.corrupt = 0;
  Wire wire(*rc::gen::arbitrary<uint64_t>());
  wire.change(impairments);
  auto events = any_events(false);
  for (auto& event : events) event.size = static_cast<uint16_t>(event.size + 1);
  const auto left = play(wire, events);
  for (size_t i = 1; i < left.size(); ++i)
    RC_ASSERT(left[i - 1].second.front() <= left[i].second.front());
}

RC_BOOST_PROP(a_perfect_wire_gives_what_it_got, ()) {
  Wire wire(*rc::gen::arbitrary<uint64_t>());
  const auto events = any_events(false);
  const auto left = play(wire, events);
  RC_ASSERT(left.size() == events.size());
  for (size_t i = 0; i < left.size(); ++i)
    RC_ASSERT(left[i].second == std::vector<uint8_t>(events[i].size, static_cast<uint8_t>(i)));
}

BOOST_AUTO_TEST_SUITE_END()
