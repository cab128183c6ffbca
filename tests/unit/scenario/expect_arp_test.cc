#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

topology::ExpectArp answered_by(const std::vector<std::string>& hosts) {
  return {*wire::IpAddress::parse(kVip), hosts};
}

Story asked() {
  Story story;
  story.step.action = topology::ArpProbe{"router", *wire::IpAddress::parse(kVip), {}};
  const auto question = who_has(kVip, kRouterIn, "192.0.2.1");
  story.sent("router:eth1", question);
  for (const char* port : {"director:eth0", "rs1:eth0", "rs2:eth0"}) story.received(port, question);
  return story;
}

Story& answer(Story& story, const std::string& port, const std::string& mac) {
  return story.crosses(port, "router:eth1", is_at(kVip, mac, kRouterIn, "192.0.2.1"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expected_arp)

BOOST_AUTO_TEST_CASE(only_the_director) {
  Story story = asked();
  answer(story, "director:eth0", kDirectorMac);
  const Verdict verdict = story.judge(answered_by({"director"}));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "director (02:00:00:00:03:01)");
}

BOOST_AUTO_TEST_CASE(a_server_too) {
  Story story = asked();
  answer(story, "director:eth0", kDirectorMac);
  answer(story, "rs1:eth0", kRs1Mac);
  const Verdict verdict = story.judge(answered_by({"director"}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "director (02:00:00:00:03:01), rs1 (02:00:00:00:04:01)");
  BOOST_TEST(mentions(verdict, "expected: director to answer who-has 192.0.2.100"));
  BOOST_TEST(mentions(verdict, "answered by rs1"));
  BOOST_TEST(story.judge(answered_by({"rs1", "director"})).passed);
}

BOOST_AUTO_TEST_CASE(nobody) {
  BOOST_TEST(asked().judge(answered_by({})).passed);
  BOOST_TEST(asked().judge(answered_by({"director"})).found == "nobody answered");
  BOOST_TEST(!asked().judge(answered_by({"director"})).passed);
  const Verdict unasked = Story().judge(answered_by({}));
  BOOST_TEST(!unasked.passed);
  BOOST_TEST(unasked.found == "nobody asked; nobody answered");
}

BOOST_AUTO_TEST_CASE(another_address_does_not_count) {
  Story story = asked();
  answer(story, "director:eth0", kDirectorMac);
  story.sent("rs1:eth0", is_at(kRip1, kRs1Mac, kRouterIn, "192.0.2.1"));
  BOOST_TEST(story.judge(answered_by({"director"})).passed);
}

BOOST_AUTO_TEST_CASE(the_probes_journeys) {
  Story story = asked();
  answer(story, "director:eth0", kDirectorMac);
  const auto journeys = story.result().journeys;
  BOOST_REQUIRE(journeys.size() == 2U);
  BOOST_TEST(journeys[0].title == "who has 192.0.2.100, asked by router");
  BOOST_TEST(journeys[0].disposition == "answered by director");
  BOOST_TEST(
      rows_of(journeys[0]) ==
      (std::vector<std::string>{"router >eth1 @0.000 asked", "director eth0> @0.001 answered",
                                "rs1 eth0> @0.002 kept silent", "rs2 eth0> @0.003 kept silent"}));
  BOOST_TEST(journeys[1].title == "answer: 192.0.2.100 is at 02:00:00:00:03:01");
  BOOST_TEST(journeys[1].disposition == "delivered to router");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
