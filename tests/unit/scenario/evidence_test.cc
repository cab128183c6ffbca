#include "emulator/fabric/evidence.hh"

#include <boost/test/unit_test.hpp>

namespace lvslab::fabric {

namespace {

Evidence two_ports() {
  Evidence evidence;
  evidence.ports = {{"rs1", "eth0"}, {"rs1", "eth1"}, {"rs10", "eth0"}};
  evidence.sightings.resize(4);
  return evidence;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evidence)

BOOST_AUTO_TEST_CASE(ports_are_found_by_whole_names) {
  const Evidence evidence = two_ports();
  BOOST_TEST(find_port(evidence, "rs1", "eth1").value() == 1U);
  BOOST_TEST(!find_port(evidence, "rs", "eth0").has_value());
  BOOST_TEST(ports_of(evidence, "rs1") == (std::vector<uint32_t>{0, 1}));
  BOOST_TEST(port_of(evidence, 2).to_string() == "rs10:eth0");
  BOOST_TEST(port_of(evidence, 3).to_string() == "?:?");
}

BOOST_AUTO_TEST_CASE(a_slice_is_cut_to_what_is_there) {
  const Evidence evidence = two_ports();
  BOOST_TEST(slice(evidence, 1, 3).size() == 2U);
  BOOST_TEST(slice(evidence, 1, 9).size() == 3U);
  BOOST_TEST(slice(evidence, 7, 9).empty());
  BOOST_TEST(slice(evidence, 3, 1).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::fabric
