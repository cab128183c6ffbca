// What a host learned of its ways, and for whom it counts.

#include "emulator/host/path_mtus.hh"

#include "steps.hh"

namespace lvslab::host::test {

namespace {

// What the peer says of an echo reply of ours.
Tins::EthernetII too_long(uint16_t mtu) {
  Tins::ICMP error(Tins::ICMP::DEST_UNREACHABLE);
  error.code(4);
  error.mtu(mtu);
  Tins::ICMP reply(Tins::ICMP::ECHO_REPLY);
  return to_eth0() / packet("192.0.2.254", "192.0.2.1") / error /
         (packet("192.0.2.1", "203.0.113.5") / reply);
}

uint32_t mtu_towards(Steps& steps, const char* address) {
  return steps.host.way_to(ip(address))->mtu;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(path_mtus)

BOOST_AUTO_TEST_CASE(an_error_about_an_echo_reply_is_believed_for_ten_minutes) {
  Steps steps(two_legs());
  introduce_all(steps);
  steps.in(0, too_long(1400));
  BOOST_TEST(mtu_towards(steps, "203.0.113.5") == 1400U);
  BOOST_TEST(mtu_towards(steps, "203.0.113.6") == 1500U);
  steps.pass(std::chrono::minutes(9));
  steps.in(0, too_long(1450));  // no wider than is known
  BOOST_TEST(mtu_towards(steps, "203.0.113.5") == 1400U);
  steps.pass(std::chrono::minutes(1));
  introduce_all(steps);  // any frame: time has gone on
  BOOST_TEST(mtu_towards(steps, "203.0.113.5") == 1500U);
}

BOOST_AUTO_TEST_CASE(no_way_is_narrower_than_552) {
  Steps steps(two_legs());
  introduce_all(steps);
  steps.in(0, too_long(100));
  BOOST_TEST(mtu_towards(steps, "203.0.113.5") == 552U);
}

BOOST_AUTO_TEST_CASE(what_crosses_is_held_to_it_only_if_it_was_less_than_may_be) {
  for (const uint16_t told : {uint16_t{600}, uint16_t{500}}) {
    Steps steps(router());
    introduce_all(steps);
    steps.in(0, too_long(told));
    Tins::IP header = packet("198.51.100.9", "203.0.113.5");
    header.flags(Tins::IP::DONT_FRAGMENT);
    const auto large = header / Tins::UDP(53, 99) / text(std::string(800, 'x'));
    steps.in(1, Tins::EthernetII(kHost1, kFar) / large);
    const Sent sent = steps.out();
    BOOST_TEST(sent.port == (told == 600 ? 0U : 1U));  // on its way, or told that it is too long
  }
}

BOOST_AUTO_TEST_CASE(there_is_a_bound) {
  PathMtus paths;
  for (uint32_t i = 0; i < 2 * PathMtus::kBound; ++i)
    paths.learn(IpAddress::v4_from(0x0a000000 + i), 1400, 1500, Time{});
  size_t known = 0;
  for (uint32_t i = 0; i < 2 * PathMtus::kBound; ++i)
    known += paths.find(IpAddress::v4_from(0x0a000000 + i)) != nullptr;
  BOOST_TEST(known == PathMtus::kBound);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
