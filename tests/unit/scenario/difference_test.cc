#include "emulator/scenario/difference.hh"

#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

Difference between(const FrameBytes& before, const FrameBytes& after, bool partial = false) {
  return difference({Layers(before), false}, {Layers(after), partial});
}

std::vector<std::string> names(const Difference& found) {
  std::vector<std::string> list;
  for (const Change& change : found.fields) list.push_back(change.field);
  return list;
}

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(differences)

BOOST_AUTO_TEST_CASE(none_between_equal_frames) {
  const Difference found = between(tcp({}), tcp({}));
  BOOST_TEST(found.fields.empty());
  BOOST_TEST(found.strays.empty());
  BOOST_TEST(found.checksums.empty());
}

BOOST_AUTO_TEST_CASE(named_fields_with_both_values) {
  PacketText after;
  after.ttl = 63, after.dst = "203.0.113.9", after.dport = 8080;
  const Difference found = between(tcp({}), tcp(after));
  BOOST_TEST(names(found) == (Names{"ip.dst", "ip.ttl", "tcp.dst"}));
  BOOST_TEST(found.fields[1].old_value == "64");
  BOOST_TEST(found.fields[1].new_value == "63");
  BOOST_TEST(found.strays.empty());
  BOOST_TEST(found.checksums.empty());
}

BOOST_AUTO_TEST_CASE(a_byte_without_a_name_is_told_with_its_offset) {
  const FrameBytes before = tcp({});
  const Difference window = between(before, flipped(before, 49));
  BOOST_TEST(window.fields.empty());
  BOOST_REQUIRE(window.strays.size() == 1U);
  BOOST_TEST(window.strays[0] == "byte 49 (tcp + 15): 0xf0 -> 0xf1");
  const Difference reserved = between(before, flipped(before, 20, 0x80));  // IPv4 reserved bit
  BOOST_REQUIRE(reserved.strays.size() == 1U);
  BOOST_TEST(reserved.strays[0] == "byte 20 (ip + 6): 0x40 -> 0xc0");
}

BOOST_AUTO_TEST_CASE(payload_and_length) {
  PacketText before, after;
  before.payload = "abc", after.payload = "abcd";
  const Difference found = between(tcp(before), tcp(after));
  BOOST_TEST(names(found) == (Names{"ip.length", "payload"}));
  BOOST_TEST(found.fields[1].old_value == "[from byte 3] ");
  BOOST_TEST(found.fields[1].new_value == "[from byte 3] d");
}

BOOST_AUTO_TEST_CASE(padding_behind_the_packet_is_the_links) {
  FrameBytes padded = tcp({});
  padded.resize(60);
  const Difference found = between(tcp({}), padded);
  BOOST_TEST(found.fields.empty());
  BOOST_TEST(found.strays.empty());
}

BOOST_AUTO_TEST_CASE(a_checksum_that_did_not_follow) {
  FrameBytes after = tcp({});
  after[22] = 63;  // TTL without its checksum
  const Difference found = between(tcp({}), after);
  BOOST_TEST(names(found) == (Names{"ip.ttl"}));
  BOOST_REQUIRE(found.checksums.size() == 1U);
  BOOST_TEST(found.checksums[0].find("ip checksum") == 0U);
}

BOOST_AUTO_TEST_CASE(a_checksum_that_changed_alone) {
  BOOST_TEST(between(tcp({}), flipped(tcp({}), 50)).checksums.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_wrong_checksum_may_stay_wrong_by_the_same) {
  // IPVS changes sums by increments and does not look whether they were right.
  PacketText text;
  text.dst = "203.0.113.9";
  const Difference found = between(flipped(tcp({}), 50), flipped(tcp(text), 50));
  BOOST_TEST(names(found) == (Names{"ip.dst"}));
  // The same bit of a sum need not stand for the same error: only the sum over all counts.
  const FrameBytes wrong = flipped(tcp({}), 47);
  FrameBytes ttl = wrong;
  ttl[22] = 63, ttl[24] = static_cast<uint8_t>(ttl[24] + 1);
  BOOST_TEST(between(wrong, ttl).checksums.empty());
}

BOOST_AUTO_TEST_CASE(a_datagram_without_checksum_may_get_one_and_not_lose_it) {
  FrameBytes without = udp({});
  without[40] = without[41] = 0;
  BOOST_TEST(between(without, udp({})).checksums.empty());
  const auto lost = between(udp({}), without).checksums;
  BOOST_REQUIRE(lost.size() == 1U);
  BOOST_TEST(lost[0] == "udp checksum taken away");
}

BOOST_AUTO_TEST_CASE(a_sum_left_to_the_device_is_not_held_to_follow) {
  BOOST_TEST(between(tcp({}), flipped(tcp({}), 50), true).checksums.empty());
}

BOOST_AUTO_TEST_CASE(an_outer_header_is_added_before_an_inner_one_unchanged_but_for_ttl) {
  PacketText inner;
  inner.ttl = 63;
  const Difference found = between(tcp({}), tunnelled(inner, kDip, kRip1));
  BOOST_TEST(names(found) ==
             (Names{"outer.src", "outer.dst", "outer.ttl", "outer.tos", "outer.id", "outer.df",
                    "outer.proto", "outer.length", "outer.version", "ip.ttl"}));
  BOOST_TEST(found.fields[0].old_value == "");
  BOOST_TEST(found.strays.empty());
  BOOST_TEST(found.checksums.empty());
  // An outer header that speaks of more than it carries.
  FrameBytes longer = tunnelled(inner, kDip, kRip1);
  longer[17] = static_cast<uint8_t>(longer[17] + 1);
  longer.push_back(0);
  BOOST_TEST(between(tcp({}), longer).strays.size() == 1U);
  // A bit of the inner header is found behind the outer one.
  const FrameBytes window = flipped(tunnelled(inner, kDip, kRip1), 69);
  BOOST_TEST(between(tcp({}), window).strays.size() == 1U);
  // An outer header with a wrong sum of its own.
  BOOST_TEST(between(tcp({}), flipped(tunnelled(inner, kDip, kRip1), 24)).checksums.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_translated_quotation) {
  PacketText real;
  real.dst = kRip1, real.dport = 8080;
  const Difference found =
      between(icmp_error({}, kDip, 3, 4, 1480), icmp_error(real, kDip, 3, 4, 1480));
  BOOST_TEST(names(found) == (Names{"quoted.dst", "quoted.dport"}));
  BOOST_TEST(found.strays.empty());
  BOOST_TEST(found.checksums.empty());
  const FrameBytes sequence = flipped(icmp_error(real, kDip, 3, 4, 1480), 66);
  BOOST_TEST(between(icmp_error({}, kDip, 3, 4, 1480), sequence).strays.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
