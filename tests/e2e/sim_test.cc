// Labs in memory: every lab of topologies/ passes there, twice the same, byte for byte.

#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> all_labs() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source("topologies")))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

// Has what only a kernel does.
bool needs_a_kernel(const std::string& file) {
  const auto text = read_file(file);
  return has(text, "exec:") || has(text, "engine: external");
}

struct Taken {
  LabRun run;
  std::string capture;
};

Taken take(const std::string& file, const std::string& seed) {
  const ScratchDirectory scratch;
  const auto pcap = scratch.path("lab.pcapng");
  auto run = run_lab(file, {"--on", "sim", "--seed", seed, "--pcap", pcap});
  return {std::move(run), std::filesystem::exists(pcap) ? read_file(pcap) : ""};
}

}  // namespace

BOOST_DATA_TEST_CASE(lab_in_memory, utf::data::make(all_labs())) {
  const auto once = take(sample, "1");
  if (needs_a_kernel(sample)) {
    BOOST_TEST(once.run.outcome.status == 3);
    BOOST_TEST(has(once.run.outcome.out, "a program"), once.run.outcome.out);
    BOOST_TEST(has(once.run.outcome.out, "--on netns"), once.run.outcome.out);
    return;
  }
  BOOST_TEST(once.run.outcome.status == 0, sample << once.run.failures());
  BOOST_TEST(once.run.result["place"] == "sim");
  BOOST_TEST(once.run.result["frames"] > 0);
  BOOST_TEST(once.capture.size() > 1000U);
  const auto again = take(sample, "1");
  BOOST_TEST((once.run.outcome.out == again.run.outcome.out), "the same JSON");
  BOOST_TEST((once.capture == again.capture), "the same capture");
}

// The control: what is compared does depend on the seed.
BOOST_AUTO_TEST_CASE(another_seed_is_another_run) {
  const auto once = take(source("topologies/nat.yaml"), "1");
  const auto other = take(source("topologies/nat.yaml"), "2");
  BOOST_TEST(other.run.outcome.status == 0);
  BOOST_TEST((once.capture != other.capture));
}

// In memory nobody takes time but the wires. So the upper bounds of wires.yaml, which are wide for
// kernels that are busy, can be what its delays add up to: four ways of 8 to 12 ms each, for an
// echo (the first also asks who has the address) and for a web request, which has its servers'
// wires too.
std::string tight_wires(const std::string& delay) {
  auto text = read_file(source("topologies/wires.yaml"));
  const auto replace = [&](const std::string& from, const std::string& to) {
    BOOST_REQUIRE_MESSAGE(has(text, from), "wires.yaml does not say: " << from);
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  replace("least: 16ms, most: 500ms", "least: 16ms, most: 49ms");
  replace("least: 32ms, most: 800ms", "least: 32ms, most: 60ms");
  replace("least: 400ms, most: 5s", "least: 400ms, most: 2s");
  replace("delay: 10ms, jitter: 2ms", "delay: " + delay + ", jitter: 2ms");
  return text;
}

BOOST_AUTO_TEST_CASE(wires_take_what_they_say) {
  const ScratchDirectory scratch;
  for (const std::string seed : {"1", "2", "3", "4", "5"}) {
    const auto run =
        run_lab(scratch.file("tight.yaml", tight_wires("10ms")), {"--on", "sim", "--seed", seed});
    BOOST_TEST(run.outcome.status == 0, run.failures());
  }
}

BOOST_AUTO_TEST_CASE(a_slower_wire_is_seen) {
  const ScratchDirectory scratch;
  const auto run = run_lab(scratch.file("tight.yaml", tight_wires("13ms")), {"--on", "sim"});
  BOOST_TEST(run.outcome.status == 1);
  BOOST_TEST(has(run.failures(), "latency"), run.failures());
}

BOOST_AUTO_TEST_CASE(timeouts_pass_at_once) {
  const ScratchDirectory scratch;
  auto text = read_file(source("topologies/dr.yaml"));
  text += R"(
  - step: nobody listens there
    request: {from: client, to: "192.168.1.217:9", over: udp, count: 60, timeout: 10s}
    expect: [error: refused]
  - step: nobody is there
    request: {from: client, to: "192.168.1.99:80", count: 60, timeout: 10s}
    expect: [error: unreachable]
)";
  const auto began = std::chrono::steady_clock::now();
  const auto run = run_lab(scratch.file("slow.yaml", text), {"--on", "sim"});
  const auto took = std::chrono::steady_clock::now() - began;
  BOOST_TEST(run.outcome.status == 0, run.failures());
  BOOST_TEST(run.result["scenario_seconds"].get<double>() > 60);
  BOOST_TEST((took < std::chrono::seconds(10)));
}

