// What the writer writes, the reader reads back.
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "emulator/base/random.hh"
#include "emulator/capture/reader.hh"
#include "emulator/capture/writer.hh"
#include "tests/unit/capture/sample.hh"

namespace lvslab::capture {
namespace {

fabric::Evidence read_back(const std::string& file) {
  std::istringstream in(file);
  return read_pcapng(in, "test.pcapng");
}

void check_same(const fabric::Evidence& found, const fabric::Evidence& expected) {
  BOOST_TEST(found.lost == expected.lost);
  BOOST_TEST((found.ports == expected.ports));
  BOOST_REQUIRE_EQUAL(found.sightings.size(), expected.sightings.size());
  for (size_t i = 0; i < expected.sightings.size(); ++i) {
    BOOST_TEST(sample::same(found.sightings[i], expected.sightings[i]), "sighting " << i);
  }
}

fabric::Evidence random_evidence(Random& random) {
  fabric::Evidence evidence;
  const auto ports = 1 + random.below(5);
  for (uint64_t i = 0; i < ports; ++i) {
    evidence.ports.push_back({"host" + std::to_string(i), "eth" + std::to_string(i)});
  }
  for (uint64_t i = random.below(20); i > 0; --i) {
    fabric::Sighting sighting;
    sighting.at = Time(Duration(static_cast<int64_t>(random.below(uint64_t{1} << 62))));
    sighting.port = static_cast<uint32_t>(random.below(ports));
    sighting.direction =
        random.below(2) == 0 ? fabric::Direction::sent : fabric::Direction::received;
    sighting.partial_checksum = random.below(2) == 0;
    sighting.comment = std::string(random.below(9), 'c');
    for (uint64_t n = random.below(70); n > 0; --n) {
      sighting.bytes.push_back(static_cast<uint8_t>(random.next()));
    }
    evidence.sightings.push_back(std::move(sighting));
  }
  evidence.lost = random.below(2) == 0 ? 0 : random.next();
  return evidence;
}

BOOST_AUTO_TEST_SUITE(capture_round_trip)

BOOST_AUTO_TEST_CASE(everything_comes_back) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Random random(seed);
      const auto evidence = random_evidence(random);
      check_same(read_back(sample::written(evidence)), evidence);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_same_evidence_gives_the_same_bytes) {
  const auto evidence = sample::arp_seen_twice();
  BOOST_TEST(sample::written(evidence) == sample::written(evidence));
  FileInfo other;
  other.comment = "seed 2";
  BOOST_TEST(sample::written(evidence) != sample::written(evidence, other));
}

BOOST_AUTO_TEST_CASE(an_epoch_moves_every_time) {
  const auto evidence = sample::arp_seen_twice();
  FileInfo info;
  info.epoch = std::chrono::hours(24 * 365 * 50);
  const auto found = read_back(sample::written(evidence, info));
  for (size_t i = 0; i < found.sightings.size(); ++i) {
    BOOST_TEST((found.sightings[i].at == evidence.sightings[i].at + info.epoch));
  }
}

BOOST_AUTO_TEST_CASE(a_time_before_1970_is_1970) {
  auto evidence = sample::arp_seen_twice();
  evidence.sightings[0].at = Time(Duration(-5));
  BOOST_TEST((read_back(sample::written(evidence)).sightings[0].at == Time()));
}

BOOST_AUTO_TEST_CASE(a_super_packet_is_marked_and_keeps_all_its_bytes) {
  auto evidence = sample::arp_seen_twice();
  auto& sighting = evidence.sightings[0];
  sighting.bytes.resize(65549);
  sighting.segment_size = 1448;
  const auto marked = sample::written(evidence);
  BOOST_TEST((read_back(marked).sightings[0].bytes == sighting.bytes));
  BOOST_TEST(read_back(marked).sightings[0].segment_size == 0);  // a file can't say how many
  sighting.segment_size = 0;
  BOOST_TEST(marked != sample::written(evidence));
}

BOOST_AUTO_TEST_CASE(a_frame_above_the_snap_length_is_cut_there) {
  auto evidence = sample::arp_seen_twice();
  evidence.sightings[0].bytes.resize(300'000);
  BOOST_TEST(read_back(sample::written(evidence)).sightings[0].bytes.size() == 262144);
}

BOOST_AUTO_TEST_CASE(a_comment_above_what_an_option_holds_is_cut_between_characters) {
  auto evidence = sample::arp_seen_twice();
  evidence.sightings[0].comment.assign(65535, 'a');
  evidence.sightings[1].comment = std::string(65534, 'a') + "\xc3\xa9" + "end";  // e acute
  const auto found = read_back(sample::written(evidence));
  BOOST_TEST(found.sightings[0].comment.size() == 65535);
  BOOST_TEST(found.sightings[1].comment == std::string(65534, 'a'));
}

BOOST_AUTO_TEST_CASE(no_ports_and_no_frames_is_a_file_too) {
  const auto found = read_back(sample::written({}));
  BOOST_TEST(found.ports.empty());
  BOOST_TEST(found.sightings.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::capture
