// What a wire does to single frames: when they leave, which do not, and what became of them.

#include "emulator/fabric/wire.hh"

#include <bit>
#include <boost/test/unit_test.hpp>

#include "emulator/wire/ipv4.hh"
#include "numbered.hh"
#include "tests/support/allocations.hh"

namespace lvslab::fabric::test {

using lvslab::test::allocations;

namespace {

Wire wire_with(const Impairments& impairments, uint64_t seed = 1) {
  Wire wire(seed);
  wire.change(impairments);
  return wire;
}

Impairments delayed(Duration delay) {
  Impairments to;
  to.delay = delay;
  return to;
}

bool adds_up(const Wire& wire) {
  const auto& c = wire.counters();
  return c.entered + c.duplicated + c.cut_apart == c.left + c.lost() + wire.waiting();
}

std::vector<uint32_t> numbers(const std::vector<Arrival>& arrivals) {
  std::vector<uint32_t> all;
  for (const auto& arrival : arrivals) all.push_back(arrival.number);
  return all;
}

void check_arrivals(Wire& wire, const std::vector<Arrival>& expected) {
  const auto found = arrivals(wire);
  BOOST_TEST(found.size() == expected.size());
  for (size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    BOOST_TEST(found[i].number == expected[i].number, "arrival " << i);
    BOOST_TEST(found[i].at.time_since_epoch().count() == expected[i].at.time_since_epoch().count(),
               "arrival " << i);
  }
  BOOST_TEST((wire.next_deadline() == kNever));
  BOOST_TEST(adds_up(wire));
}

// TCP over IPv4, as a TAP gives it; its content is zeros.
wire::Frame super_packet(size_t payload, uint16_t segment_size) {
  wire::Frame frame(54 + payload);
  std::fill(frame.bytes().begin(), frame.bytes().end(), uint8_t{0});
  uint8_t* ip = frame.data() + 14;
  ip[0] = 0x45;
  ip[9] = wire::proto::kTcp;
  store_be16(ip + 2, static_cast<uint16_t>(40 + payload));
  ip[20 + 12] = 5 << 4;
  store_be16(ip + 20 + 16, static_cast<uint16_t>(wire::proto::kTcp + 20 + payload));
  frame.set_offload({true, 34, 16, wire::Segmentation::tcp4, segment_size});
  return frame;
}
bool tcp_checksum_good(const wire::Frame& frame) {
  const auto ip = wire::Ipv4View::over(frame.bytes().subspan(14));
  if (!ip || !ip->checksum_good()) return false;
  return wire::checksum_ok(ip->payload(),
                           wire::pseudo_header_sum(ip->source(), ip->destination(), ip->protocol(),
                                                   static_cast<uint32_t>(ip->payload().size())));
}

size_t wrong_bits(Bytes a, Bytes b) {
  size_t bits = 0;
  for (size_t i = 0; i < a.size(); ++i)
    bits += static_cast<size_t>(std::popcount(static_cast<unsigned>(a[i] ^ b[i])));
  return bits;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(one_direction)

BOOST_AUTO_TEST_CASE(a_perfect_wire_gives_at_once_what_it_got) {
  Wire wire(1);
  BOOST_TEST((wire.next_deadline() == kNever));
  BOOST_TEST(!wire.leave(at(1s)));
  wire::Frame frame = numbered(7);
  const uint8_t* where = frame.data();
  wire.enter(std::move(frame), at(1s));
  BOOST_TEST((wire.next_deadline() == at(1s)));
  const auto out = wire.leave(at(1s));
  BOOST_REQUIRE(out);
  BOOST_TEST(out->data() == where);
  BOOST_TEST(!wire.leave(at(2s)));
  BOOST_TEST(adds_up(wire));
}

BOOST_AUTO_TEST_CASE(delay_is_exact_and_nothing_leaves_before) {
  Wire wire = wire_with(delayed(10ms));
  wire.enter(numbered(1), at(0ms));
  wire.enter(numbered(2), at(3ms));
  BOOST_TEST(!wire.leave(at(10ms) - Duration(1)));
  BOOST_TEST(wire.waiting() == 2U);
  check_arrivals(wire, {{1, at(10ms)}, {2, at(13ms)}});
}

BOOST_AUTO_TEST_CASE(a_share_that_overtakes_is_not_delayed) {
  Wire wire = wire_with(delayed(10ms));
  wire.enter(numbered(1), at(0ms));
  Impairments hurried = delayed(10ms);
  hurried.reorder = 1;
  wire.change(hurried);
  wire.enter(numbered(2), at(1ms));
  wire.enter(numbered(3), at(2ms));
  BOOST_TEST(wire.counters().overtook == 2U);
  check_arrivals(wire, {{2, at(1ms)}, {3, at(2ms)}, {1, at(10ms)}});
}

BOOST_AUTO_TEST_CASE(a_rate_takes_its_time_frame_by_frame) {
  Impairments slow = delayed(5ms);
  slow.rate = 1'000'000;  // 1,250 bytes take 10 ms
  Wire wire = wire_with(slow);
  wire.enter(numbered(1, 1250), at(0ms));
  wire.enter(numbered(2, 125), at(1ms));
  wire.enter(numbered(3, 125), at(20ms));  // on an idle wire again
  check_arrivals(wire, {{1, at(15ms)}, {2, at(16ms)}, {3, at(26ms)}});
}

BOOST_AUTO_TEST_CASE(a_rate_loses_no_fraction_of_a_nanosecond) {
  Impairments fast;
  fast.rate = 7'000'000'000;  // 60 bytes: 68.57 ns
  fast.queue = 100'000;
  Wire wire = wire_with(fast);
  for (uint32_t i = 0; i < 70'000; ++i) wire.enter(numbered(i), at(0ns));
  const auto all = arrivals(wire);
  BOOST_TEST(all.size() == 70'000U);
  BOOST_TEST((all.back().at == at(4'800'000ns)));
}

BOOST_AUTO_TEST_CASE(what_the_queue_has_no_room_for_is_dropped) {
  Impairments slow;
  slow.rate = 1'000'000;
  slow.queue = 2;
  Wire wire = wire_with(slow);
  // One is being sent, two wait, the fourth is too many; at 10 ms there is room for one again.
  for (uint32_t i = 1; i <= 4; ++i) wire.enter(numbered(i, 1250), at(0ms));
  BOOST_TEST(wire.counters().lost_to_queue == 1U);
  wire.enter(numbered(5, 1250), at(10ms) - Duration(1));
  BOOST_TEST(wire.counters().lost_to_queue == 2U);
  wire.enter(numbered(6, 1250), at(10ms));
  wire.enter(numbered(7, 1250), at(10ms));
  BOOST_TEST(wire.counters().lost_to_queue == 3U);
  BOOST_TEST(numbers(arrivals(wire)) == (std::vector<uint32_t>{1, 2, 3, 6}),
             boost::test_tools::per_element());
  BOOST_TEST(adds_up(wire));
}

BOOST_AUTO_TEST_CASE(frames_on_their_way_do_not_fill_the_queue) {
  Impairments far = delayed(1s);
  far.rate = 1'000'000'000;
  far.queue = 1;
  Wire wire = wire_with(far);
  for (uint32_t i = 0; i < 100; ++i) wire.enter(numbered(i, 125), at(i * 1us));
  BOOST_TEST(wire.waiting() == 100U);
}

BOOST_AUTO_TEST_CASE(a_black_hole_swallows_what_is_larger_than_its_mtu) {
  Impairments narrow;
  narrow.mtu = 1400;
  Wire wire = wire_with(narrow);
  wire.enter(numbered(1, 14 + 1400), at(0ms));
  wire.enter(numbered(2, 14 + 1401), at(0ms));
  check_arrivals(wire, {{1, at(0ms)}});
  BOOST_TEST(wire.counters().lost_to_mtu == 1U);
}

BOOST_AUTO_TEST_CASE(a_cut_loses_what_is_on_the_way_and_what_comes) {
  Wire wire = wire_with(delayed(10ms));
  wire.enter(numbered(1), at(0ms));
  Impairments cut;
  cut.cut = true;
  wire.change(cut);
  BOOST_TEST(wire.counters().lost_to_cut == 1U);
  wire.enter(numbered(2), at(1ms));
  BOOST_TEST(wire.counters().lost_to_cut == 2U);
  BOOST_TEST((wire.next_deadline() == kNever));
  wire.change({});
  wire.enter(numbered(3), at(2ms));
  check_arrivals(wire, {{3, at(2ms)}});
}

BOOST_AUTO_TEST_CASE(a_shorter_delay_is_not_held_up_by_the_longer_one_before) {
  Wire wire = wire_with(delayed(10s));
  wire.enter(numbered(1), at(0s));
  wire.change(delayed(1ms));
  wire.enter(numbered(2), at(1s));
  wire.enter(numbered(3), at(2s));
  check_arrivals(wire, {{2, at(1001ms)}, {3, at(2001ms)}, {1, at(10s)}});
}

BOOST_AUTO_TEST_CASE(another_loss_does_not_free_a_slow_wire) {
  Impairments slow;
  slow.rate = 1'000'000;
  Wire wire = wire_with(slow);
  wire.enter(numbered(1, 1250), at(0ms));
  slow.duplicate = 1;
  wire.change(slow);
  wire.enter(numbered(2, 1250), at(0ms));
  check_arrivals(wire, {{1, at(10ms)}, {2, at(20ms)}, {2, at(20ms)}});
}

BOOST_AUTO_TEST_CASE(a_copy_comes_behind_its_original_and_is_no_alias) {
  Impairments twice;
  twice.duplicate = 1;
  Wire wire = wire_with(twice);
  wire.enter(numbered(1), at(0ms));
  BOOST_TEST(wire.counters().duplicated == 1U);
  auto one = wire.leave(at(0ms)), two = wire.leave(at(0ms));
  BOOST_REQUIRE((one && two));
  BOOST_TEST(wrong_bits(one->bytes(), two->bytes()) == 0U);
  BOOST_TEST(one->data() != two->data());
  BOOST_TEST(!wire.leave(at(1s)));
  BOOST_TEST(adds_up(wire));
}

BOOST_AUTO_TEST_CASE(corruption_can_be_aimed) {
  Impairments aimed;
  aimed.corrupt = 1;
  aimed.corrupt_at = 34;
  Wire wire = wire_with(aimed);
  wire.enter(numbered(1), at(0ms));
  wire.enter(numbered(2, 34), at(0ms));  // too short to be hit there
  const auto hit = wire.leave(at(0ms)), spared = wire.leave(at(0ms));
  BOOST_REQUIRE((hit && spared));
  BOOST_TEST(hit->bytes()[34] == 1);
  BOOST_TEST(wrong_bits(hit->bytes(), numbered(1).bytes()) == 1U);
  BOOST_TEST(wrong_bits(spared->bytes(), numbered(2, 34).bytes()) == 0U);
  BOOST_TEST(wire.counters().corrupted == 1U);
}

BOOST_AUTO_TEST_CASE(a_partial_checksum_is_filled_in_before_a_bit_is_wrong) {
  // 20 bytes from 34 on, the field at their end holds the pseudo header's sum, 0x1234.
  wire::Frame frame(54);
  std::fill(frame.bytes().begin(), frame.bytes().end(), uint8_t{0x11});
  store_be16(frame.data() + 52, 0x1234);
  frame.set_offload({true, 34, 18, wire::Segmentation::none, 0});
  Impairments aimed;
  aimed.corrupt = 1;
  aimed.corrupt_at = 40;
  Wire wire = wire_with(aimed);
  wire.enter(std::move(frame), at(0ms));
  const auto out = wire.leave(at(0ms));
  BOOST_REQUIRE(out);
  BOOST_TEST(!out->has_partial_checksum());
  // 9 * 0x1111 + 0x1234 = 0xabcd; the wrong bit is not in it.
  BOOST_TEST(load_be16(out->data() + 52) == 0xffff - 0xabcd);
  BOOST_TEST(out->data()[40] == 0x10);
}

BOOST_AUTO_TEST_CASE(a_super_packet_is_one_frame_until_a_bit_of_it_is_wrong) {
  Impairments paced;
  paced.rate = 1'000'000;
  paced.mtu = 20 + 20 + 100;
  Wire wire = wire_with(paced);
  wire.enter(super_packet(250, 100), at(0ms));
  // Three frames of 54 bytes of headers each: 412 bytes.
  BOOST_TEST((wire.next_deadline() == at(3296us)));
  BOOST_TEST(wire.leave(at(1s))->is_super());
  wire.enter(super_packet(250, 101), at(2s));
  BOOST_TEST(wire.counters().lost_to_mtu == 1U);
  paced.corrupt = 1;
  paced.corrupt_at = 60;
  wire.change(paced);
  wire.enter(super_packet(250, 100), at(3s));
  BOOST_TEST(wire.waiting() == 3U);
  size_t good = 0;
  while (const auto segment = wire.leave(at(4s))) good += tcp_checksum_good(*segment);
  BOOST_TEST(good == 2U);
  BOOST_TEST(wire.counters().corrupted == 1U);
  BOOST_TEST(adds_up(wire));
}

BOOST_AUTO_TEST_CASE(frames_that_a_burst_takes_are_in_a_row) {
  Impairments bursts;
  bursts.burst = {1, 0};  // at once, and for ever
  Wire wire = wire_with(bursts);
  for (uint32_t i = 0; i < 5; ++i) wire.enter(numbered(i), at(0ms));
  BOOST_TEST(wire.counters().lost_to_burst == 5U);
  bursts.delay = 1ms;  // the burst goes on
  wire.change(bursts);
  wire.enter(numbered(5), at(0ms));
  BOOST_TEST(wire.counters().lost_to_burst == 6U);
  wire.change({});
  wire.enter(numbered(6), at(0ms));
  check_arrivals(wire, {{6, at(0ms)}});
}

BOOST_AUTO_TEST_CASE(one_impairment_does_not_disturb_the_numbers_of_another) {
  Impairments lossy;
  lossy.loss = 0.3;
  Wire alone = wire_with(lossy, 5);
  lossy.jitter = lossy.delay = 1ms;
  lossy.corrupt = 0.5;
  lossy.corrupt_at = 59;
  lossy.burst.enter = 0;
  Wire together = wire_with(lossy, 5);
  for (uint32_t i = 0; i < 1000; ++i) {
    alone.enter(numbered(i), at(i * 1us));
    together.enter(numbered(i), at(i * 1us));
  }
  BOOST_TEST(numbers(arrivals(alone)) == numbers(arrivals(together)),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_is_allocated_once_warm) {
  Impairments all;
  all.delay = 10us;
  all.jitter = 5us;
  all.loss = all.duplicate = all.reorder = all.corrupt = 0.2;
  all.burst = {0.1, 0.5};
  all.rate = 1'000'000'000;
  all.queue = 8;
  for (const Impairments& impairments : {Impairments{}, all}) {
    Wire wire = wire_with(impairments);
    uint32_t number = 0;
    const auto run = [&](uint32_t frames) {
      for (const uint32_t end = number + frames; number < end; ++number) {
        wire.enter(numbered(number), at(number * 400ns));
        while (wire.leave(at(number * 400ns)))
          ;
      }
    };
    run(20'000);
    const size_t before = allocations();
    run(20'000);
    BOOST_TEST(allocations() == before);
    BOOST_TEST(wire.counters().left > 10'000U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::fabric::test
