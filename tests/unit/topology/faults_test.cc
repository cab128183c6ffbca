// Steps that trouble a lab: as they are read, and each class of mistake.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

std::string step(const std::string& deed) {
  return sample_with("scenario:\n", "scenario:\n  - step: trouble\n    " + deed + "\n");
}

template <class Deed>
Deed read(const std::string& deed) {
  return std::get<Deed>(load_text(step(deed), "lab.yaml").topology.scenario.at(0).action);
}

// Without its place.
std::string said_of(const std::string& deed) {
  const auto mistakes = mistakes_of(step(deed));
  if (mistakes.size() != 1) return std::to_string(mistakes.size()) + " mistakes";
  return mistakes[0].substr(mistakes[0].find(": ") + 2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(hosts_stop_and_start) {
  BOOST_CHECK(read<Life>("stop: rs1").change == Life::Change::stop);
  const auto both = load_text(step("stop: rs1\n  - step: back\n    start: rs1"), "lab.yaml");
  BOOST_CHECK(std::get<Life>(both.topology.scenario.at(1).action).change == Life::Change::start);
  const auto life = read<Life>("restart: director");
  BOOST_CHECK(life.change == Life::Change::restart);
  BOOST_TEST(life.host == "director");
  BOOST_TEST(said_of("stop: rs11") == "there is no host 'rs11'; did you mean 'rs1'?");
}

// With the sample's own step behind it: a request from client to a service of director.
BOOST_AUTO_TEST_CASE(who_lost_its_power_does_nothing) {
  BOOST_TEST(said_of("stop: client") ==
             "host 'client' lost its power in an earlier step; 'start: client' comes first");
  BOOST_TEST(said_of("start: client") == "host 'client' runs; it is stopped first, or 'restart'ed");
  const std::string again = "\n  - step: again\n    ";
  const std::string gone = "host 'rs1' lost its power in an earlier step; 'start: rs1' comes first";
  BOOST_TEST(said_of("stop: rs1" + again + "stop: rs1") == gone);
  BOOST_TEST(said_of("stop: rs1" + again + "spoof: {from: rs1, address: 198.51.100.100}") == gone);
  BOOST_TEST(said_of("stop: director" + again + "rules: {director: -C}") ==
             "host 'director' lost its power in an earlier step; 'start: director' comes first");
  for (const char* back : {"start: client", "restart: client"})
    BOOST_TEST(mistakes_of(step("stop: client" + again + back)).empty());
}

BOOST_AUTO_TEST_CASE(frames_byte_for_byte) {
  const auto send = read<SendFrames>(
      "frames: {from: \"client:eth0\", bytes: [\"ffffffffffff 0200000000Aa 0806 "
      "00\", \"000102030405060708090a0b0c0d\"]}");
  BOOST_TEST(send.host == "client");
  BOOST_TEST(send.interface == "eth0");
  BOOST_REQUIRE(send.frames.size() == 2U);
  BOOST_TEST(send.frames[0].size() == 15U);
  BOOST_TEST(send.frames[0][11] == 0xaa);
  BOOST_TEST(send.frames[1][13] == 0x0d);
  BOOST_TEST(read<SendFrames>("frames: {from: client, bytes: \"000102030405060708090a0b0c0d\"}")
                 .interface == "eth0");
}

BOOST_AUTO_TEST_CASE(frames_that_are_none) {
  const std::string good = "\"000102030405060708090a0b0c0d\"";
  BOOST_TEST(said_of("frames: {from: \"client:eth1\", bytes: " + good + "}") ==
             "host 'client' has no interface 'eth1'; did you mean 'eth0'?");
  BOOST_TEST(said_of("frames: {from: client, bytes: \"0g\"}") ==
             "'g' is no hexadecimal digit; a frame is written as '00215adb68e8 020000000101 0800 "
             "4500...'");
  BOOST_TEST(said_of("frames: {from: client, bytes: \"000\"}") ==
             "an odd number of hexadecimal digits: two make a byte");
  BOOST_TEST(said_of("frames: {from: client, bytes: \"0001\"}") ==
             "a frame has 14 to 65549 bytes, not 2");
}

BOOST_AUTO_TEST_CASE(floods_junk_and_spoofs) {
  const auto flood = read<Flood>("flood: {from: client, to: \"198.51.100.100:80\", count: 7}");
  BOOST_TEST(flood.from == "client");
  BOOST_TEST(flood.to.to_string() == "198.51.100.100:80");
  BOOST_TEST(flood.count == 7U);
  BOOST_TEST(read<Junk>("junk: {from: client, to: \"198.51.100.100:80\"}").count == 100U);
  BOOST_TEST(read<Spoof>("spoof: {from: rs1, address: 198.51.100.100}").address.to_string() ==
             "198.51.100.100");
  BOOST_TEST(said_of("spoof: {from: rs1, address: \"2001:db8::1\"}") ==
             "'spoof' is for IPv4; IPv6 has no ARP");
  BOOST_TEST(said_of("junk: {from: clint, to: \"198.51.100.100:80\"}") ==
             "there is no host 'clint'; did you mean 'client'?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
