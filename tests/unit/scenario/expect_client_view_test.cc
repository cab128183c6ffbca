// What clients saw: how soon they were answered, and how often.

#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

using namespace std::chrono_literals;
using topology::ExpectAnswered;
using topology::ExpectLatency;

// Answered after these times; a timeout where it is none.
Story answered_after(const std::vector<Duration>& times) {
  Story story;
  uint16_t port = 40000;
  for (const Duration took : times) {
    const bool answered = took > 0s;
    story.exchange(answered ? Outcome::answered : Outcome::timeout, answered ? "rs1" : "", port++);
    story.record.exchanges.back().took = answered ? took : 1s;
  }
  return story;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(what_clients_saw)

BOOST_AUTO_TEST_CASE(in_time) {
  const Story story = answered_after({20ms, 25500us, 0s, 60ms});
  const Verdict verdict = story.judge(ExpectLatency{20ms, 60ms});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "3 answers after 20.000 ms to 60.000 ms");
  BOOST_TEST(verdict.details.empty());
}

BOOST_AUTO_TEST_CASE(too_soon_or_too_late) {
  const Story story = answered_after({20ms, 25500us, 0s, 60ms});
  const Verdict soon = story.judge(ExpectLatency{20001us});
  BOOST_TEST(!soon.passed);
  BOOST_TEST(mentions(soon, "expected: every answer after 20.001 ms at least"));
  BOOST_TEST(mentions(soon, "198.51.100.10:40000 > 192.0.2.100:80: answered after 20.000 ms"));
  BOOST_TEST(!mentions(soon, "198.51.100.10:40001"));
  const Verdict late = story.judge(ExpectLatency{0s, 59999us});
  BOOST_TEST(!late.passed);
  BOOST_TEST(mentions(late, "expected: every answer within 59.999 ms"));
  BOOST_TEST(mentions(late, "198.51.100.10:40003 > 192.0.2.100:80: answered after 60.000 ms"));
  BOOST_TEST(mentions(story.judge(ExpectLatency{1us, 1ms}),
                      "every answer after 0.001 ms at least and within 1.000 ms"));
}

BOOST_AUTO_TEST_CASE(without_an_answer_no_latency_is_shown) {
  const Verdict verdict = answered_after({0s}).judge(ExpectLatency{});
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "no answer");
  BOOST_TEST(!Story().judge(ExpectLatency{}).passed);
}

BOOST_AUTO_TEST_CASE(shares_are_exact) {
  const Story story = answered_after({1ms, 1ms, 0s});
  const Verdict verdict = story.judge(ExpectAnswered{666'666});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "2 of 3 requests answered, 66.67%");
  BOOST_TEST(!story.judge(ExpectAnswered{666'667}).passed);
  BOOST_TEST(story.judge(ExpectAnswered{0, 666'667}).passed);
  BOOST_TEST(!story.judge(ExpectAnswered{0, 666'666}).passed);
  const Story tenth = answered_after({1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 0s});
  BOOST_TEST(tenth.judge(ExpectAnswered{900'000, 900'000}).passed);
}

BOOST_AUTO_TEST_CASE(too_few_or_too_many_answers) {
  const Story story = answered_after({1ms, 0s});
  const Verdict few = story.judge(ExpectAnswered{500'001});
  BOOST_TEST(mentions(few, "expected: 50% to 100% of all requests answered"));
  BOOST_TEST(mentions(few, "198.51.100.10:40001 > 192.0.2.100:80: timeout after 1000.000 ms"));
  BOOST_TEST(!mentions(few, "198.51.100.10:40000"));
  const Verdict many = story.judge(ExpectAnswered{0, 0});
  BOOST_TEST(mentions(many, "198.51.100.10:40000 > 192.0.2.100:80: answered after 1.000 ms"));
  BOOST_TEST(!mentions(many, "198.51.100.10:40001"));
  BOOST_TEST(!Story().judge(ExpectAnswered{}).passed);
}

// The client's word needs no capture.
BOOST_AUTO_TEST_CASE(frames_that_were_not_captured_refute_nothing) {
  Story story = answered_after({1ms});
  story.evidence.lost = 1;
  BOOST_TEST(story.judge(ExpectLatency{}).passed);
  BOOST_TEST(story.judge(ExpectAnswered{}).passed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
