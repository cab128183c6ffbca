// Frames that no sender should make: whatever the bytes, a step is judged to its end.

#include <boost/test/unit_test.hpp>

#include "emulator/base/random.hh"
#include "emulator/wire/view.hh"
#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

std::vector<topology::Expectation> every_expectation() {
  const auto way = topology::Way::request;
  return {{topology::ExpectAnswers{}, "", {}},
          {topology::ExpectPath{way, {"client", "server"}}, "", {}},
          {topology::ExpectPacket{way, "*", true, {{"ip.ttl", "1", {}}}}, "", {}},
          {topology::ExpectChange{way, "director", {{"outer.dst", "$server.ip", {}}}}, "", {}},
          {topology::ExpectSeen{"*", {}, {{"quoted.dport", "1", {}}, {"payload", "x", {}}}, 1, 1},
           "",
           {}},
          {topology::ExpectArp{*wire::IpAddress::parse(kVip), {"director"}}, "", {}},
          {topology::ExpectChecksums{}, "", {}},
          {topology::ExpectHolds{{"all"}}, "", {}}};
}

// Frames with all headers that are looked into.
std::vector<FrameBytes> seeds() {
  PacketText text;
  text.payload = "payload";
  return {tcp(text),
          udp(text),
          tunnelled(text, kDip, kRip1),
          icmp_error(text, kDip, 3, 4, 1480),
          echo(text, false, 40000, 1),
          who_has(kVip, kRouterIn, "192.0.2.1")};
}

void exchange_over_each_protocol(Story& story) {
  using namespace wire::proto;
  for (const uint8_t protocol : {kIcmp, kTcp, kUdp})
    story.exchange(Outcome::answered, "rs1", 40000, protocol);
}

void judge_all(Story& story) {
  story.step.expectations = every_expectation();
  BOOST_TEST(story.result().verdicts.size() == story.step.expectations.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junk)

BOOST_AUTO_TEST_CASE(frames_cut_at_every_length) {
  for (const FrameBytes& whole : seeds()) {
    Story story;
    exchange_over_each_protocol(story);
    for (size_t size = 0; size <= whole.size(); ++size) {
      const FrameBytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      story.received("director:eth0", cut).sent("director:eth0", cut);
    }
    judge_all(story);
  }
}

BOOST_AUTO_TEST_CASE(frames_with_random_bytes) {
  constexpr uint64_t kSeed = 20240917;
  Random random(kSeed);
  for (int round = 0; round < 40; ++round) {
    Story story;
    exchange_over_each_protocol(story);
    for (FrameBytes frame : seeds()) {
      for (int i = 0; i < 4; ++i) {
        for (uint64_t n = random.below(4); n > 0; --n)
          frame[random.below(frame.size())] = static_cast<uint8_t>(random.next());
        story.received("director:eth0", frame).sent("director:eth0", frame);
        story.received("rs1:eth0", frame);
      }
    }
    judge_all(story);
  }
}

BOOST_AUTO_TEST_CASE(ports_and_slices_that_are_not_there) {
  Story story = dr_story();
  story.evidence.sightings[3].port = 4711;
  story.record.first_sighting = 2;
  judge_all(story);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
