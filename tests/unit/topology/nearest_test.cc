#include "emulator/topology/nearest.hh"

#include <boost/test/unit_test.hpp>

namespace lvslab::topology {

BOOST_AUTO_TEST_SUITE(nearest_names)

BOOST_AUTO_TEST_CASE(distances_count_slips_of_the_finger) {
  BOOST_TEST(edit_distance("", "") == 0U);
  BOOST_TEST(edit_distance("mac", "mac") == 0U);
  BOOST_TEST(edit_distance("adress", "address") == 1U);    // inserted
  BOOST_TEST(edit_distance("addresss", "address") == 1U);  // deleted
  BOOST_TEST(edit_distance("sysctlz", "sysctls") == 1U);   // replaced
  BOOST_TEST(edit_distance("gatewya", "gateway") == 1U);   // swapped
  BOOST_TEST(edit_distance("abc", "") == 3U);
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_found_and_nothing_far_away) {
  BOOST_TEST(nearest("adress", {"network", "address", "mac"}).value() == "address");
  BOOST_TEST(nearest("rs3", {"rs1", "rs2"}).value() == "rs1");  // the first of several
  BOOST_TEST(!nearest("volume", {"network", "address", "mac"}).has_value());
  BOOST_TEST(!nearest("x", {}).has_value());
}

BOOST_AUTO_TEST_CASE(suggestions_name_what_would_be_right) {
  BOOST_TEST(suggestion("mat", {"mac", "mtu"}) == "; did you mean 'mac'?");
  BOOST_TEST(suggestion("volume", {"mac", "mtu"}) == "; known: mac and mtu");
  BOOST_TEST(suggestion("volume", {}) == "; there is none");
}

BOOST_AUTO_TEST_CASE(lists_read_as_a_sentence) {
  BOOST_TEST(listed({"a"}) == "a");
  BOOST_TEST(listed({"a", "b"}) == "a and b");
  BOOST_TEST(listed({"a", "b", "c"}, "or") == "a, b or c");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
