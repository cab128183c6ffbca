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

// RFC 1191, 3 and RFC 8201, 4: an error may only make a way narrower.
BOOST_AUTO_TEST_CASE(what_is_learned_of_what_is_told) {
  struct Row {
    const char* says;
    const char* to;
    uint32_t told, mtu;  // 0: nothing is learned
    bool locked = false;
  };
  const Row rows[] = {
      {"narrower", "203.0.113.5", 1400, 1400},
      {"as wide as it was believed to be", "203.0.113.5", 1500, 1500},
      {"wider", "203.0.113.5", 1501, 0},
      {"the least there is", "203.0.113.5", 552, 552},
      {"less than that", "203.0.113.5", 551, 552, true},
      {"the least of IPv6", "2001:db8::5", 1280, 1280},
      {"RFC 8201, 4: less than that is not believed", "2001:db8::5", 1279, 0},
      {"wider, of IPv6", "2001:db8::5", 1501, 0},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      PathMtus paths;
      BOOST_TEST(!paths.find(ip(row.to)));
      paths.learn(ip(row.to), row.told, 1500, Time{});
      const auto* learned = paths.find(ip(row.to));
      BOOST_TEST((learned ? learned->mtu : 0) == row.mtu);
      BOOST_TEST((learned && learned->locked) == row.locked);
      BOOST_TEST(paths.changes() == (learned ? 1U : 0U));
      BOOST_TEST(!paths.find(ip("203.0.113.99")));
      // What is locked stays as it is, anything else may become narrower.
      paths.learn(ip("203.0.113.5"), 1300, 1500, Time{});
      BOOST_TEST(paths.find(ip("203.0.113.5"))->mtu == (row.locked ? 552U : 1300U));
      paths.expire(Time{} + PathMtus::kKept);
      BOOST_TEST(paths.size() == 0U);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
