// Reading and writing addresses: what is taken, what is refused, what is printed.

#include "emulator/wire/address.hh"

#include <boost/test/unit_test.hpp>
#include <unordered_set>

using namespace lvslab;
using namespace lvslab::wire;

namespace {

IpAddress ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  BOOST_REQUIRE_MESSAGE(address, "not an address: " << text);
  return *address;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(address)

BOOST_AUTO_TEST_CASE(addresses_print_as_they_are_written) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "2001:db8:1:2:3:4:5:6"})
    BOOST_TEST(ip(text).to_string() == text);
  BOOST_TEST(ip("2001:0DB8:0:0:0:0:0:1").to_string() == "2001:db8::1");  // RFC 5952, 4
}

BOOST_AUTO_TEST_CASE(what_is_no_whole_address_is_refused) {
  for (const char* text : {"", " ", "192.0.2", "192.0.2.256", "192.0.2.1.5", "192.0.2.1 ",
                           " 192.0.2.1", "192.0.2.1/24", "192.0.2.1:80", "192.0.2.0x1", "[::1]",
                           "::1%lo", "2001:db8::1::2", "2001:db8", "g::1", "localhost"})
    BOOST_TEST(!IpAddress::parse(text), text);
  BOOST_TEST(!IpAddress::parse(std::string_view("192.0.2.1\0x", 11)));
}

BOOST_AUTO_TEST_CASE(families_and_sizes) {
  BOOST_TEST(ip("192.0.2.1").is_v4());
  BOOST_TEST(ip("192.0.2.1").size() == 4U);
  BOOST_TEST(ip("2001:db8::1").is_v6());
  BOOST_TEST(ip("2001:db8::1").bits() == 128U);
  BOOST_TEST((ip("0.0.0.0") != ip("::")));  // same bytes, other family
  BOOST_TEST((IpAddress() == ip("0.0.0.0")));
}

BOOST_AUTO_TEST_CASE(every_byte_counts_in_a_comparison) {
  std::array<uint8_t, 16> bytes{};
  const IpAddress zero = IpAddress::v6_at(bytes.data());
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = 1;
    BOOST_TEST((IpAddress::v6_at(bytes.data()) != zero), "byte " << i);
    bytes[i] = 0;
  }
  BOOST_TEST((IpAddress::v6_at(bytes.data()) == zero));
  BOOST_TEST((ip("192.0.2.1") < ip("192.0.2.2")));
  BOOST_TEST((ip("255.255.255.255") < ip("::")));
}

BOOST_AUTO_TEST_CASE(bytes_go_in_and_out_in_network_order) {
  constexpr uint8_t kHeader[] = {198, 51, 100, 7, 0xee};
  const IpAddress address = IpAddress::v4_at(kHeader);
  BOOST_TEST(address.to_string() == "198.51.100.7");
  BOOST_TEST(address.v4_value() == 0xc6336407U);
  BOOST_TEST((address == IpAddress::v4_from(0xc6336407U)));
  uint8_t out[5] = {0, 0, 0, 0, 0xdd};
  address.store(out);
  BOOST_TEST(std::equal(kHeader, kHeader + 4, out));
  BOOST_TEST(out[4] == 0xdd);
}

