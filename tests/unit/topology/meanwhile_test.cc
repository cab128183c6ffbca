// Requests under way at once, and what happens meanwhile: as they are read, and each class of
// mistake.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

const std::string kRequest = "request: {from: client, to: \"192.0.2.100:80\", count: 9, at-once: 3";

std::string step(const std::string& deed, const std::string& meanwhile) {
  return sample_with("scenario:\n",
                     "scenario:\n  - step: busy\n    " + deed + "\n    meanwhile:\n" + meanwhile);
}

Step step_with(const std::string& meanwhile) {
  return load_text(step(kRequest + "}", meanwhile), "lab.yaml").topology.scenario.at(0);
}

// Without its place.
std::string said_of(const std::string& deed, const std::string& meanwhile) {
  const auto mistakes = mistakes_of(step(deed, meanwhile));
  if (mistakes.size() != 1) return std::to_string(mistakes.size()) + " mistakes";
  return mistakes[0].substr(mistakes[0].find(": ") + 2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(meanwhile)

BOOST_AUTO_TEST_CASE(items_in_order_of_time) {
  const Step busy = step_with(
      "      - {after: 20ms, stop: rs1}\n"
      "      - {after: 20ms, cut: \"client:eth0\"}\n"
      "      - after: 2s\n"
      "        flood: {from: client, to: \"192.0.2.100:80\"}\n");
  BOOST_TEST(std::get<Request>(busy.action).at_once == 3U);
  BOOST_REQUIRE(busy.meanwhile.size() == 3U);
  BOOST_CHECK(busy.meanwhile[0].after == std::chrono::milliseconds(20));
  BOOST_TEST(std::get<Life>(busy.meanwhile[0].action).host == "rs1");
  BOOST_CHECK(std::get<SetWires>(busy.meanwhile[1].action).deed == SetWires::Deed::cut);
  BOOST_CHECK(busy.meanwhile[2].after == std::chrono::seconds(2));
  BOOST_TEST(std::get<Flood>(busy.meanwhile[2].action).count == 1000U);
}

BOOST_AUTO_TEST_CASE(what_is_wrong) {
  const std::string request = kRequest + "}";
  BOOST_TEST(
      said_of(request, "      - {after: 2ms, stop: rs1}\n      - {after: 1ms, start: rs1}\n") ==
      "'meanwhile' is in order of time; the item before this comes later");
  BOOST_TEST(
      said_of(request, "      - {after: 2ms, stop: client}\n  - step: on\n    start: client\n") ==
      "host 'client' is what the step is about; it keeps its power meanwhile");
  BOOST_TEST(said_of(request, "      - {after: 2ms, restart: client}\n") ==
             "host 'client' is what the step is about; it keeps its power meanwhile");
  BOOST_TEST(said_of(request, "      - {after: 2ms, start: rs1}\n") ==
             "host 'rs1' runs; it is stopped first, or 'restart'ed");
  BOOST_TEST(said_of(request, "      - {stop: rs1}\n") == "'meanwhile' lacks the key 'after'");
  BOOST_TEST(said_of(request, "      - {after: 2ms}\n") ==
             "an item of 'meanwhile' does one of 'rules', 'takeover', 'stop', 'start', 'restart', "
             "'frames', 'flood', 'junk', 'spoof', 'wire', 'cut' and 'mend'; this one does nothing");
  BOOST_TEST(said_of(request, "      - {after: 2ms, stop: rs1, cut: \"client:eth0\"}\n") ==
             "an item of 'meanwhile' does one of 'rules', 'takeover', 'stop', 'start', 'restart', "
             "'frames', 'flood', 'junk', 'spoof', 'wire', 'cut' and 'mend'; make two items of it");
  BOOST_TEST(said_of(request, "      - {after: 2ms, request: {}}\n") != "0 mistakes");
  BOOST_TEST(said_of(kRequest + ", source-port: 4000}", "      - {after: 2ms, stop: rs1}\n") ==
             "requests that are under way at once have a port each, not one 'source-port'");
}

// Who lost its power meanwhile has none in the next step.
BOOST_AUTO_TEST_CASE(power_is_followed) {
  const std::string meanwhile = "      - {after: 2ms, stop: director}\n";
  BOOST_TEST(said_of(kRequest + "}", meanwhile + "  - step: after\n    rules: -C\n") ==
             "host 'director' lost its power in an earlier step; 'start: director' comes first");
  BOOST_TEST(mistakes_of(step(kRequest + "}", meanwhile)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
