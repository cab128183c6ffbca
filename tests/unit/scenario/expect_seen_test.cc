#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

topology::ExpectSeen seen(const std::string& at, const std::vector<topology::FieldMatch>& match,
                          uint32_t least = 1, uint32_t most = UINT32_MAX,
                          std::optional<bool> sent = {}) {
  return {at, sent, match, least, most};
}
topology::ExpectSeen never(const std::string& at, const std::vector<topology::FieldMatch>& match) {
  return seen(at, match, 0, 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expected_seen)

BOOST_AUTO_TEST_CASE(counts_frames_at_ports) {
  const Story story = dr_story();
  const Verdict verdict = story.judge(seen("*", {{"tcp.flags", "SA", {}}}));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "4 of 10 frames at *");
  BOOST_TEST(story.judge(seen("rs1", {{"tcp.flags", "SA", {}}}, 1, 1, true)).found ==
             "1 of 1 frame sent at rs1");
  BOOST_TEST(story.judge(seen("router:eth1", {{"ip.ttl", "63", {}}}, 1, 1)).passed);
  BOOST_TEST(!story.judge(seen("router:eth1", {{"ip.ttl", "63", {}}}, 2)).passed);
}

BOOST_AUTO_TEST_CASE(too_few_shows_the_nearest) {
  const Verdict verdict =
      dr_story().judge(seen("director", {{"tcp.flags", "S", {}}, {"ip.ttl", "61", {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "none of 2 frames at director");
  BOOST_TEST(
      mentions(verdict, "expected: at least 1 frame at director with tcp.flags S, ip.ttl 61"));
  BOOST_TEST(mentions(verdict, "    ip.ttl: 63, expected 61"));
  BOOST_TEST(!mentions(verdict, "    tcp.flags"));
}

BOOST_AUTO_TEST_CASE(never_and_so) {
  const Verdict verdict = dr_story().judge(never("director:eth0", {{"tcp.flags", "SA", {}}}));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "none of 2 frames at director:eth0");
  BOOST_TEST(Story().judge(never("director", {})).passed);  // nothing at all was seen
}

BOOST_AUTO_TEST_CASE(never_and_yet) {
  const Verdict verdict = nat_story().judge(never("director", {{"tcp.flags", "SA", {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "2 of 4 frames at director");
  BOOST_TEST(mentions(verdict, "expected: no frame at director with tcp.flags SA"));
  BOOST_TEST(mentions(verdict, "director:eth1 received"));
}

BOOST_AUTO_TEST_CASE(never_needs_complete_evidence) {
  Story story = dr_story();
  story.evidence.lost = 1;
  const Verdict verdict = story.judge(never("director:eth0", {{"tcp.flags", "SA", {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found.find("incomplete: 1 frame not captured") != std::string::npos);
  // What was seen was seen.
  BOOST_TEST(story.judge(seen("*", {{"tcp.flags", "SA", {}}})).passed);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_not_there_shows_nothing) {
  const Verdict verdict = dr_story().judge(never("rs9:eth0", {{"tcp.flags", "SA", {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "the lab has no port rs9:eth0");
  BOOST_TEST(!dr_story().judge(never("rs1:eth7", {})).passed);
}

BOOST_AUTO_TEST_CASE(a_real_server_that_names_the_vip_in_arp) {
  const auto leak = never("real-servers", {{"arp.sender-ip", kVip, {}}});
  Story story = dr_story();
  story.sent("director:eth0", is_at(kVip, kDirectorMac, kRouterIn, "192.0.2.1"));
  BOOST_TEST(story.judge(leak).passed);
  story.sent("rs2:eth0", who_has("192.0.2.1", kRs2Mac, kVip));
  BOOST_TEST(!story.judge(leak).passed);
}

// Although the step begins elsewhere: the lab has a host of that name.
BOOST_AUTO_TEST_CASE(a_host_named_client_is_meant_by_its_name) {
  Story story;
  story.crosses("client:eth0", "router:eth0", tcp({}));
  story.step.action = topology::Exec{"rs1", {"true"}, 0, {}};
  BOOST_TEST(story.judge(topology::ExpectSeen{"client", true, {}, 1, 1}).passed);
  BOOST_TEST(!story.judge(topology::ExpectSeen{"rs1", {}, {}, 1, 1}).passed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
