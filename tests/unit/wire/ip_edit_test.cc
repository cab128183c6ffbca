// Where the transport header of a packet stands, by either version: whole packets, quoted ones,
// and those that end too early.

#include "emulator/wire/ip_edit.hh"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::wire::test {

namespace {

using Octets = std::vector<uint8_t>;

Octets packet4(uint8_t version_and_length, uint16_t total, uint16_t fragment_word, size_t size) {
  Octets bytes(size);
  bytes[0] = version_and_length;
  store_be16(&bytes[2], total);
  store_be16(&bytes[6], fragment_word);
  bytes[9] = proto::kUdp;
  return bytes;
}

Octets packet6(uint8_t first, const Octets& rest) {
  Octets bytes(kIpv6Size);
  bytes[0] = 0x60;
  store_be16(&bytes[4], static_cast<uint16_t>(rest.size()));
  bytes[6] = first;
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ip_edit)

BOOST_AUTO_TEST_CASE(extension_headers_are_walked_to_the_transport) {
  constexpr uint8_t kHop = next_header::kHopByHop, kFragment = next_header::kFragment,
                    kUdp = proto::kUdp;
  struct Row {
    const char* says;
    uint8_t first;
    Octets rest;
    bool taken;
    uint8_t protocol;
    size_t header;
    bool fragment = false, later = false;
  };
  const Row rows[] = {
      {"none", kUdp, {1, 2, 3, 4}, true, kUdp, 40},
      {"nothing behind the header", kUdp, {}, true, kUdp, 40},
      {"hop-by-hop options count eights", kHop, {kUdp, 0, 1, 4, 0, 0, 0, 0, 9}, true, kUdp, 48},
      {"RFC 4302, 2.2: AH counts fours",
       proto::kAh,
       {kUdp, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 7, 7, 7, 7, 9},
       true,
       kUdp,
       56},
      {"the first fragment", kFragment, {kUdp, 0, 0, 1, 0, 0, 0, 7, 9}, true, kUdp, 48, true},
      {"a later one: nothing behind is looked at",
       kFragment,
       {kHop, 0, 0, 8, 0, 0, 0, 7, 9},
       true,
       kHop,
       48,
       true,
       true},
      {"a header longer than the packet leaves nothing",
       kHop,
       {kUdp, 9, 1, 4, 0, 0, 0, 0},
       true,
       kUdp,
       48},
      {"a type without its length", kHop, {kUdp}, false, 0, 0},
      {"a header that is named and not there", kHop, {}, false, 0, 0},
      {"a fragment header cut short", kFragment, {kUdp, 0, 0, 0, 0, 0, 0}, false, 0, 0},
  };
  for (const Row& row : rows) {
    for (const bool quoted : {false, true}) {
      BOOST_TEST_CONTEXT(row.says << (quoted ? ", quoted" : "")) {
        Octets bytes = packet6(row.first, row.rest);
        const auto ip = quoted ? IpEdit::over_quoted(bytes) : IpEdit::over(bytes);
        BOOST_REQUIRE_EQUAL(ip.has_value(), row.taken);
        if (!ip) continue;
        BOOST_TEST(int{ip->protocol()} == int{row.protocol});
        BOOST_TEST(ip->header_length() == row.header);
        BOOST_TEST(ip->total_length() == bytes.size());
        BOOST_TEST(ip->is_fragment() == row.fragment);
        BOOST_TEST(ip->is_later_fragment() == row.later);
        BOOST_TEST(!ip->may_fragment());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(headers_of_version_4) {
  struct Row {
    const char* says;
    Octets bytes;
    bool whole, quoted, believed;  // by over(), over_quoted() and over_quoted() of a known family
  };
  const Row rows[] = {
      {"a packet", packet4(0x45, 28, 0, 28), true, true, true},
      {"padding behind it", packet4(0x45, 28, 0, 46), true, true, true},
      {"options", packet4(0x46, 32, 0, 32), true, true, true},
      {"cut, as errors quote it", packet4(0x45, 1500, 0, 28), false, true, true},
      {"options that are not there", packet4(0x4f, 28, 0, 28), false, false, false},
      {"a header of 16 bytes", packet4(0x44, 28, 0, 28), false, false, true},
      {"version 5", packet4(0x55, 28, 0, 28), false, false, true},
      {"a total length below its header's", packet4(0x45, 19, 0, 28), false, true, true},
      {"less than a header", packet4(0x45, 19, 0, 19), false, false, false},
      {"nothing", {}, false, false, false},
  };
  for (Row row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      BOOST_TEST(IpEdit::over(row.bytes).has_value() == row.whole);
      BOOST_TEST(IpEdit::over_quoted(row.bytes).has_value() == row.quoted);
      BOOST_TEST(IpEdit::over_quoted(row.bytes, Family::v4).has_value() == row.believed);
      BOOST_TEST(!IpEdit::over_quoted(row.bytes, Family::v6));
    }
  }
}

BOOST_AUTO_TEST_CASE(who_may_be_cut) {
  Octets free = packet4(0x45, 28, 0, 28);
  Octets bound = packet4(0x45, 28, 0x4000, 28);
  BOOST_TEST(IpEdit::over(free)->may_fragment());
  BOOST_TEST(!IpEdit::over(bound)->may_fragment());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::wire::test
