// What a person reads of GRE by its flags, and of ARP that is neither question nor answer.

#include <boost/test/unit_test.hpp>
#include <vector>

#include "emulator/wire/describe.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::wire::test {

namespace {

using Octets = std::vector<uint8_t>;

Octets packet_of(uint8_t protocol, const Octets& payload) {
  Octets bytes = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  store_be16(&bytes[2], static_cast<uint16_t>(bytes.size()));
  const auto ip = *Ipv4Edit::over(MutableBytes(bytes));
  ip.fill_checksum();
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(describe_gre_arp)

// RFC 2784 and 2890: a word for each of checksum, key and sequence number.
BOOST_AUTO_TEST_CASE(gre_by_its_flags) {
  struct Row {
    Octets gre;
    const char* words;
  };
  const Row rows[] = {
      {{0x30, 0, 0x65, 0x58, 0, 0, 0, 7, 0, 0, 0, 1, 9},
       "GRE type 0x6558 key sequence len 1 ttl 64"},
      {{0, 1, 0x08, 0, 1, 2}, "GRE type 0x0800 version 1 len 2 ttl 64"},
      {{0x20, 0, 0x08, 0, 1, 2}, "GRE type 0x0800 key cut short: 6 bytes ttl 64"},
      {{0, 0, 0x86, 0xdd, 0x60}, "GRE type 0x86dd ttl 64 | "},
  };
  for (const Row& row : rows) {
    const std::string said = describe_packet(packet_of(proto::kGre, row.gre));
    BOOST_TEST(said.rfind("IP 192.0.2.1 > 192.0.2.2 " + std::string(row.words), 0) == 0U,
               "it says: " << said);
  }
  const std::string cut = describe_packet(packet_of(proto::kGre, {0, 0, 8}));
  BOOST_TEST(cut.find("GRE") != std::string::npos, "it says: " << cut);
  BOOST_TEST(cut.find("type") == std::string::npos, "it says: " << cut);
}

BOOST_AUTO_TEST_CASE(arp_of_other_kinds) {
  Octets arp = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,   1, 0x08, 0x06,
                0,    1,    8,    0,    6,    4,    0, 3, 2, 0, 0,   0, 0,    1,
                192,  0,    2,    1,    0,    0,    0, 0, 0, 0, 192, 0, 2,    2};
  BOOST_TEST(describe(arp) == "ARP operation 3 from 192.0.2.1 about 192.0.2.2");
  arp[15] = 6;
  BOOST_TEST(describe(arp) == "ARP not of IPv4 over Ethernet, 28 bytes");
  arp.resize(14 + 27);
  BOOST_TEST(describe(arp) == "ARP not of IPv4 over Ethernet, 27 bytes");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::wire::test
