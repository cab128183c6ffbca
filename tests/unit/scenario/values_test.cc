#include "emulator/scenario/values.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/base/random.hh"
#include "tests/unit/scenario/builder.hh"

namespace lvslab::scenario::test {

namespace {

// Of the frame with this number in a DR story.
std::string mismatch_of(const Story& story, size_t frame, const std::string& field,
                        const std::string& value) {
  Story told = story;
  told.record.end_sighting = told.evidence.sightings.size();
  const Study study(told.topology, told.step, told.evidence, told.record);
  return mismatch(study, {field, value, {}}, study.frames()[frame]).value_or("");
}

// Values that a field may be held against: what other frames have there, in more than one form, all
// that speaks of hosts, and what is of no field's kind.
std::vector<std::string> values_of(const Study& study, std::string_view field) {
  std::vector<std::string> values = {
      "$client",    "$server",   "$router.mac", "$rs1:eth0.mac", "$rs2.ip", "$director.mac",
      "$nobody.ip", "$rs1:eth7", "$rs1.mac",    "yes",           "0x40",    "",
      "tcp",        "AS",        "none",        "no value"};
  for (const Observation& frame : study.frames())
    if (const auto text = Decoded(frame.layers).field(field)) values.push_back(*text);
  return values;
}

struct Decisions {
  size_t met = 0, missed = 0;
};

// Every field of every frame against each of its values, decided in both ways.
void decide(const Story& story, Decisions& decisions) {
  Story told = story;
  told.record.end_sighting = told.evidence.sightings.size();
  const Study study(told.topology, told.step, told.evidence, told.record);
  for (const std::string_view field : field_names())
    for (const std::string& value : values_of(study, field)) {
      const std::vector<topology::FieldMatch> matches = {{std::string(field), value, {}}};
      const Wanted wanted(study, matches);
      for (const Observation& frame : study.frames()) {
        const bool met = wanted.met_by(frame);
        BOOST_REQUIRE_EQUAL(met, mismatches(study, matches, frame).empty());
        ++(met ? decisions.met : decisions.missed);
      }
    }
}

// Some bytes of each frame are others.
Story damaged(Story story, Random& random) {
  for (auto& sighting : story.evidence.sightings)
    for (uint64_t n = random.below(4); n > 0; --n)
      sighting.bytes[random.below(sighting.bytes.size())] = static_cast<uint8_t>(random.next());
  return story;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(values)

// What is met quickly is what has no mismatch to tell of, whatever is in the frames.
BOOST_AUTO_TEST_CASE(met_is_without_mismatch) {
  Decisions decisions;
  Random random(1);
  for (const Story& story : {dr_story(), nat_story(), tun_story()}) {
    decide(story, decisions);
    for (int i = 0; i < 20; ++i) decide(damaged(story, random), decisions);
  }
  BOOST_TEST(decisions.met > 10'000U);
  BOOST_TEST(decisions.missed > 10'000U);
}

BOOST_AUTO_TEST_CASE(literals_in_any_form) {
  const Story story = dr_story();
  BOOST_TEST(mismatch_of(story, 0, "ip.ttl", "0x40") == "");
  BOOST_TEST(mismatch_of(story, 0, "ip.df", "yes") == "");
  BOOST_TEST(mismatch_of(story, 0, "eth.type", "ipv4") == "");
  BOOST_TEST(mismatch_of(story, 0, "ip.proto", "tcp") == "");
}

BOOST_AUTO_TEST_CASE(a_mismatch_names_field_value_and_wish) {
  const Story story = dr_story();
  BOOST_TEST(mismatch_of(story, 4, "ip.ttl", "63") == "ip.ttl: 62, expected 63");
  BOOST_TEST(mismatch_of(story, 4, "udp.dst", "80") == "udp.dst: not there, expected 80");
  BOOST_TEST(mismatch_of(story, 4, "ip.colour", "red") == "ip.colour: no such field");
  BOOST_TEST(mismatch_of(story, 4, "payload", "x") == "payload: , expected x");
}

BOOST_AUTO_TEST_CASE(references_to_hosts) {
  const Story story = dr_story();
  BOOST_TEST(mismatch_of(story, 4, "eth.src", "$director.mac") == "");
  BOOST_TEST(mismatch_of(story, 4, "eth.dst", "$rs1:eth0.mac") == "");
  BOOST_TEST(mismatch_of(story, 4, "eth.dst", "$server.mac") == "");
  BOOST_TEST(mismatch_of(story, 4, "eth.dst", "$server") == "");
  BOOST_TEST(mismatch_of(story, 4, "ip.src", "$client.ip") == "");
  BOOST_TEST(mismatch_of(story, 4, "eth.dst", "$rs2.mac") ==
             "eth.dst: " + kRs1Mac + ", expected " + kRs2Mac + " ($rs2.mac)");
  BOOST_TEST(mismatch_of(story, 4, "eth.dst", "$nobody.mac") ==
             "eth.dst: " + kRs1Mac + ", expected $nobody.mac, which nobody here is");
}

BOOST_AUTO_TEST_CASE(a_mac_is_that_of_the_interface_on_the_link) {
  const Story story = dr_story();
  BOOST_TEST(mismatch_of(story, 2, "eth.src", "$router.mac") == "");  // sent by router:eth1
  BOOST_TEST(mismatch_of(story, 0, "eth.dst", "$router.mac") == "");  // to router:eth0
  BOOST_TEST(mismatch_of(story, 2, "eth.src", "$router:eth0.mac") != "");
  Story wrong = story;
  PacketText text;
  text.eth_src = kRouterOut;  // the router's, but of its other side
  wrong.evidence.sightings[2].bytes = tcp(text);
  BOOST_TEST(mismatch_of(wrong, 2, "eth.src", "$router.mac") != "");
}

BOOST_AUTO_TEST_CASE(an_address_is_the_first_of_its_interface) {
  const Story story = tun_story();
  BOOST_TEST(mismatch_of(story, 4, "outer.src", "$director.ip") == "");
  BOOST_TEST(mismatch_of(story, 4, "ip.dst", "$director.ip") ==
             "ip.dst: " + kVip + ", expected " + kDip + " ($director.ip)");
}

BOOST_AUTO_TEST_CASE(outside_of_exchanges_any_real_server_is_meant) {
  Story story;
  story.sent("rs2:eth0", is_at(kVip, kRs2Mac, kRouterIn, "192.0.2.1"));
  BOOST_TEST(mismatch_of(story, 0, "arp.sender-mac", "$server.mac") == "");
  BOOST_TEST(mismatch_of(story, 0, "arp.target-mac", "$server.mac") != "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::scenario::test
