#include "emulator/scenario/fields.hh"

#include <tins/ethernetII.h>
#include <tins/ipv6.h>
#include <tins/tcp.h>

#include <boost/test/unit_test.hpp>

#include "emulator/topology/field_names.hh"
#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

struct Wanted {
  std::string_view name;
  std::string value;  // "-": the frame does not have it
};

void check(const FrameBytes& frame, const std::vector<Wanted>& fields) {
  const Decoded decoded{Bytes(frame)};
  for (const Wanted& wanted : fields)
    BOOST_TEST(decoded.field(wanted.name).value_or("-") == wanted.value, wanted.name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fields)

BOOST_AUTO_TEST_CASE(of_a_tcp_segment) {
  PacketText text;
  text.flags = "PA", text.ack = 5, text.payload = "hello";
  check(tcp(text), {{"eth.src", kClientMac}, {"eth.dst", kRouterOut}, {"eth.type", "0x0800"},
                    {"ip.version", "4"},     {"ip.src", kClient},     {"ip.dst", kVip},
                    {"ip.ttl", "64"},        {"ip.tos", "0x00"},      {"ip.id", "7"},
                    {"ip.df", "1"},          {"ip.mf", "0"},          {"ip.offset", "0"},
                    {"ip.proto", "6"},       {"ip.length", "45"},     {"tcp.src", "40000"},
                    {"tcp.dst", "80"},       {"tcp.flags", "PA"},     {"tcp.seq", "1000"},
                    {"tcp.ack", "5"},        {"payload", "hello"},    {"outer.src", "-"},
                    {"udp.src", "-"},        {"icmp.type", "-"},      {"quoted.src", "-"},
                    {"arp.op", "-"},         {"no.field", "-"}});
}

BOOST_AUTO_TEST_CASE(of_a_datagram_and_its_padding) {
  PacketText text;
  text.payload = "hi", text.df = false;
  FrameBytes frame = udp(text);
  frame.resize(60, 0xee);
  check(frame, {{"udp.src", "40000"},
                {"udp.dst", "80"},
                {"udp.length", "10"},
                {"ip.df", "0"},
                {"payload", "hi"},
                {"tcp.src", "-"}});
}

BOOST_AUTO_TEST_CASE(of_a_packet_in_a_packet) {
  PacketText text;
  text.ttl = 62;
  check(tunnelled(text, kDip, kRip1), {{"outer.src", kDip},
                                       {"outer.dst", kRip1},
                                       {"outer.ttl", "62"},
                                       {"outer.proto", "4"},
                                       {"outer.length", "60"},
                                       {"outer.version", "4"},
                                       {"outer.id", "0"},
                                       {"outer.df", "1"},
                                       {"outer.tos", "0x00"},
                                       {"ip.src", kClient},
                                       {"ip.dst", kVip},
                                       {"ip.length", "40"},
                                       {"ip.proto", "6"},
                                       {"tcp.dst", "80"}});
}

BOOST_AUTO_TEST_CASE(of_arp) {
  check(who_has(kVip, kRouterIn, "192.0.2.1"), {{"eth.type", "0x0806"},
                                                {"eth.dst", "ff:ff:ff:ff:ff:ff"},
                                                {"arp.op", "request"},
                                                {"arp.sender-mac", kRouterIn},
                                                {"arp.sender-ip", "192.0.2.1"},
                                                {"arp.target-ip", kVip},
                                                {"ip.src", "-"},
                                                {"payload", "-"}});
  check(is_at(kVip, kDirectorMac, kRouterIn, "192.0.2.1"), {{"arp.op", "reply"},
                                                            {"arp.sender-mac", kDirectorMac},
                                                            {"arp.target-mac", kRouterIn},
                                                            {"arp.sender-ip", kVip}});
}

BOOST_AUTO_TEST_CASE(of_an_icmp_error_and_what_it_quotes) {
  check(icmp_error({}, kDip, 3, 4, 1480), {{"ip.src", kDip},
                                           {"ip.dst", kClient},
                                           {"icmp.type", "3"},
                                           {"icmp.code", "4"},
                                           {"icmp.mtu", "1480"},
                                           {"quoted.src", kClient},
                                           {"quoted.dst", kVip},
                                           {"quoted.sport", "40000"},
                                           {"quoted.dport", "80"},
                                           {"quoted.proto", "6"},
                                           {"payload", "-"},
                                           {"tcp.src", "-"}});
  check(icmp_error({}, kDip, 11, 0), {{"icmp.type", "11"}, {"icmp.mtu", "-"}});
}

BOOST_AUTO_TEST_CASE(of_an_echo) {
  check(echo({}, false, 77, 1), {{"icmp.type", "8"}, {"payload", "ping"}, {"quoted.src", "-"}});
}

BOOST_AUTO_TEST_CASE(of_a_later_fragment_there_is_only_payload) {
  FrameBytes frame = tcp({});
  frame[20] = 0x20, frame[21] = 0x02;  // MF, offset 2 * 8
  const Decoded decoded{Bytes(frame)};
  BOOST_TEST(decoded.field("ip.offset").value() == "16");
  BOOST_TEST(decoded.field("ip.mf").value() == "1");
  BOOST_TEST(!decoded.field("tcp.src").has_value());
  BOOST_TEST(decoded.field("payload").value().size() == 20U);
}

BOOST_AUTO_TEST_CASE(of_ipv6) {
  Tins::EthernetII frame = Tins::EthernetII(kRouterOut, kClientMac) /
                           Tins::IPv6("2001:db8::2", "2001:db8::1") / Tins::TCP(80, 40000);
  frame.rfind_pdu<Tins::IPv6>().hop_limit(9);
  check(frame.serialize(), {{"ip.version", "6"},
                            {"ip.src", "2001:db8::1"},
                            {"ip.dst", "2001:db8::2"},
                            {"ip.ttl", "9"},
                            {"ip.length", "60"},
                            {"ip.id", "-"},
                            {"tcp.dst", "80"}});
}

BOOST_AUTO_TEST_CASE(every_name_that_files_may_use_is_known) {
  for (const topology::FieldName& field : topology::kFieldNames)
    BOOST_TEST(kind_of(field.name).has_value(), field.name);
  BOOST_TEST(!kind_of("ip.colour").has_value());
}

BOOST_AUTO_TEST_CASE(values_have_one_form) {
  BOOST_TEST(canonical(Kind::number, "0x3f").value() == "63");
  BOOST_TEST(canonical(Kind::number, "63").value() == "63");
  BOOST_TEST(!canonical(Kind::number, "63 ").has_value());
  BOOST_TEST(!canonical(Kind::number, "").has_value());
  BOOST_TEST(canonical(Kind::mac, "02:00:00:00:0A:01").value() == "02:00:00:00:0a:01");
  BOOST_TEST(!canonical(Kind::mac, "02:00").has_value());
  BOOST_TEST(canonical(Kind::address, "2001:DB8::0:1").value() == "2001:db8::1");
  BOOST_TEST(canonical(Kind::boolean, "Yes").value() == "1");
  BOOST_TEST(canonical(Kind::boolean, "false").value() == "0");
  BOOST_TEST(!canonical(Kind::boolean, "2").has_value());
  BOOST_TEST(canonical(Kind::flags, "AS").value() == "SA");
  BOOST_TEST(canonical(Kind::flags, "S.").value() == "SA");
  BOOST_TEST(canonical(Kind::flags, "").value() == "none");
  BOOST_TEST(!canonical(Kind::flags, "SX").has_value());
  BOOST_TEST(canonical(Kind::ethertype, "arp").value() ==
             canonical(Kind::ethertype, "0x0806").value());
  BOOST_TEST(canonical(Kind::protocol, "ipip").value() == "4");
  BOOST_TEST(canonical(Kind::operation, "reply").value() == "2");
}

BOOST_AUTO_TEST_CASE(text_for_one_line) {
  BOOST_TEST(printable("a\nb\\") == "a\\x0ab\\x5c");
  BOOST_TEST(printable("abcdef", 3) == "abc... (6 bytes)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
