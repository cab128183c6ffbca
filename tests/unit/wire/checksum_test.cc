// The Internet checksum against the RFCs' own numbers and against libtins.

#include "emulator/wire/checksum.hh"

#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/transport.hh"

using namespace lvslab;
using namespace lvslab::wire;
using Tins::IP;
using Tins::RawPDU;
using Tins::TCP;
using Tins::UDP;

namespace {

std::vector<uint8_t> random_bytes(Random& random, size_t size) {
  std::vector<uint8_t> bytes(size);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random.next());
  return bytes;
}

// The sum as RFC 1071 writes it down: word after word, folded at the end.
uint16_t plain_sum(Bytes bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2)
    sum += static_cast<uint32_t>(bytes[i] << 8 | (i + 1 < bytes.size() ? bytes[i + 1] : 0));
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

std::vector<uint8_t> tcp_packet(const char* to, uint16_t port, const std::vector<uint8_t>& data,
                                uint8_t ttl = 64) {
  IP ip = IP(to, "192.0.2.69") / TCP(port, 49152) / RawPDU(data);
  ip.ttl(ttl);
  ip.id(0x1234);
  return ip.serialize();
}

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checksum)

BOOST_AUTO_TEST_CASE(rfc_1071_example) {
  constexpr uint8_t kExample[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  BOOST_TEST(checksum_fold(checksum_sum(kExample)) == 0xddf2);
  BOOST_TEST(checksum_finish(checksum_sum(kExample)) == 0x220d);
}

BOOST_AUTO_TEST_CASE(rfc_1624_example_where_the_older_equation_fails) {
  ChecksumDelta delta;
  delta.replace16(0x5555, 0x3285);
  BOOST_TEST(delta.apply(0xdd2f) == 0x0000);
}

BOOST_AUTO_TEST_CASE(a_known_ipv4_header) {
  // 45 00 00 73 ... b8 61: the header that Wikipedia's "IPv4 header checksum" works out.
  uint8_t header[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                      0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
  BOOST_TEST(checksum_ok(header));
  header[10] = header[11] = 0;
  BOOST_TEST(checksum_finish(checksum_sum(header)) == 0xb861);
  BOOST_TEST(!checksum_ok(header));
}

BOOST_AUTO_TEST_CASE(every_length_and_alignment_gives_the_plain_sum) {
  Random random(1);
  const auto bytes = random_bytes(random, 80);
  for (size_t from = 0; from < 9; ++from)
    for (size_t size = 0; size + from <= bytes.size(); ++size) {
      const Bytes part = Bytes(bytes).subspan(from, size);
      BOOST_REQUIRE_EQUAL(checksum_fold(checksum_sum(part)), plain_sum(part));
    }
}

BOOST_AUTO_TEST_CASE(carries_are_not_lost) {
  const std::vector<uint8_t> ones(65535, 0xff);
  for (const size_t size : {2UL, 8UL, 16UL, 1500UL, 65535UL})
    BOOST_TEST(checksum_fold(checksum_sum(Bytes(ones).first(size))) ==
               plain_sum(Bytes(ones).first(size)));
  BOOST_TEST(checksum_fold(~uint64_t{0}) == 0xffff);
  BOOST_TEST(checksum_fold(0) == 0);
}

BOOST_AUTO_TEST_CASE(sums_chain_by_their_start) {
  Random random(2);
  const auto bytes = random_bytes(random, 100);
  const uint64_t head = checksum_sum(Bytes(bytes).first(40));
  BOOST_TEST(checksum_fold(checksum_sum(Bytes(bytes).subspan(40), head)) ==
             checksum_fold(checksum_sum(bytes)));
}

BOOST_AUTO_TEST_CASE(libtins_agrees_on_tcp_and_udp_of_every_parity) {
  Random random(3);
  for (size_t size = 0; size < 40; ++size) {
    const auto data = random_bytes(random, size);
    auto tcp = tcp_packet("198.51.100.1", 80, data);
    const auto ip = Ipv4View::over(Bytes(tcp));
    BOOST_REQUIRE(ip);
    BOOST_TEST(ip->checksum_good());
    const auto length = static_cast<uint32_t>(ip->payload().size());
    BOOST_TEST(checksum_ok(
        ip->payload(), pseudo_header_sum(ip->source(), ip->destination(), proto::kTcp, length)));
    tcp.back() ^= 1;  // one bit, and it is bad
    BOOST_TEST(!checksum_ok(
        ip->payload(), pseudo_header_sum(ip->source(), ip->destination(), proto::kTcp, length)));
  }
}

BOOST_AUTO_TEST_CASE(libtins_agrees_on_udp_over_ipv6) {
  Random random(4);
  for (size_t size = 0; size < 20; ++size) {
    auto packet = Tins::IPv6("2001:db8::2", "2001:db8:1::99") / UDP(53, 40000) /
                  RawPDU(random_bytes(random, size));
    const auto bytes = packet.serialize();
    const auto ip = Ipv6View::over(Bytes(bytes));
    BOOST_REQUIRE(ip);
    BOOST_TEST(
        checksum_ok(ip->payload(), pseudo_header_sum(ip->source(), ip->destination(), proto::kUdp,
                                                     static_cast<uint32_t>(ip->payload().size()))));
  }
}

BOOST_AUTO_TEST_CASE(an_edited_packet_is_the_one_libtins_builds) {
  Random random(5);
  for (size_t size = 0; size < 20; ++size) {
    const auto data = random_bytes(random, size);
    auto packet = tcp_packet("192.0.2.1", 80, data, 64);
    const auto ip = Ipv4Edit::over(MutableBytes(packet));
    const auto tcp = TcpEdit::over(ip->payload());
    ChecksumDelta header, transport;
    const IpAddress real = address("198.51.100.7");
    header.replace(ip->destination(), real);
    transport.replace(ip->destination(), real);
    transport.replace16(tcp->destination_port(), 8080);
    ip->set_destination(real);
    ip->set_checksum(header.apply(ip->checksum()));
    tcp->set_destination_port(8080);
    tcp->set_checksum(transport.apply(tcp->checksum()));
    ip->decrement_ttl();
    BOOST_TEST(packet == tcp_packet("198.51.100.7", 8080, data, 63));
  }
}

BOOST_AUTO_TEST_CASE(increments_do_not_mind_their_order_or_size) {
  ChecksumDelta words, halves;
  words.replace32(0x0a000001, 0xc0a80102);
  halves.replace16(0x0001, 0x0102);
  halves.replace16(0x0a00, 0xc0a8);
  for (const uint16_t before : std::initializer_list<uint16_t>{0, 1, 0x8000, 0xfffe, 0xffff})
    BOOST_TEST(words.apply(before) == halves.apply(before));
}

BOOST_AUTO_TEST_CASE(addresses_of_both_families_replace_like_their_words) {
  const IpAddress from = address("2001:db8::1"), to = address("2001:db8:ffff::8:9");
  ChecksumDelta whole, words;
  whole.replace(from, to);
  for (size_t i = 0; i < 16; i += 2)
    words.replace16(load_be16(from.bytes().data() + i), load_be16(to.bytes().data() + i));
  BOOST_TEST(whole.apply(0x1234) == words.apply(0x1234));
  ChecksumDelta none;
  none.replace(from, from);
  BOOST_TEST(none.apply(0x1234) == 0x1234);
}

BOOST_AUTO_TEST_CASE(a_partial_checksum_follows_the_pseudo_header) {
  const IpAddress client = address("192.0.2.69"), vip = address("192.0.2.1");
  const IpAddress real = address("198.51.100.7");
  const uint16_t before = checksum_fold(pseudo_header_sum(client, vip, proto::kTcp, 1480));
  ChecksumDelta delta;
  delta.replace(vip, real);
  BOOST_TEST(delta.apply_partial(before) ==
             checksum_fold(pseudo_header_sum(client, real, proto::kTcp, 1480)));
  BOOST_TEST(delta.apply(before) != delta.apply_partial(before));
}

BOOST_AUTO_TEST_CASE(a_sum_of_long_payloads_counts_their_length_whole) {
  const IpAddress any = address("0.0.0.0");
  BOOST_TEST(checksum_fold(pseudo_header_sum(any, any, 0, 0x00012345)) == 0x2346);
}

BOOST_AUTO_TEST_CASE(ttl_goes_down_by_one_and_the_sum_stays_good) {
  for (const int ttl : {1, 2, 64, 128, 255}) {
    auto packet = tcp_packet("192.0.2.1", 80, {}, static_cast<uint8_t>(ttl));
    const auto ip = Ipv4Edit::over(MutableBytes(packet));
    ip->decrement_ttl();
    BOOST_TEST(ip->ttl() == ttl - 1);
    BOOST_TEST(ip->checksum_good());
    const uint16_t kept = ip->checksum();
    ip->fill_checksum();
    BOOST_TEST(ip->checksum() == kept);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_checksum_stays_as_wrong) {
  auto packet = tcp_packet("192.0.2.1", 80, {});
  const auto ip = Ipv4Edit::over(MutableBytes(packet));
  ip->set_checksum(static_cast<uint16_t>(ip->checksum() + 5));
  ip->decrement_ttl();
  BOOST_TEST(!ip->checksum_good());
}

BOOST_AUTO_TEST_SUITE_END()
