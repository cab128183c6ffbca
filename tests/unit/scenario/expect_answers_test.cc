#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

Story answered_by(const std::vector<std::string>& servers) {
  Story story;
  uint16_t port = 40000;
  for (const std::string& server : servers)
    story.exchange(server.empty() ? Outcome::timeout : Outcome::answered, server, port++);
  return story;
}

topology::ExpectPeer peer(const std::string& address) {
  return {*wire::IpAddress::parse(address)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expected_answers)

BOOST_AUTO_TEST_CASE(as_many_as_expected) {
  const Verdict verdict =
      answered_by({"rs2", "rs1", "rs2"}).judge(topology::ExpectAnswers{{{"rs1", 1}, {"rs2", 2}}});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "rs1: 1, rs2: 2");
  BOOST_TEST(verdict.place == "lab.yaml:7:5");
  BOOST_TEST(verdict.expectation == "as expected");
  BOOST_TEST(verdict.details.empty());
}

BOOST_AUTO_TEST_CASE(another_share_and_a_timeout) {
  const Verdict verdict =
      answered_by({"rs2", "rs2", ""}).judge(topology::ExpectAnswers{{{"rs1", 1}, {"rs2", 1}}});
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "rs2: 2; timeout: 1");
  BOOST_TEST(mentions(verdict, "expected: rs1: 1, rs2: 1"));
  BOOST_TEST(mentions(verdict, "198.51.100.10:40002 > 192.0.2.100:80: timeout"));
}

BOOST_AUTO_TEST_CASE(a_server_that_was_not_expected) {
  BOOST_TEST(!answered_by({"rs1", "rs2"}).judge(topology::ExpectAnswers{{{"rs1", 1}}}).passed);
  // A count of zero says the same as no entry.
  BOOST_TEST(answered_by({"rs1"}).judge(topology::ExpectAnswers{{{"rs1", 1}, {"rs2", 0}}}).passed);
}

BOOST_AUTO_TEST_CASE(nobody) {
  const Verdict verdict = answered_by({"", ""}).judge(topology::ExpectAnswers{});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "nobody answered; timeout: 2");
  BOOST_TEST(!answered_by({"rs1"}).judge(topology::ExpectAnswers{}).passed);
}

BOOST_AUTO_TEST_CASE(an_answer_in_anothers_name_is_contradicted_by_the_frames) {
  Story story = dr_story();
  BOOST_TEST(story.judge(topology::ExpectAnswers{{{"rs1", 1}}}).passed);
  story.record.exchanges[0].server = "rs2";
  const Verdict verdict = story.judge(topology::ExpectAnswers{{{"rs2", 1}}});
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "rs2: 1; contradicted by the frames");
  BOOST_TEST(mentions(verdict, "in the name of rs2, but this reply came from rs1"));
}

BOOST_AUTO_TEST_CASE(in_order) {
  const Story story = answered_by({"rs2", "rs1", "rs2"});
  const Verdict verdict = story.judge(topology::ExpectOrder{{"rs2", "rs1", "rs2"}});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "rs2 rs1 rs2");
  BOOST_TEST(!story.judge(topology::ExpectOrder{{"rs1", "rs2", "rs2"}}).passed);
  BOOST_TEST(!story.judge(topology::ExpectOrder{{"rs2", "rs1"}}).passed);
}

BOOST_AUTO_TEST_CASE(errors) {
  const Verdict verdict = answered_by({"", ""}).judge(topology::ExpectError{"timeout"});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "timeout: 2");
  const Verdict mixed = answered_by({"", "rs1"}).judge(topology::ExpectError{"timeout"});
  BOOST_TEST(!mixed.passed);
  BOOST_TEST(mixed.found == "answered: 1, timeout: 1");
  BOOST_TEST(!answered_by({""}).judge(topology::ExpectError{"refused"}).passed);
  BOOST_TEST(!Story().judge(topology::ExpectError{"timeout"}).passed);
  BOOST_TEST(Story().exchange(Outcome::too_big).judge(topology::ExpectError{"too-big"}).passed);
}

BOOST_AUTO_TEST_CASE(peers) {
  Story story = answered_by({"rs1", "rs2"});
  const Verdict verdict = story.judge(peer(kClient));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == kClient + " seen by rs1: 1, " + kClient + " seen by rs2: 1");
  BOOST_TEST(!story.judge(peer(kDip)).passed);
  story.record.exchanges[1].peer_seen = wire::Endpoint{*wire::IpAddress::parse(kDip), 1};
  const Verdict wrong = story.judge(peer(kClient));
  BOOST_TEST(!wrong.passed);
  BOOST_TEST(mentions(wrong, "answered by rs2, which saw 192.0.2.2:1"));
  BOOST_TEST(!answered_by({""}).judge(peer(kClient)).passed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