// dr.yaml's director with a small table, and a storm.
std::string small_table(const std::string& at_most) {
  auto text = read_file(source("topologies/dr.yaml"));
  const std::string role = "    role: director\n";
  const size_t at = text.find(role);
  BOOST_REQUIRE(at != std::string::npos);
  text.insert(at + role.size(), "    connections-at-most: " + at_most + "\n");
  return text + R"(
  - step: somebody is connected
    request: {from: client, to: "192.168.1.219:80", count: 4, keep: early}
    expect: [answered: {least: 100%}]
  - step: a storm fills the table
    flood: {from: client, to: "192.168.1.219:80", count: 500}
    expect:
      - seen: {received-by: real-servers, match: {tcp.flags: S}, count: "<=96"}
      - holds: all
  - step: nobody else comes in
    request: {from: client, to: "192.168.1.219:80", count: 2, timeout: 500ms}
    expect: [error: timeout, holds: all]
  - step: who was there stays
    continue: {kept: early}
    expect: [answered: {least: 100%}, holds: all]
  - step: the storm is forgotten
    wait: 70s
    expect: [holds: all]
  - step: there is room again
    request: {from: client, to: "192.168.1.219:80", count: 4}
    expect: [answered: {least: 100%}]
  - step: half of a TCP timeout passes
    wait: 450s
    expect: [holds: all]
  - step: nothing is left
    await: {connections: 0, at: director, timeout: 600s}
    expect: [holds: all]
)";
}

BOOST_AUTO_TEST_CASE(a_full_table_keeps_what_it_has) {
  const ScratchDirectory scratch;
  const auto run = run_lab(scratch.file("full.yaml", small_table("100")), {"--on", "sim"});
  BOOST_TEST(run.outcome.status == 0, run.failures());
  // The control: with room for all of them nobody is kept out.
  const auto roomy = run_lab(scratch.file("roomy.yaml", small_table("1000")), {"--on", "sim"});
  BOOST_TEST(roomy.outcome.status == 1);
  BOOST_TEST(has(roomy.failures(), "timeout"), roomy.failures());
}

BOOST_AUTO_TEST_CASE(the_kernels_table_has_no_such_bound) {
  const ScratchDirectory scratch;
  const auto run = run_lab(scratch.file("full.yaml", small_table("100")),
                           {"--on", "netns", "--director", "ipvs"});
  BOOST_TEST(run.outcome.status == 3);
  BOOST_TEST(has(run.outcome.err + run.outcome.out, "connections-at-most"), run.outcome.err);
}

// Where neither namespaces nor a guest can be had, a lab runs in memory, and says so.
BOOST_AUTO_TEST_CASE(memory_is_the_last_resort) {
  if (::getuid() != 0) return;
  How bare;
  bare.environment["PATH"] = "/no/where";
  // No namespaces for an ordinary user: the limit is that of this test's own user namespace.
  const auto run =
      lvslab::test::run({"/usr/bin/unshare", "--user", "--map-root-user", "/bin/sh", "-c",
                         "echo 0 > /proc/sys/user/max_net_namespaces; exec \"$0\" run \"$1\"",
                         program(), source("topologies/dr.yaml")},
                        bare);
  BOOST_TEST(run.status == 0, run.out << run.err);
  BOOST_TEST(has(run.out, "on sim: no "), run.out << run.err);
}
