// What is told apart and what is forgiven.

#include "emulator/conform/compare.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/bytes.hh"
#include "emulator/conform/listing.hh"
#include "emulator/conform/ours.hh"
#include "tests/unit/conform/sample.hh"

using namespace lvslab;
using namespace lvslab::conform;

namespace {

struct Sides {
  Case played = test::sample();
  Answers ours, kernels;
  MasksUsed masks;

  Sides() {
    for (const uint16_t port : {uint16_t{40000}, uint16_t{40001}})
      played.events.push_back(test::syn(port));
    ours = kernels = play_ours(played);
  }
  std::string what() {
    const auto found = compare(played, ours, kernels, {}, masks);
    return found ? found->what : "";
  }
  SentFrame& frame() { return kernels.events.back().frames.at(0); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(equal_sides_are_equal) {
  Sides sides;
  BOOST_TEST(sides.what() == "");
  BOOST_TEST(sides.ours.events.back().frames.size() == 1U);
  BOOST_TEST(sides.masks.empty());
}

BOOST_AUTO_TEST_CASE(every_byte_counts) {
  const size_t size = Sides().frame().bytes.size();
  for (size_t at = 0; at < size; ++at) {
    Sides sides;
    sides.frame().bytes[at] ^= 0x10;
    BOOST_TEST(sides.what() != "", "byte " << at);
  }
}

BOOST_AUTO_TEST_CASE(a_frame_too_many_or_by_the_other_way_is_seen) {
  Sides more;
  more.kernels.events.back().frames.push_back(more.frame());
  BOOST_TEST(more.what() == "ours sends 1, kernel 2");
  Sides elsewhere;
  elsewhere.frame().port = 0;
  BOOST_TEST(elsewhere.what() == "frame: interface");
  Sides none;
  none.kernels.events.back().frames.clear();
  BOOST_TEST(none.what() == "ours sends 1, kernel nothing");
}

BOOST_AUTO_TEST_CASE(a_kind_may_be_passed_over) {
  Sides sides;
  sides.kernels.events.back().frames.clear();
  BOOST_TEST(!compare(sides.played, sides.ours, sides.kernels, {"ours sends 1, kernel nothing"},
                      sides.masks));
}

BOOST_AUTO_TEST_CASE(only_one_side_refuses) {
  Sides sides;
  sides.kernels.events[0].refused = true;
  BOOST_TEST(sides.what() == "the kernel refuses -A");
}

BOOST_AUTO_TEST_CASE(times_left_may_be_a_second_apart) {
  const auto line = [](const char* left) {
    return std::string("IPVS connection entries\npro expire state\nTCP ") + left +
           "  SYN_RECV    192.0.2.9:1 192.0.2.100:80 198.51.100.11:80\n";
  };
  const Duration none{};
  BOOST_TEST(same_listing(line("00:59"), line("00:58"), none));
  BOOST_TEST(same_listing(line("01:00"), line("00:59"), none));
  BOOST_TEST(!same_listing(line("00:59"), line("00:57"), none));
  BOOST_TEST(same_listing(line("00:59"), line("00:57"), std::chrono::milliseconds(400)));
  BOOST_TEST(!same_listing(line("00:59"), "", none));
}

BOOST_AUTO_TEST_CASE(connections_are_compared_in_any_order_and_nothing_else) {
  const std::string title = "IPVS connection entries\npro expire state\n";
  const std::string a = "TCP 00:59  SYN_RECV    192.0.2.9:1\n",
                    b = "UDP 04:59  UDP    192.0.2.9:2\n";
  BOOST_TEST(normalised(title + a + b) == normalised(title + b + a));
  BOOST_TEST(normalised(title + a) != normalised(title + b));
  BOOST_TEST(normalised(b + a) == b + a);
}

BOOST_AUTO_TEST_CASE(ids_of_its_own_are_forgiven_others_not) {
  Sides sides;
  // As if the director had made both: neither has the id that came in.
  for (auto* side : {&sides.ours, &sides.kernels}) {
    auto& bytes = side->events.back().frames.at(0).bytes;
    store_be16(&bytes[18], side == &sides.ours ? 7 : 9);
    // The sum follows: from the 1 that was there.
    store_be16(&bytes[24],
               static_cast<uint16_t>(load_be16(&bytes[24]) - (side == &sides.ours ? 6 : 8)));
  }
  BOOST_TEST(sides.what() == "");
  BOOST_TEST(sides.masks["own-id"] == 1U);
  // An error about it, whose own id is by chance the 1 that came in.
  Sides made;
  for (auto* side : {&made.ours, &made.kernels}) {
    auto& bytes = side->events.back().frames.at(0).bytes;
    const uint16_t id = side == &made.ours ? 1 : 9;
    bytes[23] = 1;  // ICMP, from TCP's 6
    store_be16(&bytes[18], id);
    store_be16(&bytes[24], static_cast<uint16_t>(load_be16(&bytes[24]) + 5 - (id - 1)));
  }
  BOOST_TEST(made.what() == "");
  BOOST_TEST(made.masks["own-id"] == 1U);
  Sides forwarded;
  auto& bytes = forwarded.frame().bytes;
  store_be16(&bytes[18], 9);
  store_be16(&bytes[24], static_cast<uint16_t>(load_be16(&bytes[24]) - 8));
  BOOST_TEST(forwarded.what() == "frame: ip.id");
}
