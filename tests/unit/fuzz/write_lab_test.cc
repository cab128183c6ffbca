// Stories as files: whatever happened in one can be read again, and is the same.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "emulator/fuzz/write_lab.hh"
#include "emulator/scenario/wording.hh"
#include "emulator/topology/reader.hh"
#include "tests/support/command.hh"

using namespace lvslab;

namespace {

std::string text_of(const std::string& lab) {
  return lvslab::test::read_file(lvslab::test::source("topologies/" + lab + ".yaml"));
}

std::vector<std::string> said_of(const std::vector<topology::Step>& steps) {
  std::vector<std::string> said;
  for (const auto& step : steps) said.push_back(scenario::describe_step(step));
  return said;
}

fuzz::Found found_in(const std::string& lab, const char* trouble) {
  fuzz::Found found;
  found.story = topology::load_text(text_of(lab), lab).topology;
  found.story.scenario = fuzz::plan(found.story, 1, {});
  found.trouble.name = trouble;
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stories)

BOOST_DATA_TEST_CASE(can_be_read_again,
                     boost::unit_test::data::make({"nat", "dr6", "tun", "sync-nat", "fwmark"})) {
  const std::string text = text_of(sample);
  const auto lab = topology::load_text(text, sample).topology;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const auto story = fuzz::plan(lab, seed, {});
    const auto written = fuzz::write_lab(text, story, "all", {"heading"});
    const auto again = topology::load_text(written, sample).topology;
    BOOST_TEST(said_of(again.scenario) == said_of(story), boost::test_tools::per_element());
  }
}

// What nobody sees in frames is awaited: at each director that still has its power.
BOOST_AUTO_TEST_CASE(what_never_expires_is_awaited) {
  auto found = found_in("sync-nat", "expires");
  found.story.scenario.clear();
  BOOST_TEST(said_of(fuzz::steps_that_show(found)).size() == 3U);
  topology::Step power_off;
  power_off.action = topology::Life{topology::Life::Change::stop, "d1"};
  found.story.scenario = {power_off};
  const auto steps = fuzz::steps_that_show(found);
  BOOST_REQUIRE(steps.size() == 3U);
  BOOST_TEST(std::get<topology::Await>(steps.back().action).director == "d2");
  const auto written = fuzz::write_lab(text_of("sync-nat"), steps, "all", {});
  BOOST_TEST(topology::load_text(written, "again").topology.scenario.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_frames_show_is_not_awaited) {
  const auto found = found_in("nat", "no-rip");
  BOOST_TEST(fuzz::steps_that_show(found).size() == found.story.scenario.size());
}

BOOST_AUTO_TEST_SUITE_END()
