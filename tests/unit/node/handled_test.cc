#include "emulator/node/handled.hh"

#include <boost/test/unit_test.hpp>

namespace lvslab::node::test {

BOOST_AUTO_TEST_SUITE(handled)

BOOST_AUTO_TEST_CASE(hash_is_fnv_1a) {
  // The published test vectors of FNV-1a, 64 bits.
  const std::vector<uint8_t> a = {'a'}, foobar = {'f', 'o', 'o', 'b', 'a', 'r'};
  BOOST_TEST(frame_hash({}) == 0xcbf29ce484222325ULL);
  BOOST_TEST(frame_hash(a) == 0xaf63dc4c8601ec8cULL);
  BOOST_TEST(frame_hash(foobar) == 0x85944171f73967e8ULL);
}

BOOST_AUTO_TEST_CASE(the_log_is_bounded) {
  HandledLog log(1);
  const std::vector<uint8_t> frame = {1, 2, 3};
  const uint64_t cause = log.add({Time{}, 0, 7, {}, "first"});
  BOOST_TEST(cause == 1U);
  BOOST_TEST(log.add({Time{}, 0, 8, {}, "second"}) == 0U);
  BOOST_TEST(log.lost() == 1U);
  log.sent(cause, frame);
  log.sent(0, frame);  // nobody's
  BOOST_TEST(log.entries().at(0).out_hashes == std::vector<uint64_t>{frame_hash(frame)},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::node::test
