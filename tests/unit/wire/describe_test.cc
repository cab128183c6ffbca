// The line a person reads: table of packets (built by libtins) and their words.

#include "emulator/wire/describe.hh"

#include <tins/arp.h>
#include <tins/ethernetII.h>
#include <tins/icmp.h>
#include <tins/icmpv6.h>
#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/wire/ipv4.hh"

using namespace lvslab;
using namespace lvslab::wire;
using Tins::ICMP;
using Tins::IP;
using Tins::IPv6;
using Tins::RawPDU;
using Tins::TCP;
using Tins::UDP;
using Packet = std::vector<uint8_t>;

namespace {

constexpr const char* kClient = "192.0.2.69";
constexpr const char* kVirtual = "198.51.100.1";
constexpr const char* kReal = "203.0.113.11";

std::string words(Tins::PDU& pdu) {
  return describe_packet(pdu.serialize());
}
std::string words(Tins::PDU&& pdu) {
  return describe_packet(pdu.serialize());
}

IP ip(const char* to, const char* from, uint8_t ttl = 64) {
  IP header(to, from);
  header.ttl(ttl);
  return header;
}

TCP syn() {
  TCP tcp(80, 49152);
  tcp.seq(1);
  tcp.window(64240);
  tcp.flags(TCP::SYN);
  return tcp;
}

Packet request() {
  IP packet = ip(kVirtual, kClient, 63) / syn();
  packet.flags(IP::DONT_FRAGMENT);
  return packet.serialize();
}

// An ICMP error of a router about `quoted` bytes of the request.
std::string error_words(ICMP icmp, size_t quoted) {
  const Packet inner = request();
  IP outer =
      ip(kClient, "192.0.2.254") / icmp / RawPDU(inner.data(), static_cast<uint32_t>(quoted));
  return words(outer);
}

std::string v4_raw(uint8_t protocol, const Packet& payload) {
  IP packet = ip(kReal, kVirtual) / RawPDU(payload);
  packet.protocol(protocol);
  Packet bytes = packet.serialize();
  bytes[9] = protocol;  // libtins writes its own idea for a raw payload
  Ipv4Edit::over(MutableBytes(bytes))->fill_checksum();
  return describe_packet(bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(describing)

BOOST_AUTO_TEST_CASE(tcp) {
  BOOST_TEST(describe_packet(request()) ==
             "IP 192.0.2.69:49152 > 198.51.100.1:80 TCP [S] seq 1 win 64240 ttl 63 DF");
  TCP answer(49152, 80);
  answer.flags(TCP::PSH | TCP::ACK | TCP::FIN);
  answer.seq(4294967295U);
  answer.ack_seq(2);
  answer.window(0);
  BOOST_TEST(words(ip(kClient, kVirtual) / answer / RawPDU("hello")) ==
             "IP 198.51.100.1:80 > 192.0.2.69:49152 TCP [FP.] seq 4294967295 ack 2 win 0 len 5 "
             "ttl 64");
  answer.flags(0);
  BOOST_TEST(words(ip(kClient, kVirtual) / answer) ==
             "IP 198.51.100.1:80 > 192.0.2.69:49152 TCP [none] seq 4294967295 win 0 ttl 64");
}

BOOST_AUTO_TEST_CASE(udp) {
  Packet bytes = (ip(kVirtual, kClient) / UDP(53, 40000) / RawPDU("query")).serialize();
  BOOST_TEST(describe_packet(bytes) == "IP 192.0.2.69:40000 > 198.51.100.1:53 UDP len 5 ttl 64");
  bytes[26] = bytes[27] = 0;
  bytes[25] = 200;
  BOOST_TEST(describe_packet(bytes) ==
             "IP 192.0.2.69:40000 > 198.51.100.1:53 UDP len 5 no checksum bad length field 200 "
             "ttl 64");
}

BOOST_AUTO_TEST_CASE(header_fields_that_are_not_ordinary_are_named) {
  IP packet = ip(kVirtual, kClient) / UDP(53, 40000);
  packet.tos(0xc0);
  packet.add_option(IP::option(IP::NOOP));
  Packet bytes = packet.serialize();
  bytes[10] = 0x12;
  bytes[11] = 0x34;
  BOOST_TEST(describe_packet(bytes) ==
             "IP 192.0.2.69:40000 > 198.51.100.1:53 UDP len 0 ttl 64 tos 0xc0 options 4 bad IP "
             "checksum 0x1234");
}

BOOST_AUTO_TEST_CASE(fragments) {
  Packet bytes = (ip(kVirtual, kClient) / UDP(53, 40000) / RawPDU("0123456789abcdef")).serialize();
  const auto edit = Ipv4Edit::over(MutableBytes(bytes));
  edit->set_id(7);
  edit->set_fragment_word(0x2000);
  edit->fill_checksum();
  BOOST_TEST(describe_packet(bytes) ==
             "IP 192.0.2.69:40000 > 198.51.100.1:53 UDP len 16 ttl 64 frag id 7 offset 0+");
  edit->set_fragment_word(185);
  edit->fill_checksum();
  BOOST_TEST(describe_packet(bytes) ==
             "IP 192.0.2.69 > 198.51.100.1 UDP len 24 ttl 64 frag id 7 offset 1480");
}

BOOST_AUTO_TEST_CASE(tunnels_show_both_packets) {
  IP inner = ip(kVirtual, kClient, 63) / syn();
  BOOST_TEST(words(ip(kReal, "203.0.113.100", 63) / inner) ==
             "IP 203.0.113.100 > 203.0.113.11 IPIP ttl 63 | IP 192.0.2.69:49152 > "
             "198.51.100.1:80 TCP [S] seq 1 win 64240 ttl 63");
  Packet gre = {0x80, 0, 0x08, 0, 0xaa, 0xbb, 0, 0};
  const Packet packet = inner.serialize();
  gre.insert(gre.end(), packet.begin(), packet.end());
  BOOST_TEST(v4_raw(proto::kGre, gre) ==
             "IP 198.51.100.1 > 203.0.113.11 GRE type 0x0800 checksum ttl 64 | IP "
             "192.0.2.69:49152 > 198.51.100.1:80 TCP [S] seq 1 win 64240 ttl 63");
  BOOST_TEST(v4_raw(proto::kGre, {0, 0, 0x65, 0x58, 1, 2}) ==
             "IP 198.51.100.1 > 203.0.113.11 GRE type 0x6558 len 2 ttl 64");
}

BOOST_AUTO_TEST_CASE(other_protocols) {
  Packet sctp = {0x9c, 0x40, 0x0b, 0x59, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0, 1, 0, 0, 20};
  BOOST_TEST(v4_raw(proto::kSctp, sctp) ==
             "IP 198.51.100.1:40000 > 203.0.113.11:2905 SCTP [INIT] tag 0xdeadbeef ttl 64");
  BOOST_TEST(v4_raw(proto::kEsp, Packet(9)) == "IP 198.51.100.1 > 203.0.113.11 ESP len 9 ttl 64");
  BOOST_TEST(v4_raw(89, Packet(3)) == "IP 198.51.100.1 > 203.0.113.11 protocol 89 len 3 ttl 64");
}

BOOST_AUTO_TEST_CASE(icmp_messages) {
  ICMP echo(ICMP::ECHO_REQUEST);
  echo.id(77);
  echo.sequence(3);
  BOOST_TEST(words(ip(kVirtual, kClient) / echo / RawPDU("ping")) ==
             "IP 192.0.2.69 > 198.51.100.1 ICMP echo request id 77 seq 3 len 4 ttl 64");
  Packet bytes = (ip(kVirtual, kClient) / echo).serialize();
  bytes[22] = bytes[23] = 0x11;
  BOOST_TEST(describe_packet(bytes) ==
             "IP 192.0.2.69 > 198.51.100.1 ICMP echo request id 77 seq 3 len 0 bad ICMP checksum "
             "0x1111 ttl 64");
}

BOOST_AUTO_TEST_CASE(icmp_errors_say_what_they_are_about) {
  ICMP needed(ICMP::DEST_UNREACHABLE);
  needed.code(4);
  needed.mtu(1480);
  const std::string outer = "IP 192.0.2.254 > 192.0.2.69 ICMP ";
  const std::string ends = " ttl 64 about IP 192.0.2.69:49152 > 198.51.100.1:80 TCP";
  BOOST_TEST(error_words(needed, 40) ==
             outer + "fragmentation needed mtu 1480" + ends + " [S] seq 1 win 64240 ttl 63 DF");
  BOOST_TEST(error_words(needed, 28) ==
             outer + "fragmentation needed mtu 1480" + ends + " ttl 63 DF");
  BOOST_TEST(error_words(ICMP(ICMP::TIME_EXCEEDED), 24) ==
             outer + "time exceeded" + ends + " ttl 63 DF");
  ICMP port(ICMP::DEST_UNREACHABLE);
  port.code(3);
  BOOST_TEST(error_words(port, 19) ==
             outer + "port unreachable ttl 64 about IP cut short: 19 of 20 bytes");
}

BOOST_AUTO_TEST_CASE(ipv6) {
  IPv6 packet = IPv6("2001:db8::1", "2001:db8:1::69") / syn();
  packet.hop_limit(63);
  Packet bytes = packet.serialize();
  BOOST_TEST(describe_packet(bytes) ==
             "IP6 [2001:db8:1::69]:49152 > [2001:db8::1]:80 TCP [S] seq 1 win 64240 hlim 63");
  // A fragment header in front of the same TCP segment: id 9, offset 0, more to come.
  const uint8_t fragment[] = {proto::kTcp, 0, 0, 1, 0, 0, 0, 9};
  bytes.insert(bytes.begin() + 40, std::begin(fragment), std::end(fragment));
  bytes[6] = 44;
  bytes[5] = static_cast<uint8_t>(bytes[5] + 8);
  BOOST_TEST(describe_packet(bytes) ==
             "IP6 [2001:db8:1::69]:49152 > [2001:db8::1]:80 TCP [S] seq 1 win 64240 hlim 63 frag "
             "id 9 offset 0+");
  bytes[42] = 0x05;
  bytes[43] = 0xa8;
  BOOST_TEST(describe_packet(bytes) ==
             "IP6 2001:db8:1::69 > 2001:db8::1 TCP len 20 hlim 63 frag id 9 offset 1448");
  Tins::ICMPv6 echo(Tins::ICMPv6::ECHO_REQUEST);
  echo.identifier(1);
  echo.sequence(2);
  IPv6 ping = IPv6("2001:db8::1", "2001:db8:1::69") / echo;
  ping.hop_limit(64);
  BOOST_TEST(words(ping) ==
             "IP6 2001:db8:1::69 > 2001:db8::1 ICMP6 echo request id 1 seq 2 len 0 hlim 64");
}

BOOST_AUTO_TEST_CASE(ethernet_and_arp) {
  const Mac mac("02:00:00:00:00:69");
  Tins::EthernetII ask = Tins::ARP::make_arp_request(kVirtual, kClient, mac);
  BOOST_TEST(describe(ask.serialize()) == "ARP who-has 198.51.100.1 tell 192.0.2.69");
  Tins::EthernetII self = Tins::ARP::make_arp_request(kClient, kClient, mac);
  BOOST_TEST(describe(self.serialize()) == "ARP who-has 192.0.2.69 tell 192.0.2.69 (announcement)");
  Tins::EthernetII probe = Tins::ARP::make_arp_request(kClient, "0.0.0.0", mac);
  BOOST_TEST(describe(probe.serialize()) == "ARP who-has 192.0.2.69 tell 0.0.0.0 (probe)");
  Tins::EthernetII reply = Tins::ARP::make_arp_reply(kVirtual, kClient, mac, mac);
  BOOST_TEST(describe(reply.serialize()) == "ARP 192.0.2.69 is-at 02:00:00:00:00:69");
  Tins::EthernetII framed = Tins::EthernetII(Mac("02:00:00:00:00:01"), mac) /
                            ip(kVirtual, kClient) / UDP(53, 40000) / RawPDU("q");
  BOOST_TEST(describe(framed.serialize()) ==
             "IP 192.0.2.69:40000 > 198.51.100.1:53 UDP len 1 ttl 64");  // its padding is not data
  Packet other(20);
  store_be16(&other[12], 0x88cc);
  BOOST_TEST(describe(other) == "Ethernet 00:00:00:00:00:00 > 00:00:00:00:00:00 type 0x88cc len 6");
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_wrong_is_said_so) {
  BOOST_TEST(describe({}) == "Ethernet cut short: 0 of 14 bytes");
  BOOST_TEST(describe_packet({}) == "no IP packet");
  BOOST_TEST(describe_packet(Packet(19, 0x45)) == "IP cut short: 19 of 20 bytes");
  BOOST_TEST(describe_packet(Packet(19, 0x65)) == "IP6 cut short: 19 of 40 bytes");
  BOOST_TEST(describe_packet(Packet(9, 0x15)) == "not IP: version 1, 9 bytes");
  Packet bytes = request();
  bytes.resize(30);
  BOOST_TEST(describe_packet(bytes) ==
             "IP 192.0.2.69 > 198.51.100.1 bad total length 40: header 20, 30 bytes there");
  bytes[0] = 0x44;
  BOOST_TEST(describe_packet(bytes) == "IP 192.0.2.69 > 198.51.100.1 bad header length 16");
  BOOST_TEST(v4_raw(proto::kTcp, Packet(19)) ==
             "IP 198.51.100.1 > 203.0.113.11 TCP cut short: 19 bytes ttl 64");
  BOOST_TEST(v4_raw(proto::kIpip, {}) ==
             "IP 198.51.100.1 > 203.0.113.11 IPIP ttl 64 | no IP packet");
  Packet tcp(20);
  tcp[12] = 0xf0;
  BOOST_TEST(v4_raw(proto::kTcp, tcp) ==
             "IP 198.51.100.1:0 > 203.0.113.11:0 TCP [none] seq 0 win 0 bad data offset 60 ttl 64");
}

BOOST_AUTO_TEST_CASE(packets_in_packets_end_somewhere) {
  Packet packet = request();
  for (int i = 0; i < 50; ++i) {
    Packet outer = ip(kReal, kVirtual).serialize();
    outer[9] = proto::kIpip;
    outer.insert(outer.end(), packet.begin(), packet.end());
    store_be16(&outer[2], static_cast<uint16_t>(outer.size()));
    packet = outer;
  }
  const std::string text = describe_packet(packet);
  BOOST_TEST(text.substr(text.size() - 5) == "| ...");
  BOOST_TEST(text.size() < 500U);
}

// Bad bytes of every sort; the sanitizers watch.
BOOST_AUTO_TEST_CASE(garbage_is_described_without_harm) {
  Random random(11);
  for (int i = 0; i < 20000; ++i) {
    Packet bytes(random.below(90));
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random.next());
    if (bytes.size() > 14) {
      store_be16(&bytes[12], random.below(2) == 0 ? 0x0800 : 0x86dd);
      bytes[14] = random.below(2) == 0 ? 0x45 : 0x60;
      if (bytes.size() > 23 && bytes[14] == 0x45) {
        store_be16(&bytes[16], static_cast<uint16_t>(bytes.size() - 14));
        constexpr uint8_t kTried[] = {1, 4, 6, 17, 41, 47, 58, 132};
        bytes[23] = kTried[random.below(std::size(kTried))];
      }
    }
    BOOST_REQUIRE(!describe(bytes).empty());
  }
}

BOOST_AUTO_TEST_CASE(hex_dumps_look_like_xxd) {
  Packet bytes;
  for (int i = 0; i < 18; ++i) bytes.push_back(static_cast<uint8_t>('A' + i));
  bytes[17] = 0xff;
  BOOST_TEST(hex_dump(bytes) ==
             "00000000: 4142 4344 4546 4748 494a 4b4c 4d4e 4f50  ABCDEFGHIJKLMNOP\n"
             "00000010: 51ff                                     Q.\n");
  BOOST_TEST(hex_dump(Bytes(bytes).first(1)) ==
             "00000000: 41                                       A\n");
  BOOST_TEST(hex_dump({}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
