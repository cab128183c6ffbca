#include "emulator/scenario/journey.hh"

#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

using Rows = std::vector<std::string>;

std::string changed(const std::string& field, const std::string& was, const std::string& is) {
  return " [" + field + " " + was + " -> " + is + "]";
}

const std::string kRouted = changed("eth.src", kClientMac, kRouterIn) +
                            changed("eth.dst", kRouterOut, kDirectorMac) +
                            changed("ip.ttl", "64", "63");

}  // namespace

BOOST_AUTO_TEST_SUITE(journeys)

BOOST_AUTO_TEST_CASE(dr_row_by_row) {
  const auto journeys = dr_story().result().journeys;
  BOOST_REQUIRE(journeys.size() == 2U);
  BOOST_TEST(journeys[0].title == "request: SYN of 198.51.100.10:40000");
  BOOST_TEST(journeys[0].disposition == "delivered to rs1");
  BOOST_TEST(
      rows_of(journeys[0]) ==
      (Rows{"client >eth0 @0.000 made the packet", "router eth0>eth1 @0.001 routed" + kRouted,
            "director eth0>eth0 @0.003 route to rs1" + changed("eth.src", kRouterIn, kDirectorMac) +
                changed("eth.dst", kDirectorMac, kRs1Mac) + changed("ip.ttl", "63", "62"),
            "rs1 eth0> @0.005 delivered"}));
  BOOST_TEST(journeys[1].title == "reply: SYN-ACK to 198.51.100.10:40000");
  BOOST_TEST(journeys[1].disposition == "delivered to client");
  BOOST_TEST(rows_of(journeys[1])[0] == "rs1 >eth0 @0.006 answered");
  BOOST_TEST(journeys[1].hops.size() == 3U);
  BOOST_TEST(journeys[0].hops[2].packet.find("IP " + kClient + ":40000 > " + kVip + ":80") == 0U);
}

BOOST_AUTO_TEST_CASE(nat_says_what_became_of_the_ends) {
  const auto journeys = nat_story().result().journeys;
  BOOST_REQUIRE(journeys.size() == 2U);
  const std::string there = rows_of(journeys.at(0)).at(2);
  BOOST_TEST(there.find("director eth0>eth1 @0.003 changed the destination to 203.0.113.11:8080") ==
             0U);
  BOOST_TEST(there.find(changed("tcp.dst", "80", "8080")) != std::string::npos);
  BOOST_TEST(rows_of(journeys[1])[1].find("changed the source to 192.0.2.100:80") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(tun_adds_and_takes_off_a_header) {
  const auto journeys = tun_story().result().journeys;
  BOOST_REQUIRE(journeys.size() == 2U);
  const Rows rows = rows_of(journeys[0]);
  BOOST_REQUIRE(rows.size() == 4U);
  BOOST_TEST(rows[2].find("tunnelled to 192.0.2.11") != std::string::npos);
  BOOST_TEST(rows[2].find(changed("outer.dst", "", kRip1)) != std::string::npos);
  BOOST_TEST(rows[3] == "rs1 eth0> @0.005 took the outer header off and delivered");
}

BOOST_AUTO_TEST_CASE(a_packet_that_no_port_received_is_lost) {
  Story story = dr_story();
  story.evidence.sightings.resize(3);
  const auto journeys = story.result().journeys;
  BOOST_REQUIRE(journeys.size() == 1U);
  BOOST_TEST(journeys[0].disposition == "lost after router");
}

BOOST_AUTO_TEST_CASE(the_director_says_why_it_went_no_further) {
  const auto ending = [](const std::string& comment) {
    Story story;
    story.exchange(Outcome::timeout).sent("client:eth0", tcp({}));
    story.received("director:eth0", tcp({}), comment);
    return story.result().journeys.at(0);
  };
  const Journey dropped = ending("LVS: dropped, no_destination");
  BOOST_TEST(dropped.disposition == "dropped by director: LVS: dropped, no_destination");
  BOOST_TEST(rows_of(dropped).back() == "director eth0> @0.001 LVS: dropped, no_destination");
  BOOST_TEST(ending("LVS: the host goes on").disposition ==
             "ended at director: LVS: the host goes on");
}

BOOST_AUTO_TEST_CASE(a_server_that_could_not_take_it_in) {
  const auto ending = [](Story story, void (*change)(topology::Host&)) {
    story.evidence.sightings.resize(6);
    story.record.exchanges[0].outcome = Outcome::timeout;
    story.record.exchanges[0].server.clear();
    change(story.topology.hosts[3]);
    return story.result().journeys.at(0).disposition;
  };
  BOOST_TEST(ending(dr_story(), [](topology::Host& rs1) { rs1.loopback.clear(); }) ==
             "dropped by rs1: it does not have 192.0.2.100");
  BOOST_TEST(ending(tun_story(), [](topology::Host& rs1) { rs1.tunnel = false; }) ==
             "dropped by rs1: it has no tunnel to take the outer header off");
  BOOST_TEST(ending(tun_story(), [](topology::Host&) {}) ==
             "delivered to rs1, which did not answer");
}

BOOST_AUTO_TEST_CASE(the_first_failure_and_every_kind_of_error_are_shown) {
  Story story = dr_story();
  story.exchange(Outcome::too_big, "", 40001);
  PacketText second;
  second.sport = 40001;
  story.crosses("client:eth0", "router:eth0", tcp(second));
  for (int i = 0; i < 2; ++i)
    story.crosses("router:eth0", "client:eth0", icmp_error(second, "198.51.100.1", 3, 4, 1480));
  const auto journeys = story.result().journeys;
  BOOST_REQUIRE(journeys.size() == 4U);
  BOOST_TEST(journeys[2].title == "request: SYN of 198.51.100.10:40001");
  BOOST_TEST(journeys[2].disposition == "dropped by router: it does not have 192.0.2.100");
  BOOST_TEST(journeys[3].title == "error: fragmentation needed about 198.51.100.10:40001");
  BOOST_TEST(journeys[3].disposition == "delivered to client");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
