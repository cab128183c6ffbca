#include "emulator/scenario/evaluate.hh"

#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

BOOST_AUTO_TEST_SUITE(evaluation)

BOOST_AUTO_TEST_CASE(a_step_in_words) {
  Story story;
  const auto action = [&](const topology::Action& what) {
    story.step.action = what;
    return story.result().action;
  };
  topology::Request request;
  request.from = "client", request.to = *wire::Endpoint::parse("192.0.2.100:80");
  request.count = 8;
  BOOST_TEST(action(request) == "8 requests over TCP from client to 192.0.2.100:80");
  request.count = 1, request.transport = topology::Transport::udp, request.size = 1400;
  BOOST_TEST(action(request) ==
             "1 request over UDP from client to 192.0.2.100:80, 1400 bytes more each");
  BOOST_TEST(action(topology::Ping{"client", *wire::IpAddress::parse(kVip), 2, {}}) ==
             "2 echo requests from client to 192.0.2.100");
  BOOST_TEST(action(topology::ArpProbe{"router", *wire::IpAddress::parse(kVip), {}}) ==
             "router asks who has 192.0.2.100");
  BOOST_TEST(action(topology::ApplyRules{{{"d1", std::vector<topology::Rule>(2)},
                                          {"d2", std::vector<topology::Rule>(1)}}}) ==
             "2 rules given to d1, 1 rule given to d2");
  BOOST_TEST(action(topology::Continue{"visitors", "client", request.to, 2, 0, {}}) ==
             "one more request on each of 2 connections kept as visitors, from client to "
             "192.0.2.100:80");
  const wire::Prefix vip = *wire::Prefix::parse(kVip + "/32");
  BOOST_TEST(action(topology::Takeover{"d1", "d2", {{vip, "eth0", "eth0"}}}) ==
             "d2 takes over 192.0.2.100 from d1");
  BOOST_TEST(action(topology::Await{"d2", 4, {}}) == "until d2 knows 4 connections");
  BOOST_TEST(action(topology::Exec{"rs1", {"ip", "addr"}, 0, {}}) == "rs1 runs: ip addr");
  BOOST_TEST(action(topology::Wait{std::chrono::seconds(30)}) == "30000 ms pass");
}

BOOST_AUTO_TEST_CASE(wires_in_words) {
  Story story;
  const auto action = [&](topology::SetWires::Deed deed, const topology::Wires& wires) {
    story.step.action = topology::SetWires{deed, {{"rs1", "eth0", wires}}};
    return story.result().action;
  };
  using Deed = topology::SetWires::Deed;
  wire::Impairments lossy;
  lossy.loss = 0.05;
  BOOST_TEST(action(Deed::change, {lossy, lossy}) == "the wire of rs1:eth0 becomes {loss: 5%}");
  BOOST_TEST(action(Deed::change, {lossy, {}}) ==
             "the wire of rs1:eth0 becomes out {loss: 5%}, in {}");
  BOOST_TEST(action(Deed::cut, {}) == "the wire of rs1:eth0 is cut");
  BOOST_TEST(action(Deed::mend, {}) == "the wire of rs1:eth0 is mended: {}");
}

BOOST_AUTO_TEST_CASE(what_was_awaited_is_judged) {
  for (const size_t known : {3U, 4U, 5U}) {
    Story story;
    story.step.action = topology::Await{"director", 4, {}};
    story.record.connections = known;
    const StepResult result = story.result();
    BOOST_REQUIRE(result.verdicts.size() == 1U);
    const Verdict& verdict = result.verdicts.front();
    BOOST_TEST(verdict.passed == (known >= 4));
    BOOST_TEST(verdict.expectation == "director knows 4 connections");
    BOOST_TEST(verdict.found.starts_with(std::to_string(known) + " connections after "));
    BOOST_TEST(verdict.details.empty() == verdict.passed);
  }
}

BOOST_AUTO_TEST_CASE(none_any_more_is_awaited) {
  for (const size_t known : {0U, 1U}) {
    Story story;
    story.step.action = topology::Await{"director", 0, {}};
    story.record.connections = known;
    const Verdict verdict = story.result().verdicts.at(0);
    BOOST_TEST(verdict.passed == (known == 0));
    BOOST_TEST(verdict.expectation == "director knows no connection any more");
  }
}

BOOST_AUTO_TEST_CASE(verdicts_keep_the_files_order) {
  Story story = dr_story();
  story.step.expectations = {{topology::ExpectAnswers{{{"rs1", 1}}}, "answers: {rs1: 1}", {10, 7}},
                             {topology::ExpectOrder{{"rs2"}}, "order: [rs2]", {11, 7}}};
  const StepResult result = story.result();
  BOOST_TEST(result.name == "a step");
  BOOST_REQUIRE(result.verdicts.size() == 2U);
  BOOST_TEST(result.verdicts[0].passed);
  BOOST_TEST(result.verdicts[0].place == "lab.yaml:10:7");
  BOOST_TEST(!result.verdicts[1].passed);
  BOOST_TEST(result.verdicts[1].expectation == "order: [rs2]");
}

BOOST_AUTO_TEST_CASE(a_program_is_judged_by_its_exit_status) {
  Story story;
  story.step.action = topology::Exec{"rs1", {"false"}, 1, {}};
  story.record.exit_status = 1;
  BOOST_TEST(story.result().verdicts.at(0).passed);
  story.record.exit_status = 0;
  story.record.output = "oh";
  const Verdict verdict = story.result().verdicts.at(0);
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "exit status 0");
  BOOST_TEST(mentions(verdict, "output: oh"));
  story.record.exit_status.reset();
  BOOST_TEST(story.result().verdicts.at(0).found == "it did not end in time");
}

BOOST_AUTO_TEST_CASE(only_the_steps_own_frames_are_looked_at) {
  Story story = dr_story();
  story.record.first_sighting = 6;
  const topology::ExpectSeen syn{"*", {}, {{"tcp.flags", "S", {}}}, 0, 0};
  BOOST_TEST(story.judge(syn).passed);
  story.record.first_sighting = 5;
  BOOST_TEST(!story.judge(syn).passed);
}

BOOST_AUTO_TEST_CASE(the_same_arguments_give_the_same_result) {
  const StepResult one = tun_story().result(), two = tun_story().result();
  BOOST_TEST(rows_of(one.journeys.at(0)) == rows_of(two.journeys.at(0)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
