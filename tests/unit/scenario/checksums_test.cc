#include "emulator/scenario/checksums.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/scenario/expectations.hh"
#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

const Sum* find(const Sums& sums, std::string_view of) {
  for (const Sum& sum : sums)
    if (sum.of == of) return &sum;
  return nullptr;
}

Story with_frame(const FrameBytes& frame) {
  Story story;
  story.sent("client:eth0", tcp({})).sent("client:eth0", frame);
  return story;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checksums)

BOOST_AUTO_TEST_CASE(what_libtins_wrote_is_right) {
  PacketText odd;
  odd.payload = "odd";
  const std::vector<FrameBytes> frames = {tcp(odd), udp(odd), echo({}, false, 1, 1),
                                          tunnelled(odd, kDip, kRip1), icmp_error({}, kDip, 3, 3)};
  for (const FrameBytes& frame : frames) {
    const auto sums = sums_of(Layers(frame), false);
    BOOST_TEST(sums.size() >= 2U);
    for (const Sum& sum : sums)
      BOOST_TEST((sum.right || (sum.of == "quoted" && sum.residue == 0xffff)), sum.to_string());
  }
}

BOOST_AUTO_TEST_CASE(each_is_found_wrong_after_one_bit) {
  struct Case {
    std::string_view of;
    FrameBytes frame;
    size_t at;
  };
  PacketText text;
  text.payload = "x";
  const std::vector<Case> cases = {{"ip", tcp(text), 22},
                                   {"tcp", tcp(text), 54},
                                   {"udp", udp(text), 42},
                                   {"icmp", echo(text, true, 1, 1), 42},
                                   {"outer", tunnelled(text, kDip, kRip1), 22},
                                   {"ip", tunnelled(text, kDip, kRip1), 42},
                                   {"tcp", tunnelled(text, kDip, kRip1), 74}};
  for (const Case& one : cases) {
    const FrameBytes broken = flipped(one.frame, one.at);
    const auto good = sums_of(Layers(one.frame), false), bad = sums_of(Layers(broken), false);
    BOOST_TEST(find(good, one.of)->right, one.of);
    BOOST_TEST(!find(bad, one.of)->right, one.of);
  }
}

BOOST_AUTO_TEST_CASE(the_right_value_is_told) {
  const FrameBytes frame = tcp({});
  const uint16_t right = load_be16(frame.data() + 24);
  const FrameBytes broken = flipped(frame, 24);
  const auto sums = sums_of(Layers(broken), false);
  BOOST_TEST(find(sums, "ip")->wanted == right);
}

BOOST_AUTO_TEST_CASE(a_datagram_may_have_none) {
  FrameBytes frame = udp({});
  frame[40] = frame[41] = 0;
  const auto sums = sums_of(Layers(frame), false);
  BOOST_TEST(find(sums, "udp")->absent);
  BOOST_TEST(!find(sums, "udp")->judged);
}

BOOST_AUTO_TEST_CASE(partial_sums_and_fragments_are_not_judged) {
  const FrameBytes frame = flipped(tcp({}), 50);
  const auto partial = sums_of(Layers(frame), true);
  BOOST_TEST(!find(partial, "tcp")->judged);
  BOOST_TEST(find(partial, "ip")->judged);
  const FrameBytes first = flipped(frame, 20, 0x20);
  const auto sums = sums_of(Layers(first), false);
  BOOST_TEST(!find(sums, "tcp")->judged);
}

BOOST_AUTO_TEST_CASE(expected_and_right) {
  const Verdict verdict = with_frame(udp({})).judge(topology::ExpectChecksums{});
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "in 2 frames: 2 ip, 1 tcp, 1 udp; 0 wrong");
}

BOOST_AUTO_TEST_CASE(expected_and_one_wrong) {
  const Verdict verdict = with_frame(flipped(udp({}), 40)).judge(topology::ExpectChecksums{});
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "in 2 frames: 2 ip, 1 tcp, 1 udp; 1 wrong");
  BOOST_TEST(mentions(verdict, "udp checksum 0x"));
  BOOST_TEST(mentions(verdict, "right would be 0x"));
}

BOOST_AUTO_TEST_CASE(expected_of_a_step_without_frames) {
  const Verdict verdict = Story().judge(topology::ExpectChecksums{});
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "no checksum was seen");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
