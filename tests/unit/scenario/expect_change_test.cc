#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

using Fields = std::vector<topology::FieldMatch>;

topology::ExpectChange change(const std::string& host, const Fields& fields,
                              topology::Way way = topology::Way::request) {
  return {way, host, fields};
}

const Fields kDr = {
    {"eth.src", "$director.mac", {}}, {"eth.dst", "$server.mac", {}}, {"ip.ttl", "-1", {}}};

// A DR story whose frame out of the director was touched.
Story touched(size_t at, uint8_t bits) {
  Story story = dr_story();
  auto& frame = story.evidence.sightings[4].bytes;
  frame = flipped(frame, at, bits);
  return story;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expected_change)

BOOST_AUTO_TEST_CASE(dr_changes_macs_and_ttl) {
  const Verdict verdict = dr_story().judge(change("director", kDr));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "1 packet: eth.src " + kRouterIn + " -> " + kDirectorMac +
                                  ", eth.dst " + kDirectorMac + " -> " + kRs1Mac +
                                  ", ip.ttl 63 -> 62");
}

BOOST_AUTO_TEST_CASE(nat_changes_the_destination_and_back) {
  const Story story = nat_story();
  const Fields request = {{"eth.src", "", {}},
                          {"eth.dst", "", {}},
                          {"ip.ttl", "62", {}},
                          {"ip.dst", "$server.ip", {}},
                          {"tcp.dst", "8080", {}}};
  const Fields reply = {{"eth.src", "", {}},
                        {"eth.dst", "", {}},
                        {"ip.ttl", "-1", {}},
                        {"ip.src", kVip, {}},
                        {"tcp.src", "80", {}}};
  const Verdict there = story.judge(change("director", request));
  const Verdict back = story.judge(change("director", reply, topology::Way::reply));
  BOOST_TEST(there.passed, text_of(there));
  BOOST_TEST(back.passed, text_of(back));
  BOOST_TEST(!story.judge(change("director", kDr)).passed);
}

BOOST_AUTO_TEST_CASE(tun_adds_a_header) {
  const Story story = tun_story();
  Fields fields = kDr;
  fields.push_back({"outer.dst", "$server.ip", {}});
  const Verdict verdict = story.judge(change("director", fields));
  BOOST_TEST(verdict.passed, text_of(verdict));
  // The header is not to appear where the file does not speak of one,
  const Verdict unasked = story.judge(change("director", kDr));
  BOOST_TEST(!unasked.passed);
  BOOST_TEST(mentions(unasked, "outer.dst: none -> 192.0.2.11, expected not to change"));
  // nor to be missing where it does.
  const Verdict missing = dr_story().judge(change("director", fields));
  BOOST_TEST(!missing.passed);
  BOOST_TEST(mentions(missing, "outer.dst: unchanged (not there), expected $server.ip"));
}

BOOST_AUTO_TEST_CASE(a_listed_field_has_to_change_and_to_that) {
  Fields fields = kDr;
  fields.push_back({"ip.tos", "0x10", {}});
  const Verdict unchanged = dr_story().judge(change("director", fields));
  BOOST_TEST(!unchanged.passed);
  BOOST_TEST(mentions(unchanged, "ip.tos: unchanged (0x00), expected 0x10"));
  const Verdict other = dr_story().judge(
      change("director", {{"eth.src", "", {}}, {"eth.dst", "$rs2.mac", {}}, {"ip.ttl", "-2", {}}}));
  BOOST_TEST(!other.passed);
  BOOST_TEST(mentions(other, "eth.dst: " + kRs1Mac + ", expected " + kRs2Mac));
  BOOST_TEST(mentions(other, "ip.ttl: 63 -> 62, expected to change by -2"));
}

BOOST_AUTO_TEST_CASE(a_field_that_is_not_listed_must_not_change) {
  const Verdict verdict =
      dr_story().judge(change("director", {{"eth.src", "", {}}, {"eth.dst", "", {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(mentions(verdict, "ip.ttl: 63 -> 62, expected not to change"));
  BOOST_TEST(mentions(verdict, "expected: director changes eth.src, eth.dst and nothing else"));
}

BOOST_AUTO_TEST_CASE(a_byte_that_no_field_names_is_found) {
  const Verdict verdict = touched(49, 0x01).judge(change("director", kDr));  // TCP window
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(mentions(verdict, "byte 49 (tcp + 15): 0xf0 -> 0xf1, expected not to change"));
  BOOST_TEST(mentions(verdict, "tcp checksum"));
}

BOOST_AUTO_TEST_CASE(a_checksum_that_does_not_follow_is_found) {
  const Verdict verdict = touched(24, 0x01).judge(change("director", kDr));  // IP checksum
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(mentions(verdict, "it does not follow from the changes"));
}

BOOST_AUTO_TEST_CASE(a_host_that_nothing_passed) {
  const Verdict verdict = dr_story().judge(change("director", kDr, topology::Way::reply));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "no packet of that way was seen to pass director");
}

BOOST_AUTO_TEST_CASE(what_was_kept_is_told) {
  Story story = dr_story();
  story.evidence.sightings.resize(4);
  const Verdict verdict = story.judge(change("director", kDr));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found ==
             "no packet of that way was seen to pass director; 1 packet not sent on");
}

BOOST_AUTO_TEST_CASE(several_values_are_counted) {
  Story story = dr_story();
  PacketText ack;
  ack.flags = "A", ack.id = 8, ack.seq = 1001, ack.ack = 5001;
  ack.eth_src = kRouterIn, ack.eth_dst = kDirectorMac, ack.ttl = 50;
  story.received("director:eth0", tcp(ack));
  ack.eth_src = kDirectorMac, ack.eth_dst = kRs1Mac, ack.ttl = 49;
  story.sent("director:eth0", tcp(ack));
  const Verdict verdict = story.judge(change("director", kDr));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found.find("2 packets: ") == 0U);
  BOOST_TEST(verdict.found.find("ip.ttl 2 ways") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
