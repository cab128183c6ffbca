// A lab that is killed, at whatever moment, leaves nothing: no namespace, link, process or file.

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "emulator/base/random.hh"
#include "tests/e2e/lab_run.hh"
#include "tests/e2e/traces.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

using Clock = std::chrono::steady_clock;

// What is left of a lab as soon as nothing is, or after a second.
std::string left_after_a_second(const Traces& traces, const std::string& before) {
  const auto deadline = Clock::now() + std::chrono::seconds(1);
  for (;;) {
    std::string left = traces.left();
    if (const auto now = machine_state(); now != before) left += "\n" + now + "was:\n" + before;
    if (left.empty() || Clock::now() > deadline) return left;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_hundred_labs_killed_at_random_moments, *utf::precondition(labs_run_here)) {
  constexpr int kLabs = 100;
  constexpr uint64_t kLongest = 200000;  // us: into the lab's scenario
  lvslab::Random random(20);
  const ScratchDirectory scratch;
  const auto before = machine_state();
  int alive_when_killed = 0;
  size_t namespaces = 0;
  for (int i = 0; i < kLabs; ++i) {
    const char* file = i % 2 ? "topologies/nat.yaml" : "topologies/tun.yaml";
    Background lab({"env", "TMPDIR=" + scratch.path(""), program(), "run", source(file), "--pcap",
                    scratch.path("killed.pcapng")});
    // The moment is what is random here; nothing waits for anything.
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(kLongest)));
    const auto traces = Traces::of(lab.pid());
    lab.kill(SIGKILL);
    const bool killed = lab.wait() == 128 + SIGKILL;
    alive_when_killed += killed;
    // A capture under its own name is a whole one: the lab had written it, and may have ended.
    const auto capture = scratch.path("killed.pcapng");
    if (std::filesystem::exists(capture)) {
      BOOST_TEST(run({"tcpdump", "-r", capture, "-w", "/dev/null"}).status == 0);
      std::filesystem::remove(capture);
    }
    namespaces += traces.namespaces.size();
    const auto left = left_after_a_second(traces, before);
    BOOST_REQUIRE_MESSAGE(left.empty(), "lab " << i << " (" << file << ") left " << left);
    BOOST_REQUIRE_MESSAGE(std::filesystem::is_empty(scratch.path("")),
                          "lab " << i << " left files");
  }
  // The test saw what it was to see go.
  BOOST_TEST(alive_when_killed > kLabs / 2);
  BOOST_TEST(namespaces > static_cast<size_t>(kLabs));
}

BOOST_AUTO_TEST_CASE(a_lab_that_is_up_and_killed_leaves_nothing,
                     *utf::precondition(labs_run_here)) {
  const auto before = machine_state();
  BOOST_REQUIRE(run({program(), "up", source("topologies/dr.yaml")}).status == 0);
  BOOST_TEST((machine_state() != before), "the test sees a lab that is up");
  const auto inspected =
      nlohmann::json::parse(run({program(), "inspect", "dr", "--json"}).out, nullptr, false);
  BOOST_REQUIRE(inspected.is_object());
  const auto pid = inspected["pid"].get<pid_t>();
  const auto traces = Traces::of(pid);
  BOOST_TEST(traces.namespaces.size() > 1U, "and its namespaces");
  BOOST_TEST(!traces.left().empty());
  ::kill(pid, SIGKILL);
  BOOST_TEST(left_after_a_second(traces, before) == "");
  // And its name is free again.
  BOOST_TEST(run({program(), "up", source("topologies/dr.yaml")}).status == 0);
  BOOST_TEST(run({program(), "down", "dr"}).status == 0);
  BOOST_TEST(machine_state() == before);
}
