// The director's words find their frames by content, in order.

#include "emulator/lab/comments.hh"

#include <boost/test/unit_test.hpp>

using namespace lvslab;
using fabric::Direction;

namespace {

fabric::Sighting seen(uint32_t port, Direction direction, const std::vector<uint8_t>& bytes) {
  fabric::Sighting sighting;
  sighting.port = port;
  sighting.direction = direction;
  sighting.bytes = bytes;
  return sighting;
}

node::Handled handled(const std::vector<uint8_t>& in, const std::vector<uint8_t>& out,
                      const std::string& text) {
  node::Handled entry;
  entry.in_hash = node::frame_hash(in);
  entry.out_hashes = {node::frame_hash(out)};
  entry.text = text;
  return entry;
}

const std::vector<uint8_t> kIn = {1, 2, 3}, kOut = {4, 5, 6};

fabric::Evidence evidence() {
  fabric::Evidence evidence;
  evidence.ports = {{"client", "eth0"}, {"director", "eth0"}};
  evidence.sightings = {seen(0, Direction::sent, kIn), seen(1, Direction::received, kIn),
                        seen(1, Direction::sent, kOut), seen(0, Direction::received, kOut)};
  return evidence;
}

}  // namespace

BOOST_AUTO_TEST_CASE(both_frames_of_a_handled_packet_get_its_comment_and_nobody_elses) {
  auto lab = evidence();
  lab::add_comments("director", {handled(kIn, kOut, "route to rs1")}, lab);
  BOOST_TEST(lab.sightings[0].comment == "");
  BOOST_TEST(lab.sightings[1].comment == "route to rs1");
  BOOST_TEST(lab.sightings[2].comment == "route to rs1");
  BOOST_TEST(lab.sightings[3].comment == "");
}

BOOST_AUTO_TEST_CASE(the_same_bytes_twice_get_their_comments_in_order) {
  auto lab = evidence();
  lab.sightings.push_back(seen(1, Direction::received, kIn));
  lab::add_comments("director", {handled(kIn, kOut, "first"), handled(kIn, {9}, "second")}, lab);
  BOOST_TEST(lab.sightings[1].comment == "first");
  BOOST_TEST(lab.sightings[4].comment == "second");
  // Again, as evidence grows: the same comments.
  lab::add_comments("director", {handled(kIn, kOut, "first"), handled(kIn, {9}, "second")}, lab);
  BOOST_TEST(lab.sightings[1].comment == "first");
  BOOST_TEST(lab.sightings[4].comment == "second");
}

BOOST_AUTO_TEST_CASE(a_frame_that_was_sent_is_not_taken_for_one_received) {
  auto lab = evidence();
  lab::add_comments("director", {handled(kOut, kIn, "turned around")}, lab);
  for (const auto& sighting : lab.sightings) BOOST_TEST(sighting.comment == "");
}
