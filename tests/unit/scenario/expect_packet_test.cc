#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

topology::ExpectPacket packet(topology::Way way, const std::string& at, bool sent,
                              const std::vector<topology::FieldMatch>& match) {
  return {way, at, sent, match};
}
constexpr auto kRequest = topology::Way::request;
constexpr auto kReply = topology::Way::reply;

}  // namespace

BOOST_AUTO_TEST_SUITE(expected_packet)

BOOST_AUTO_TEST_CASE(fields_at_a_port) {
  const Story story = dr_story();
  const Verdict verdict = story.judge(packet(kRequest, "server:*", false,
                                             {{"eth.src", "$director.mac", {}},
                                              {"eth.dst", "$server.mac", {}},
                                              {"ip.dst", kVip, {}},
                                              {"ip.ttl", "62", {}}}));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(verdict.found == "1 packet received at rs1:eth0");
  BOOST_TEST(story.judge(packet(kReply, "rs1:eth0", true, {{"ip.src", kVip, {}}})).passed);
  BOOST_TEST(story.judge(packet(kRequest, "real-servers", false, {{"tcp.dst", "80", {}}})).passed);
  BOOST_TEST(story.judge(packet(kRequest, "*", true, {{"ip.dst", kVip, {}}})).passed);
}

BOOST_AUTO_TEST_CASE(the_tunnels_header) {
  const Verdict verdict = tun_story().judge(packet(kRequest, "server", false,
                                                   {{"outer.src", "$director.ip", {}},
                                                    {"outer.dst", "$server.ip", {}},
                                                    {"outer.proto", "4", {}},
                                                    {"ip.dst", kVip, {}}}));
  BOOST_TEST(verdict.passed, text_of(verdict));
  BOOST_TEST(
      !dr_story().judge(packet(kRequest, "server", false, {{"outer.proto", "4", {}}})).passed);
}

BOOST_AUTO_TEST_CASE(a_near_miss_says_which_fields_differ) {
  const Verdict verdict = dr_story().judge(
      packet(kRequest, "director:eth0", true,
             {{"ip.ttl", "63", {}}, {"eth.dst", "$rs2.mac", {}}, {"ip.dst", kVip, {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "1 of 1 packet sent at director:eth0 differs");
  BOOST_TEST(mentions(verdict,
                      "expected: every request packet sent at director:eth0 has ip.ttl 63, eth.dst "
                      "$rs2.mac, ip.dst 192.0.2.100"));
  BOOST_TEST(mentions(verdict, "    ip.ttl: 62, expected 63"));
  BOOST_TEST(mentions(verdict, "    eth.dst: " + kRs1Mac + ", expected " + kRs2Mac));
  BOOST_TEST(!mentions(verdict, "    ip.dst"));
  BOOST_TEST(mentions(verdict, "> 0.004000 director:eth0 sent IP "));
  BOOST_TEST(mentions(verdict, "  0.003000 director:eth0 received IP "));
}

BOOST_AUTO_TEST_CASE(without_packets_nothing_is_shown) {
  const Verdict verdict =
      dr_story().judge(packet(kReply, "director:eth0", false, {{"ip.src", kVip, {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "no packet of that way was seen received at director:eth0");
}

BOOST_AUTO_TEST_CASE(every_packet_has_to_match) {
  Story story = dr_story();
  PacketText ack;
  ack.eth_src = kRouterIn, ack.eth_dst = kDirectorMac;
  ack.flags = "A", ack.id = 8, ack.seq = 1001, ack.ttl = 60;
  story.received("director:eth0", tcp(ack));
  const Verdict verdict =
      story.judge(packet(kRequest, "director:eth0", false, {{"ip.ttl", "63", {}}}));
  BOOST_TEST(!verdict.passed);
  BOOST_TEST(verdict.found == "1 of 2 packets received at director:eth0 differs");
}

BOOST_AUTO_TEST_CASE(errors_are_looked_at_only_when_they_are_meant) {
  Story story = dr_story();
  story.crosses("director:eth0", "router:eth1", icmp_error({}, kVip, 3, 4, 1480));
  const auto at_router = [&](const std::vector<topology::FieldMatch>& match) {
    return story.judge(packet(kReply, "router:eth1", false, match));
  };
  BOOST_TEST(at_router({{"tcp.flags", "SA", {}}}).passed);
  BOOST_TEST(at_router({{"icmp.type", "3", {}}, {"icmp.mtu", "1480", {}}, {"quoted.dst", kVip, {}}})
                 .passed);
  BOOST_TEST(!at_router({{"icmp.mtu", "1400", {}}}).passed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
