// Files damaged on purpose: the reader gives evidence or a UsageError, and nothing else.
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/base/random.hh"
#include "emulator/capture/reader.hh"
#include "tests/unit/capture/sample.hh"

namespace lvslab::capture {
namespace {

// Of a file of this many bytes: frames and names can't be more than the bytes they stand in.
void check_bounded(const fabric::Evidence& found, size_t file_size) {
  size_t total = 0;
  for (const auto& sighting : found.sightings) {
    BOOST_REQUIRE_LT(sighting.port, found.ports.size());
    total += sighting.bytes.size() + sighting.comment.size();
  }
  BOOST_REQUIRE_LE(total, file_size);
}

// True when it was read, false when it was refused.
bool survives(const std::string& bytes) {
  std::istringstream in(bytes);
  try {
    check_bounded(read_pcapng(in, "in"), bytes.size());
    return true;
  } catch (const UsageError& error) {
    BOOST_TEST(std::string(error.what()).starts_with("in: byte "));
    return false;
  }
}

std::vector<std::string> samples() {
  sample::File big(true);
  const auto options = big.option(2, "a:b") + big.option(9, "\x06") + big.option(0, "");
  big.section().interface(1, 0, options).packet(0, 7, "abcdefg", big.option(1, "note"));
  big.simple(5, "abcde").block(5, big.u32(0) + big.u64(0) + big.option(7, big.u64(3)));
  return {sample::written(sample::arp_seen_twice()), big.bytes()};
}

BOOST_AUTO_TEST_SUITE(capture_hostile)

BOOST_AUTO_TEST_CASE(the_samples_themselves_are_read) {
  for (const auto& file : samples()) BOOST_TEST(survives(file));
}

BOOST_AUTO_TEST_CASE(every_truncation) {
  for (const auto& file : samples()) {
    size_t read = 0;
    for (size_t size = 0; size < file.size(); ++size)
      read += survives(file.substr(0, size)) ? 1 : 0;
    // Only a cut between two blocks leaves a file: 5 blocks, the whole is not among them.
    BOOST_TEST(read == 4);
  }
}

BOOST_AUTO_TEST_CASE(every_bit_flipped) {
  for (const auto& file : samples()) {
    size_t refused = 0;
    for (size_t bit = 0; bit < file.size() * 8; ++bit) {
      auto damaged = file;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      refused += survives(damaged) ? 0 : 1;
    }
    BOOST_TEST(refused > 0);
  }
}

BOOST_AUTO_TEST_CASE(every_word_at_its_extremes) {
  for (const auto& file : samples()) {
    for (size_t at = 0; at + 4 <= file.size(); ++at) {
      for (const uint32_t value : {0u, 0x7fffffffu, 0xfffffffcu, 0xffffffffu, 0xfffffff0u}) {
        auto damaged = file;
        damaged.replace(at, 4, sample::File(false).u32(value));
        survives(damaged);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(noise_behind_a_section_header) {
  Random random(1);
  for (int round = 0; round < 3000; ++round) {
    auto bytes = sample::File(random.below(2) == 0).section().bytes();
    for (uint64_t n = random.below(200); n > 0; --n) {
      // Mostly small numbers: they get further than noise that is all refused for its length.
      bytes += static_cast<char>(random.below(3) != 0 ? random.below(40) : random.next());
    }
    survives(bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::capture
