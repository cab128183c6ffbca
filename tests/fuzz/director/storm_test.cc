// A storm is a function of its bytes: hosts and buffers that are used again remember nothing of the
// storms before.

#include "tests/fuzz/director/storm.hh"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace lvslab;
using namespace lvslab::fuzz;

namespace {

// Of all that went out, when, and what was counted (FNV-1a).
class Digest : public Oracle {
 public:
  std::string_view name() const override { return "digest"; }
  void begin() override { sum = 0xcbf29ce484222325; }
  void frame(const Turn& turn, Complaints&) override {
    add(static_cast<uint64_t>(turn.at.time_since_epoch().count()));
    add(turn.counts.packets.came());
    add(turn.counts.packets.dropped);
    for (const SeenFrame& out : turn.out)
      for (const uint8_t byte : out.bytes) add(byte);
  }
  void ruled(const Services& services) override { add(services.size()); }
  uint64_t sum = 0;

 private:
  void add(uint64_t value) { sum = (sum ^ value) * 0x100000001b3; }
};

std::vector<std::vector<uint8_t>> inputs() {
  std::vector<std::filesystem::path> files;
  for (const auto& file :
       std::filesystem::directory_iterator(LVSLAB_SOURCE_DIR "/tests/fuzz/corpus/director"))
    files.push_back(file.path());
  std::sort(files.begin(), files.end());
  std::vector<std::vector<uint8_t>> all;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    all.emplace_back(bytes.begin(), bytes.end());
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_storm_does_the_same_whatever_came_before) {
  std::vector<std::unique_ptr<Oracle>> oracles;
  oracles.push_back(std::make_unique<Digest>());
  const auto& digest = static_cast<const Digest&>(*oracles.front());
  const auto all = inputs();
  BOOST_TEST_REQUIRE(all.size() > 10U);
  std::vector<uint64_t> sums;
  for (const auto& input : all) {
    BOOST_TEST(run_storm(input, oracles).empty());
    sums.push_back(digest.sum);
  }
  BOOST_TEST((std::adjacent_find(sums.begin(), sums.end()) == sums.end()));
  for (size_t i = all.size(); i-- > 0;) {
    run_storm(all[i], oracles);
    BOOST_TEST(digest.sum == sums[i]);
  }
}
