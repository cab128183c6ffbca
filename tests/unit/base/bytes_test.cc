// Loads and stores against bytes written out by hand.

#include "emulator/base/bytes.hh"

#include <array>
#include <boost/test/unit_test.hpp>

using namespace lvslab;

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(big_endian_values_stand_highest_byte_first) {
  constexpr std::array<uint8_t, 8> kBytes = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
  BOOST_TEST(load_be16(kBytes.data()) == 0x0102);
  BOOST_TEST(load_be32(kBytes.data()) == 0x01020304U);
  BOOST_TEST(load_be64(kBytes.data()) == 0x0102030405060708ULL);
  BOOST_TEST(load_le16(kBytes.data()) == 0x0201);
  BOOST_TEST(load_le32(kBytes.data()) == 0x04030201U);
}

BOOST_AUTO_TEST_CASE(a_store_touches_its_own_bytes_only) {
  std::array<uint8_t, 6> bytes{};
  store_be32(&bytes[1], 0xa1b2c3d4U);
  BOOST_TEST(bytes == (std::array<uint8_t, 6>{0, 0xa1, 0xb2, 0xc3, 0xd4, 0}));
  store_le16(&bytes[1], 0x1122);
  BOOST_TEST(bytes == (std::array<uint8_t, 6>{0, 0x22, 0x11, 0xc3, 0xd4, 0}));
}

BOOST_AUTO_TEST_CASE(odd_addresses_are_no_matter) {
  std::array<uint8_t, 9> bytes{};
  for (size_t at = 0; at < 5; ++at) {
    store_be32(&bytes[at], 0xdeadbeefU);
    BOOST_TEST(load_be32(&bytes[at]) == 0xdeadbeefU);
    store_le32(&bytes[at], 0xdeadbeefU);
    BOOST_TEST(load_le32(&bytes[at]) == 0xdeadbeefU);
  }
}

BOOST_AUTO_TEST_SUITE_END()
