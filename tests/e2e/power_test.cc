// Hosts that lose their power on this kernel, on either stack, and in memory, and requests by the
// thousand: what the scenario of outage.yaml does not do.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

using Options = std::vector<std::string>;

const Options kWays[] = {{"--servers", "kernel"}, {"--servers", "embedded"}, {"--on", "sim"}};

LabRun outage_with(const std::string& steps, const Options& options) {
  const ScratchDirectory scratch;
  return run_lab(scratch.file("outage.yaml", read_file(source("topologies/outage.yaml")) + steps),
                 options);
}

}  // namespace

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_AUTO_TEST_CASE(every_host_can_be_restarted_when_it_is_off) {
  for (const auto& way : kWays) {
    std::string steps;
    for (const std::string host : {"rs1", "rs2", "client", "director"}) {
      for (const std::string life : {"stop", "restart", "restart"})
        steps += "  - step: power\n    " + life + ": " + host + "\n";
    }
    steps += R"(
  - step: all is as in the beginning
    request: {from: client, to: "192.0.2.100:80", count: 4}
    expect:
      - order: [rs2, rs1, rs2, rs1]
      - path: {request: [client, director, server], reply: [server, director, client]}
      - holds: all
)";
    const auto run = outage_with(steps, way);
    BOOST_TEST(run.outcome.status == 0, way.back() << run.failures());
  }
}

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_AUTO_TEST_CASE(a_client_has_no_connections_of_before) {
  const std::string kept = R"(
  - step: those who stayed
    continue: {kept: hashed}
    expect: [)";
  for (const auto& way : kWays) {
    const auto run =
        outage_with("  - step: power\n    restart: client" + kept + "error: reset]\n", way);
    BOOST_TEST(run.outcome.status == 0, way.back() << run.failures());
    // The control: they are there until then.
    const auto before = outage_with(kept + "error: reset]\n", way);
    BOOST_TEST(before.outcome.status == 1, way.back() << before.failures());
  }
}

// Nothing arrives at a host that is off, and nobody there answers for its address.
BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_AUTO_TEST_CASE(a_host_that_is_off_is_silent) {
  constexpr const char* kOff = R"(
  - step: power
    stop: rs2
  - step: who has its address?
    arp-probe: {from: rs1, address: 198.51.100.12}
    expect:
      - arp: {address: 198.51.100.12, answered-by: []}
      - never: {at: rs2}
)";
  for (const Options& way : {Options{"--on", "netns"}, Options{"--on", "sim"}}) {
    BOOST_TEST(outage_with(kOff, way).outcome.status == 0, way.back());
    std::string on = kOff;
    on.replace(on.find("stop"), 4, "restart");
    BOOST_TEST(outage_with(on, way).outcome.status == 1, way.back());
  }
}

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_AUTO_TEST_CASE(a_thousand_connections_at_once) {
  constexpr const char* kThousand = R"(
  - step: both servers are known to all
    request: {from: client, to: "192.0.2.100:80", count: 2}
  - step: a thousand
    request: {from: client, to: "192.0.2.100:80", count: 1000, at-once: 1000, timeout: 30s, keep: thousand}
    expect: [answered: {least: 100%}]
  - step: and once more
    continue: {kept: thousand, at-once: 1000, timeout: 30s}
    expect: [answered: {least: 100%}]
)";
  for (const auto& way : kWays) {
    const auto run = outage_with(kThousand, way);
    BOOST_TEST(run.outcome.status == 0, way.back() << run.failures());
  }
}
