// The same seed, the same numbers, on every machine.

#include "emulator/base/random.hh"

#include <array>
#include <boost/test/unit_test.hpp>

using lvslab::Random;

BOOST_AUTO_TEST_SUITE(random_numbers)

BOOST_AUTO_TEST_CASE(splitmix64_gives_its_published_vector) {
  // Rosetta Code, "Pseudo-random numbers/Splitmix64", seed 1234567.
  constexpr std::array<uint64_t, 5> kPublished = {6457827717110365317ULL, 3203168211198807973ULL,
                                                  9817491932198370423ULL, 4593380528125082431ULL,
                                                  16408922859458223821ULL};
  Random random(1234567);
  for (const uint64_t expected : kPublished) BOOST_TEST(random.next() == expected);
}

BOOST_AUTO_TEST_CASE(another_seed_gives_other_numbers) {
  BOOST_TEST(Random(1).next() != Random(2).next());
}

BOOST_AUTO_TEST_CASE(below_reaches_every_number_and_no_other) {
  Random random(42);
  std::array<int, 6> seen{};
  for (int i = 0; i < 6000; ++i) {
    const uint64_t number = random.below(seen.size());
    BOOST_REQUIRE(number < seen.size());
    ++seen[number];
  }
  // 1000 each is expected; six standard deviations are 173.
  for (const int times : seen) BOOST_TEST((times > 827 && times < 1173));
}

BOOST_AUTO_TEST_CASE(below_one_is_zero) {
  Random random(7);
  for (int i = 0; i < 10; ++i) BOOST_TEST(random.below(1) == 0U);
}

BOOST_AUTO_TEST_CASE(unit_stays_below_one) {
  Random random(3);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double number = random.unit();
    BOOST_REQUIRE((number >= 0 && number < 1));
    sum += number;
  }
  BOOST_TEST((sum > 440 && sum < 560));
}

BOOST_AUTO_TEST_CASE(a_split_stream_is_not_disturbed_by_its_parent) {
  Random parent(9), same_parent(9);
  Random child = parent.split();
  Random same_child = same_parent.split();
  parent.next();  // only one of the parents goes on
  BOOST_TEST(child.next() == same_child.next());
  BOOST_TEST(parent.next() != same_parent.next());
}

BOOST_AUTO_TEST_SUITE_END()
