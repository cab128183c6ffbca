#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

topology::ExpectPath path(topology::Way way, const std::vector<std::string>& hosts) {
  return {way, hosts};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expected_path)

BOOST_AUTO_TEST_CASE(of_each_method) {
  struct Case {
    const char* sentence;
    Story story;
    std::vector<std::string> request, reply;
  };
  const std::vector<Case> cases = {{"DR: the reply goes past the director",
                                    dr_story(),
                                    {"client", "router", "director", "server"},
                                    {"server", "router", "client"}},
                                   {"TUN: so it does here",
                                    tun_story(),
                                    {"client", "router", "director", "rs1"},
                                    {"rs1", "router", "client"}},
                                   {"NAT: both ways cross the director",
                                    nat_story(),
                                    {"client", "router", "director", "server"},
                                    {"server", "director", "router", "client"}}};
  for (const Case& one : cases) {
    const Verdict request = one.story.judge(path(topology::Way::request, one.request));
    const Verdict reply = one.story.judge(path(topology::Way::reply, one.reply));
    BOOST_TEST(request.passed, one.sentence << "\n" << text_of(request));
    BOOST_TEST(reply.passed, one.sentence << "\n" << text_of(reply));
    BOOST_TEST(request.found == "client > router > director > rs1 (1 packet)");
    BOOST_TEST(!one.story.judge(path(topology::Way::request, one.reply)).passed);
  }
}

BOOST_AUTO_TEST_CASE(another_way_is_shown) {
  const Verdict verdict =
      nat_story().judge(path(topology::Way::reply, {"server", "router", "client"}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "rs1 > director > router > client (1 packet)");
  BOOST_TEST(mentions(verdict, "expected: reply packets pass server > router > client"));
  BOOST_TEST(
      mentions(verdict, "path: rs1 > director > router > client, expected rs1 > router > client"));
  BOOST_TEST(mentions(verdict, "> 0.011000 client:eth0 received"));
}

BOOST_AUTO_TEST_CASE(one_packet_that_went_astray_fails_all) {
  Story story = dr_story();
  PacketText ack;
  ack.flags = "A", ack.id = 8, ack.seq = 1001, ack.ack = 5001;
  story.crosses("client:eth0", "router:eth0", tcp(ack));
  const Verdict verdict =
      story.judge(path(topology::Way::request, {"client", "router", "director", "server"}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found ==
             "client > router (1 packet); client > router > director > rs1 (1 packet)");
}

BOOST_AUTO_TEST_CASE(without_packets_nothing_is_shown) {
  Story story;
  story.exchange(Outcome::answered, "rs1");
  const Verdict verdict = story.judge(path(topology::Way::request, {"client"}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "no packet of that way was seen");
}

BOOST_AUTO_TEST_CASE(an_answered_exchange_without_frames_is_missed) {
  Story story = dr_story();
  story.exchange(Outcome::answered, "rs1", 40001);
  const Verdict verdict =
      story.judge(path(topology::Way::request, {"client", "router", "director", "server"}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found ==
             "client > router > director > rs1 (1 packet); no request packet seen of "
             "198.51.100.10:40001");
}

BOOST_AUTO_TEST_CASE(incomplete_evidence_does_not_show_every_packet) {
  Story story = dr_story();
  story.evidence.lost = 3;
  const Verdict verdict =
      story.judge(path(topology::Way::request, {"client", "router", "director", "server"}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found.find("the evidence is incomplete: 3 frames not captured") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
