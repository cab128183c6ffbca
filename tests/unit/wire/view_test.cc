// Views are made only over bytes that hold what their accessors read.

#include <tins/arp.h>
#include <tins/ethernetII.h>
#include <tins/ip.h>
#include <tins/tcp.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/transport.hh"

using namespace lvslab;
using namespace lvslab::wire;

namespace {

// An IPv4 header of 20 bytes that says `total`, and `size` bytes of it.
std::vector<uint8_t> v4(uint8_t first, uint16_t total, size_t size) {
  std::vector<uint8_t> bytes(std::max<size_t>(size, 20));
  bytes[0] = first;
  store_be16(&bytes[2], total);
  bytes.resize(size);
  return bytes;
}

bool v4_taken(uint8_t first, uint16_t total, size_t size) {
  const auto bytes = v4(first, total, size);
  return Ipv4View::over(Bytes(bytes)).has_value();
}

bool v4_taken_quoted(uint8_t first, uint16_t total, size_t size) {
  const auto bytes = v4(first, total, size);
  return Ipv4View::over_quoted(Bytes(bytes)).has_value();
}

std::vector<uint8_t> v6(uint8_t first, uint16_t payload, size_t size) {
  std::vector<uint8_t> bytes(std::max<size_t>(size, 40));
  bytes[0] = first;
  store_be16(&bytes[4], payload);
  bytes.resize(size);
  return bytes;
}

bool v6_taken(uint8_t first, uint16_t payload, size_t size) {
  const auto bytes = v6(first, payload, size);
  return Ipv6View::over(Bytes(bytes)).has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(view)

BOOST_AUTO_TEST_CASE(an_ipv4_header_must_be_whole_and_fit) {
  BOOST_TEST(v4_taken(0x45, 20, 20));
  BOOST_TEST(v4_taken(0x45, 20, 46), "padding behind it is no matter");
  BOOST_TEST(v4_taken(0x46, 24, 24));
  BOOST_TEST(v4_taken(0x4f, 60, 60));
  BOOST_TEST(!v4_taken(0x45, 20, 19), "cut short");
  BOOST_TEST(!v4_taken(0x45, 20, 0), "no bytes");
  BOOST_TEST(!v4_taken(0x65, 20, 20), "version 6");
  BOOST_TEST(!v4_taken(0x44, 20, 20), "header of 16 bytes");
  BOOST_TEST(!v4_taken(0x45, 19, 20), "total length within the header");
  BOOST_TEST(!v4_taken(0x45, 21, 20), "total length behind the bytes");
  BOOST_TEST(!v4_taken(0x4f, 60, 59), "options behind the bytes");
}

BOOST_AUTO_TEST_CASE(a_quoted_ipv4_header_may_speak_of_more_than_is_there) {
  BOOST_TEST(v4_taken_quoted(0x45, 1500, 28));
  BOOST_TEST(v4_taken_quoted(0x45, 0, 20));
  BOOST_TEST(!v4_taken_quoted(0x46, 1500, 20), "options cut off");
  BOOST_TEST(!v4_taken_quoted(0x45, 1500, 19));
  BOOST_TEST(!v4_taken_quoted(0x65, 1500, 28));
}

BOOST_AUTO_TEST_CASE(an_ipv6_header_must_be_whole_and_fit) {
  BOOST_TEST(v6_taken(0x60, 0, 40));
  BOOST_TEST(v6_taken(0x60, 8, 60));
  BOOST_TEST(!v6_taken(0x60, 0, 39));
  BOOST_TEST(!v6_taken(0x60, 1, 40));
  BOOST_TEST(!v6_taken(0x40, 0, 40));
  const auto quoted = v6(0x60, 1280, 48);
  BOOST_TEST(Ipv6View::over_quoted(Bytes(quoted)).has_value());
  BOOST_TEST(!Ipv6View::over_quoted(Bytes(quoted).first(39)).has_value());
}

BOOST_AUTO_TEST_CASE(the_other_headers_ask_for_their_fixed_part) {
  const std::vector<uint8_t> bytes(64);
  const auto of = [&](size_t size) { return Bytes(bytes).first(size); };
  BOOST_TEST(EthernetView::over(of(14)).has_value());
  BOOST_TEST(!EthernetView::over(of(13)).has_value());
  BOOST_TEST(TcpView::over(of(20)).has_value());
  BOOST_TEST(!TcpView::over(of(19)).has_value());
  BOOST_TEST(UdpView::over(of(8)).has_value());
  BOOST_TEST(!UdpView::over(of(7)).has_value());
  BOOST_TEST(IcmpView::over(of(8)).has_value());
  BOOST_TEST(!IcmpView::over(of(7)).has_value());
  BOOST_TEST(IcmpView::over(of(8))->body().empty());
  BOOST_TEST(IcmpView::over(of(64))->body().size() == 56U);
}

BOOST_AUTO_TEST_CASE(fields_stand_where_libtins_puts_them) {
  Tins::IP built = Tins::IP("198.51.100.1", "192.0.2.69") / Tins::TCP(8080, 49152);
  built.ttl(63);
  built.id(0xbeef);
  built.tos(0x10);
  built.flags(Tins::IP::DONT_FRAGMENT);
  auto& built_tcp = built.rfind_pdu<Tins::TCP>();
  built_tcp.seq(0x01020304);
  built_tcp.ack_seq(0x05060708);
  built_tcp.window(512);
  built_tcp.flags(Tins::TCP::SYN | Tins::TCP::ACK);
  const auto bytes = built.serialize();
  const auto ip = Ipv4View::over(Bytes(bytes));
  BOOST_REQUIRE(ip);
  BOOST_TEST(ip->ttl() == 63);
  BOOST_TEST(ip->id() == 0xbeef);
  BOOST_TEST(ip->tos() == 0x10);
  BOOST_TEST(ip->dont_fragment());
  BOOST_TEST(!ip->is_fragment());
  BOOST_TEST(ip->protocol() == proto::kTcp);
  BOOST_TEST(ip->source().to_string() == "192.0.2.69");
  BOOST_TEST(ip->destination().to_string() == "198.51.100.1");
  const auto tcp = TcpView::over(ip->payload());
  BOOST_REQUIRE(tcp);
  BOOST_TEST(tcp->source_port() == 49152);
  BOOST_TEST(tcp->destination_port() == 8080);
  BOOST_TEST(tcp->sequence() == 0x01020304U);
  BOOST_TEST(tcp->acknowledgment() == 0x05060708U);
  BOOST_TEST(tcp->header_length() == 20U);
  BOOST_TEST(tcp->window() == 512);
  BOOST_TEST(tcp->has(tcp_flag::kSyn));
  BOOST_TEST(!tcp->has(tcp_flag::kFin));
}

BOOST_AUTO_TEST_CASE(fragment_words) {
  auto bytes = v4(0x45, 28, 28);
  const auto ip = Ipv4Edit::over(MutableBytes(bytes));
  ip->set_fragment_word(0x4000);
  BOOST_TEST((ip->dont_fragment() && !ip->is_fragment()));
  ip->set_fragment_word(0x2000);
  BOOST_TEST((ip->more_fragments() && ip->is_fragment() && ip->fragment_offset() == 0));
  ip->set_fragment_word(0x00b9);
  BOOST_TEST((!ip->more_fragments() && ip->is_fragment() && ip->fragment_offset() == 1480));
}

BOOST_AUTO_TEST_CASE(setters_write_what_accessors_read) {
  std::vector<uint8_t> bytes = v6(0x60, 8, 48);
  const auto ip = Ipv6Edit::over(MutableBytes(bytes));
  ip->set_source(*IpAddress::parse("2001:db8::1"));
  ip->set_destination(*IpAddress::parse("2001:db8::2"));
  ip->set_next_header(proto::kUdp);
  ip->set_hop_limit(7);
  BOOST_TEST(ip->source().to_string() == "2001:db8::1");
  BOOST_TEST(ip->destination().to_string() == "2001:db8::2");
  BOOST_TEST(ip->next_header() == proto::kUdp);
  BOOST_TEST(ip->hop_limit() == 7);
  const auto udp = UdpEdit::over(ip->payload());
  udp->set_source_port(1);
  udp->set_destination_port(2);
  udp->set_length(8);
  udp->set_checksum(0xabcd);
  BOOST_TEST((udp->source_port() == 1 && udp->destination_port() == 2));
  BOOST_TEST((udp->length() == 8 && udp->checksum() == 0xabcd));
}

BOOST_AUTO_TEST_CASE(arp_of_other_kinds_is_refused) {
  Tins::ARP built("192.0.2.1", "192.0.2.69", "00:00:00:00:00:00", "02:00:00:00:00:69");
  built.opcode(Tins::ARP::REQUEST);
  auto bytes = built.serialize();
  const auto arp = ArpView::over(Bytes(bytes));
  BOOST_REQUIRE(arp);
  BOOST_TEST(arp->operation() == arp::kRequest);
  BOOST_TEST(arp->sender_ip().to_string() == "192.0.2.69");
  BOOST_TEST(arp->target_ip().to_string() == "192.0.2.1");
  BOOST_TEST(to_string(arp->sender_mac()) == "02:00:00:00:00:69");
  BOOST_TEST(!ArpView::over(Bytes(bytes).first(27)).has_value());
  for (const size_t at : {1UL, 2UL, 4UL, 5UL}) {  // hardware type, protocol, both lengths
    auto other = bytes;
    other[at] ^= 0x20;
    BOOST_TEST(!ArpView::over(Bytes(other)).has_value(), "byte " << at);
  }
}

BOOST_AUTO_TEST_SUITE_END()