BOOST_AUTO_TEST_CASE(libtins_addresses_convert_both_ways) {
  BOOST_TEST((IpAddress(Ipv4("192.0.2.1")) == ip("192.0.2.1")));
  BOOST_TEST(ip("192.0.2.1").v4().to_string() == "192.0.2.1");
  BOOST_TEST((IpAddress(Ipv6("2001:db8::1")) == ip("2001:db8::1")));
  BOOST_TEST(ip("2001:db8::1").v6().to_string() == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(kinds_of_addresses) {
  BOOST_TEST(ip("127.9.9.9").is_loopback());
  BOOST_TEST(ip("::1").is_loopback());
  BOOST_TEST(!ip("128.0.0.1").is_loopback());
  BOOST_TEST(!ip("::2").is_loopback());
  BOOST_TEST(ip("224.0.0.81").is_multicast());
  BOOST_TEST(ip("239.255.255.255").is_multicast());
  BOOST_TEST(!ip("240.0.0.1").is_multicast());
  BOOST_TEST(ip("ff02::1").is_multicast());
  BOOST_TEST(!ip("fe80::1").is_multicast());
  BOOST_TEST(ip("169.254.1.1").is_link_local());
  BOOST_TEST(!ip("169.253.1.1").is_link_local());
  BOOST_TEST(ip("febf::1").is_link_local());
  BOOST_TEST(!ip("fec0::1").is_link_local());
  BOOST_TEST(ip("::").is_unspecified());
  BOOST_TEST(!ip("0.0.0.1").is_unspecified());
}

BOOST_AUTO_TEST_CASE(masking_clears_what_lies_behind_the_prefix) {
  BOOST_TEST(ip("203.0.113.255").masked(32).to_string() == "203.0.113.255");
  BOOST_TEST(ip("203.0.113.255").masked(25).to_string() == "203.0.113.128");
  BOOST_TEST(ip("203.0.113.255").masked(8).to_string() == "203.0.0.0");
  BOOST_TEST(ip("203.0.113.255").masked(0).to_string() == "0.0.0.0");
  BOOST_TEST(ip("2001:db8:ffff:ffff::1").masked(35).to_string() == "2001:db8:e000::");
  BOOST_TEST(ip("2001:db8::1").masked(128).to_string() == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(a_prefix_keeps_its_host_bits_and_knows_its_network) {
  const auto prefix = Prefix::parse("192.0.2.77/26");
  BOOST_REQUIRE(prefix);
  BOOST_TEST(prefix->to_string() == "192.0.2.77/26");
  BOOST_TEST(prefix->network().to_string() == "192.0.2.64");
  BOOST_TEST(prefix->contains(ip("192.0.2.127")));
  BOOST_TEST(!prefix->contains(ip("192.0.2.128")));
  BOOST_TEST(!prefix->contains(ip("2001:db8::1")));
  BOOST_TEST(Prefix::parse("0.0.0.0/0")->contains(ip("255.0.0.1")));
}

BOOST_AUTO_TEST_CASE(wrong_prefixes_are_refused) {
  for (const char* text : {"192.0.2.1", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1",
                           "192.0.2.1/8x", "192.0.2.1/+8", "2001:db8::/129", "/24", "x/24"})
    BOOST_TEST(!Prefix::parse(text), text);
  BOOST_TEST(Prefix::parse("2001:db8::/128").has_value());
}

BOOST_AUTO_TEST_CASE(endpoints_bracket_their_v6_addresses) {
  BOOST_TEST(Endpoint::parse("192.0.2.1:80")->to_string() == "192.0.2.1:80");
  BOOST_TEST(Endpoint::parse("[2001:db8::1]:65535")->to_string() == "[2001:db8::1]:65535");
  BOOST_TEST(Endpoint::parse("192.0.2.1:0")->port == 0);
  for (const char* text : {"192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
                           "[192.0.2.1]:80", "2001:db8::1:80", "[2001:db8::1]", "[]:80", ":80",
                           "[2001:db8::1:80", "2001:db8::1]:80", "192.0.2.1:0x50"})
    BOOST_TEST(!Endpoint::parse(text), text);
}

BOOST_AUTO_TEST_CASE(mac_addresses_take_one_spelling) {
  BOOST_TEST(to_string(*parse_mac("00:21:5a:db:68:e8")) == "00:21:5a:db:68:e8");
  BOOST_TEST(to_string(*parse_mac("00:21:5A:DB:68:E8")) == "00:21:5a:db:68:e8");
  BOOST_TEST(to_string(broadcast_mac()) == "ff:ff:ff:ff:ff:ff");
  for (const char* text :
       {"", "00:21:5a:db:68", "00:21:5a:db:68:e8:01", "00-21-5a-db-68-e8", "0:21:5a:db:68:e80",
        "00:21:5a:db:68:g8", "00:21:5a:db:68:-8", "00215adb68e8", " 0:21:5a:db:68:e8"})
    BOOST_TEST(!parse_mac(text), text);
}

BOOST_AUTO_TEST_CASE(hashes_of_neighbouring_addresses_spread) {
  std::unordered_set<size_t> low_bits;
  for (uint32_t i = 0; i < 256; ++i)
    low_bits.insert(std::hash<IpAddress>{}(IpAddress::v4_from(0xc0000200U + i)) & 0xfff);
  // 256 balls into 4096 bins leave about 248 distinct.
  BOOST_TEST(low_bits.size() > 225U);
}

BOOST_AUTO_TEST_SUITE_END()
