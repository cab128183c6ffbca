// Labs in memory, in one process: the same again and again, whatever ran before.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/capture/writer.hh"
#include "emulator/lab/lab.hh"
#include "emulator/lab/runner.hh"
#include "emulator/report/json.hh"
#include "emulator/scenario/evaluate.hh"
#include "emulator/topology/reader.hh"

using namespace lvslab;
using scenario::Outcome;

namespace {

// More by LVSLAB_RUNS in the environment: a thousand take minutes.
size_t runs() {
  const char* text = std::getenv("LVSLAB_RUNS");
  return text ? std::strtoul(text, nullptr, 10) : 5;
}

// What a run leaves: its results as JSON, its capture.
struct Left {
  std::string json, capture;
  bool passed = false;
  friend bool operator==(const Left&, const Left&) = default;
};

Left run_once(const topology::Topology& topology, uint64_t seed) {
  lab::Options options;
  options.on = lab::Where::sim;
  options.seed = seed;
  const auto lab = lab::make_sim_lab(topology, options);
  report::RunResult result;
  for (const auto& step : topology.scenario) {
    const auto record = lab->perform(step);
    lab->comment_evidence();
    result.steps.push_back(scenario::evaluate(topology, step, lab->evidence(), record));
  }
  std::ostringstream capture;
  capture::PcapngWriter writer(capture, lab->evidence().ports);
  for (const auto& sighting : lab->evidence().sightings) writer.write(sighting);
  return {report::to_json_text(result), capture.str(), result.failed_checks() == 0};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sim_lab)

BOOST_DATA_TEST_CASE(the_same_each_time,
                     boost::unit_test::data::make(lab::find_labs({std::string(LVSLAB_SOURCE_DIR) +
                                                                  "/topologies"}))) {
  const auto loaded = topology::load(sample);
  std::optional<Left> first;
  try {
    first = run_once(loaded.topology, 1);
  } catch (const Unavailable&) {
    return;  // a program: tests/e2e/sim_test.cc says which may
  }
  BOOST_TEST(first->passed);
  BOOST_TEST(first->capture.size() > 1000U);
  size_t others = 0;
  for (size_t i = 1; i < runs(); ++i) others += run_once(loaded.topology, 1) != *first;
  BOOST_TEST(others == 0U);
  BOOST_TEST(run_once(loaded.topology, 2).passed);
}

// The control: another seed gives other ports and sequence numbers.
BOOST_AUTO_TEST_CASE(another_seed_another_capture) {
  const auto loaded = topology::load(std::string(LVSLAB_SOURCE_DIR) + "/topologies/nat.yaml");
  BOOST_TEST((run_once(loaded.topology, 1) != run_once(loaded.topology, 2)));
}

// A client that starts anew has no connections; one without power, which no file can have ask,
// gets no answer, and nobody waits for ever.
BOOST_AUTO_TEST_CASE(clients_that_lost_their_power) {
  const auto loaded = topology::load(std::string(LVSLAB_SOURCE_DIR) + "/topologies/nat.yaml");
  lab::Options options;
  options.on = lab::Where::sim;
  const auto lab = lab::make_sim_lab(loaded.topology, options);
  const auto perform = [&](const topology::Action& action) {
    topology::Step step;
    step.action = action;
    const auto exchanges = lab->perform(step).exchanges;
    return exchanges.empty() ? Outcome::answered : exchanges.at(0).outcome;
  };
  topology::Request request;
  request.from = "client";
  request.to = *wire::Endpoint::parse("198.51.100.100:80");
  request.keep = "kept";
  BOOST_CHECK(perform(request) == Outcome::answered);
  topology::Continue more;
  more.kept = "kept";
  more.from = request.from;
  more.to = request.to;
  BOOST_CHECK(perform(more) == Outcome::answered);
  perform(topology::Life{topology::Life::Change::restart, "client"});
  BOOST_CHECK(perform(more) == Outcome::reset);
  perform(topology::Life{topology::Life::Change::stop, "client"});
  request.keep.clear();
  BOOST_CHECK(perform(request) == Outcome::timeout);
}

BOOST_AUTO_TEST_SUITE_END()
