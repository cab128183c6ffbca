#include "emulator/scenario/correlate.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/scenario/study.hh"
#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

// A Study and what it points into.
struct Studied {
  explicit Studied(Story told) : story(std::move(told)) {
    story.record.end_sighting = story.evidence.sightings.size();
    study.emplace(story.topology, story.step, story.evidence, story.record);
  }
  const Packet& packet(size_t i) const { return study->packets().at(i); }
  Story story;
  std::optional<Study> study;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(correlation)

BOOST_AUTO_TEST_CASE(each_method_gives_one_request_and_one_reply) {
  for (const Story& story : {dr_story(), nat_story(), tun_story()}) {
    const Studied lab(story);
    BOOST_REQUIRE(lab.study->packets().size() == 2U);
    BOOST_TEST((lab.packet(0).way == Way::request));
    BOOST_TEST((lab.packet(1).way == Way::reply));
    BOOST_TEST(lab.packet(0).sightings.size() == 6U);
    BOOST_TEST(lab.packet(0).sightings.size() + lab.packet(1).sightings.size() ==
               story.evidence.sightings.size());
  }
}

BOOST_AUTO_TEST_CASE(strangers_and_arp_belong_to_no_packet) {
  Story story = dr_story();
  PacketText stranger;
  stranger.sport = 40001;
  story.sent("client:eth0", tcp(stranger)).sent("client:eth0", udp({}));
  story.sent("router:eth1", who_has(kVip, kRouterIn, "192.0.2.1"));
  BOOST_TEST(Studied(story).study->packets().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_retransmission_with_the_same_bytes_is_another_packet) {
  Story story;
  story.exchange(Outcome::answered, "rs1");
  story.sent("client:eth0", tcp({}));                    // lost
  story.crosses("client:eth0", "router:eth0", tcp({}));  // arrives
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 2U);
  BOOST_TEST(lab.packet(0).sightings == std::vector<size_t>{0});
  BOOST_TEST(lab.packet(1).sightings == (std::vector<size_t>{1, 2}));
}

BOOST_AUTO_TEST_CASE(of_two_packets_alike_a_crossing_continues_the_one_on_that_network) {
  Story story;
  story.exchange(Outcome::answered, "rs1");
  PacketText answer{kRs1Mac, kRouterIn, kVip, kClient, 80, 40000, 64,
                    0,       "SA",      5000, 1001,    "", true};
  story.crosses("rs1:eth0", "router:eth1", tcp(answer)).sent("router:eth0", tcp(answer));
  story.sent("rs1:eth0", tcp(answer));         // the second sets out
  story.received("client:eth0", tcp(answer));  // the first arrives
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 2U);
  BOOST_TEST(lab.packet(0).sightings == (std::vector<size_t>{0, 1, 2, 4}));
}

BOOST_AUTO_TEST_CASE(packets_with_one_id_are_told_apart_by_their_sequence_numbers) {
  Story story;
  story.exchange(Outcome::answered, "rs1");
  PacketText one, two;
  one.id = two.id = 0;
  two.seq = one.seq + 1;
  story.sent("client:eth0", tcp(one)).sent("client:eth0", tcp(two));
  story.received("router:eth0", tcp(one));
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 2U);
  BOOST_TEST(lab.packet(0).sightings == (std::vector<size_t>{0, 2}));
}

BOOST_AUTO_TEST_CASE(a_frame_that_a_wire_doubled_is_two) {
  Story story;
  story.exchange(Outcome::answered, "rs1").crosses("client:eth0", "router:eth0", tcp({}));
  story.received("router:eth0", tcp({}));
  BOOST_TEST(Studied(story).study->packets().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_error_goes_against_the_packet_it_quotes) {
  Story story;
  story.exchange(Outcome::too_big).crosses("client:eth0", "router:eth0", tcp({}));
  story.sent("router:eth0", icmp_error({}, "198.51.100.1", 3, 4, 1480));
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 2U);
  BOOST_TEST(lab.packet(1).error);
  BOOST_TEST((lab.packet(1).way == Way::reply));
}

BOOST_AUTO_TEST_CASE(later_fragments_follow_their_first_even_when_they_overtake_it) {
  PacketText text;
  text.payload = std::string(40, 'x'), text.df = false;
  FrameBytes first = udp(text), rest = first;
  first[20] = 0x20;  // MF
  rest[21] = 0x02;   // offset 16
  Story story;
  story.exchange(Outcome::answered, "rs1", 40000, 17);
  story.sent("client:eth0", rest).sent("client:eth0", first);
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 2U);
  BOOST_TEST((lab.packet(0).way == Way::request));
  // Without its first nobody knows whose it is.
  Story alone;
  alone.exchange(Outcome::timeout, "", 40000, 17).sent("client:eth0", rest);
  BOOST_TEST(Studied(alone).study->packets().empty());
}

BOOST_AUTO_TEST_CASE(exchanges_of_one_client_end_follow_each_other) {
  Story story;
  story.exchange(Outcome::answered, "rs1").exchange(Outcome::answered, "rs2");
  PacketText syn,
      answer{kRs1Mac, kRouterIn, kVip, kClient, 80, 40000, 64, 0, "SA", 5000, 1001, "", true};
  story.sent("client:eth0", tcp(syn)).sent("rs1:eth0", tcp(answer));
  story.sent("client:eth0", tcp(syn));  // retransmitted: still the first
  syn.seq = 9000, answer.ack = 9001;
  story.sent("client:eth0", tcp(syn)).sent("rs2:eth0", tcp(answer));
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 5U);
  const std::vector<size_t> wanted = {0, 0, 0, 1, 1};
  for (size_t i = 0; i < wanted.size(); ++i) BOOST_TEST(lab.packet(i).exchange == wanted[i]);
}

BOOST_AUTO_TEST_CASE(echoes_are_told_apart_by_their_numbers) {
  Story story;
  for (int i = 0; i < 2; ++i) story.exchange(Outcome::answered, "", 77, 1);
  PacketText back;
  back.src = kVip, back.dst = kClient;
  story.sent("client:eth0", echo({}, false, 77, 1)).sent("client:eth0", echo({}, false, 77, 2));
  story.sent("director:eth0", echo(back, true, 77, 2));
  story.sent("director:eth0", echo(back, true, 77, 1));
  const Studied lab(story);
  BOOST_REQUIRE(lab.study->packets().size() == 4U);
  const std::vector<size_t> wanted = {0, 1, 1, 0};
  for (size_t i = 0; i < wanted.size(); ++i) BOOST_TEST(lab.packet(i).exchange == wanted[i]);
  BOOST_TEST(lab.study->server_of(0) == "director");  // no identity service: by the frames
}

BOOST_AUTO_TEST_CASE(the_server_of_an_unanswered_request_is_the_one_it_reached) {
  Story story = dr_story();
  story.record.exchanges[0].server.clear();
  story.record.exchanges[0].outcome = Outcome::timeout;
  story.evidence.sightings.resize(6);
  BOOST_TEST(Studied(story).study->server_of(0) == "rs1");
  story.evidence.sightings.resize(5);
  BOOST_TEST(Studied(story).study->server_of(0) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
