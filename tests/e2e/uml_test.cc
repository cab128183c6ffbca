// Labs in User Mode Linux, with the kernel's own IPVS: as root, as an ordinary user, and where
// there are no user namespaces. A boot takes about 3 s, so tests share them.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

nlohmann::json doctor() {
  return nlohmann::json::parse(run({program(), "doctor", "--json"}).out, nullptr, false);
}

boost::test_tools::assertion_result uml_runs_here(utf::test_unit_id) {
  const auto document = doctor();
  boost::test_tools::assertion_result result(document.is_object() &&
                                             document["places"]["uml"]["available"] == true);
  if (!result) result.message() << "no guest can run here: " << document.dump();
  return result;
}

bool this_kernel_has_ip_vs() {
  for (const auto& need : doctor()["places"]["netns"]["needs"])
    if (need["name"] == "ip_vs") return need["available"].get<bool>();
  return false;
}

constexpr int kNobody = 65534;

std::vector<std::string> as_nobody(const std::vector<std::string>& command) {
  std::vector<std::string> argv = {
      "setpriv",       "--reuid", std::to_string(kNobody), "--regid", std::to_string(kNobody),
      "--clear-groups"};
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

// No capabilities, and a user namespace that may have no further ones: as in a plain container.
std::vector<std::string> without_namespaces(const std::vector<std::string>& command) {
  std::vector<std::string> argv = {"unshare",
                                   "-Ur",
                                   "sh",
                                   "-c",
                                   "echo 0 > /proc/sys/user/max_user_namespaces; "
                                   "exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"",
                                   "sh"};
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

boost::test_tools::assertion_result others_can_run_it(utf::test_unit_id id) {
  if (getuid() != 0) return boost::test_tools::assertion_result(false);
  if (run(as_nobody({"test", "-r", program(), "-a", "-r", source("topologies/dr.yaml")})).status)
    return boost::test_tools::assertion_result(false);
  return uml_runs_here(id);
}

std::string failures_in(const Outcome& outcome) {
  const auto document = nlohmann::json::parse(outcome.out, nullptr, false);
  if (!document.is_object()) return outcome.out + outcome.err;
  std::string text;
  for (const auto& lab : document["labs"]) text += LabRun{outcome, lab}.failures();
  return text;
}

How within(std::chrono::seconds deadline) {
  How how;
  how.deadline = deadline;
  return how;
}

std::string left_after_two_seconds(const Traces& traces) {
  const auto deadline = Clock::now() + std::chrono::seconds(2);
  for (;;) {
    const auto left = traces.left();
    if (left.empty() || Clock::now() > deadline) return left;
  }
}

// A lab that is not over before it is killed, however fast the machine.
std::string long_lab(const ScratchDirectory& scratch, const std::string& lab) {
  return scratch.file("long.yaml",
                      read_file(source(lab)) + "\n  - step: a minute\n    wait: 60s\n");
}

// Killed so long after its start or, when a whole guest is to be there, after that.
void killed_leaves_nothing(const std::vector<std::string>& command, int signal, uint64_t after_us,
                           bool whole) {
  const ScratchDirectory scratch;
  std::vector<std::string> argv = {"env", "TMPDIR=" + scratch.path("")};
  argv.insert(argv.end(), command.begin(), command.end());
  Background lab(argv);
  // lvslab, supervisor, linux.uml, its helpers and processes of the guest.
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (whole && Traces::of(lab.pid()).processes.size() < 6 && Clock::now() < deadline) {
  }
  std::this_thread::sleep_for(std::chrono::microseconds(after_us));
  const auto traces = Traces::of(lab.pid());
  lab.kill(signal);
  BOOST_TEST(lab.wait() == 128 + signal);
  BOOST_TEST(left_after_two_seconds(traces) == "", "after " << after_us << " us");
  if (whole) BOOST_TEST(traces.processes.size() >= 5U, "the guest was there");
  BOOST_TEST(std::filesystem::is_empty(scratch.path("")));
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_lab_passes_with_the_kernels_director,
                     *utf::precondition(uml_runs_here)) {
  const auto run = lvslab::test::run(
      {program(), "test", source("topologies"), "--on", "uml", "--director", "ipvs", "--json", "-"},
      within(std::chrono::seconds(150)));
  BOOST_TEST(run.status == 0, failures_in(run));
  const auto document = nlohmann::json::parse(run.out, nullptr, false);
  BOOST_REQUIRE(document.is_object());
  BOOST_TEST(document["failed"] == 0, failures_in(run));
  BOOST_TEST(document["labs"].size() > 10U);
  for (const auto& lab : document["labs"]) {
    BOOST_TEST(lab["place"] == "uml");
    BOOST_TEST(lab["director"] == "ipvs");
    BOOST_TEST(lab["checks"].get<int>() > 0);
  }
}

BOOST_AUTO_TEST_CASE(lvslabs_director_and_the_kernels_back_each_other_up,
                     *utf::precondition(uml_runs_here)) {
  for (const std::string kernel : {"d1", "d2"}) {
    const auto run = lvslab::test::run(
        {program(), "test", "-j1", source("topologies/sync-nat.yaml"),
         source("topologies/sync-dr.yaml"), source("topologies/controls/sync-off.yaml"), "--on",
         "uml", "--director", kernel + "=ipvs", "--json", "-"},
        within(std::chrono::seconds(150)));
    BOOST_TEST(run.status == 0, failures_in(run));
    const auto document = nlohmann::json::parse(run.out, nullptr, false);
    BOOST_REQUIRE(document.is_object());
    BOOST_TEST(document["labs"].size() == 3U);
    for (const auto& lab : document["labs"])
      BOOST_TEST(lab["director"] == (kernel == "d1" ? "ipvs, embedded" : "embedded, ipvs"));
  }
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_with_a_file_of_here_and_a_capture,
                     *utf::precondition(others_can_run_it)) {
  const ScratchDirectory scratch;
  BOOST_REQUIRE(::chmod(scratch.path("").c_str(), 0777) == 0);
  const auto capture = scratch.path("tun.pcapng");
  How there = within(std::chrono::seconds(60));
  there.directory = source("topologies");
  const auto run = lvslab::test::run(as_nobody({program(), "run", "tun.yaml", "--director", "ipvs",
                                                "--pcap", capture, "--json", "-"}),
                                     there);
  BOOST_TEST(run.status == 0, failures_in(run));
  const auto lab = nlohmann::json::parse(run.out, nullptr, false)["labs"][0];
  if (!this_kernel_has_ip_vs()) {
    BOOST_TEST(lab["place"] == "uml");
    BOOST_TEST(lab["place_reason"] == "this kernel has no ip_vs");
  }
  const auto frames =
      lvslab::test::run({"tshark", "-r", capture, "-T", "fields", "-e", "frame.number"});
  const auto lines = std::count(frames.out.begin(), frames.out.end(), '\n');
  BOOST_TEST(lines == lab["frames"].get<int>());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_from_within, *utf::precondition(uml_runs_here)) {
  // Three labs in one boot: a check that fails, a rule that this kernel's IPVS does not know, and,
  // after both, one that passes.
  const ScratchDirectory scratch;
  auto wrong = read_file(source("topologies/controls/arp-announce.yaml"));
  auto refused = wrong;
  const size_t rr = refused.find("-s rr");
  BOOST_REQUIRE(rr != std::string::npos);
  refused.replace(rr, 5, "-s twos");
  const auto fails = read_file(source("topologies/nat.yaml"));
  const size_t order = fails.find("answers: {rs1: 4, rs2: 4}");
  BOOST_REQUIRE(order != std::string::npos);
  const auto a =
      scratch.file("a.yaml", std::string(fails).replace(order, 25, "answers: {rs1: 3, rs2: 5}"));
  const auto b = scratch.file("b.yaml", refused);
  const auto run = lvslab::test::run({program(), "test", "-j1", "--on", "uml", "--director", "ipvs",
                                      "--json", "-", a, b, source("topologies/nat.yaml")},
                                     within(std::chrono::seconds(60)));
  const auto document = nlohmann::json::parse(run.out, nullptr, false);
  BOOST_REQUIRE(document.is_object());
  BOOST_TEST(run.status == 2);
  BOOST_TEST(document["labs"][0]["failed_checks"] == 1);
  const auto problem = document["labs"][1]["problem"].get<std::string>();
  BOOST_TEST(problem.find("-s twos") != std::string::npos, problem);
  BOOST_TEST(problem.find("Scheduler or persistence engine not found") != std::string::npos,
             problem);
  BOOST_TEST(document["labs"][2]["status"] == "passed");
}

BOOST_AUTO_TEST_CASE(a_lab_from_standard_input, *utf::precondition(uml_runs_here)) {
  How how = within(std::chrono::seconds(60));
  how.input = read_file(source("topologies/controls/no-loopback-vip.yaml"));
  const auto run = lvslab::test::run({program(), "run", "-", "--on", "uml", "--json", "-"}, how);
  BOOST_TEST(run.status == 0, failures_in(run));
}

BOOST_AUTO_TEST_CASE(killed_it_leaves_nothing, *utf::precondition(uml_runs_here)) {
  lvslab::Random random(7);
  const ScratchDirectory labs;
  const std::vector<std::string> command = {program(), "run", long_lab(labs, "topologies/dr.yaml"),
                                            "--on", "uml"};
  killed_leaves_nothing(command, SIGKILL, random.below(300000), false);
  killed_leaves_nothing(command, SIGKILL, random.below(1000000), true);
  killed_leaves_nothing(command, SIGINT, random.below(1000000), true);
}

BOOST_AUTO_TEST_CASE(it_runs_and_leaves_nothing_without_namespaces,
                     *utf::precondition(uml_runs_here)) {
  const std::string lab = "topologies/controls/arp-flux.yaml";
  std::vector<std::string> command = {program(), "run",        source(lab), "--on",
                                      "uml",     "--director", "ipvs"};
  if (run(without_namespaces({"true"})).status != 0) {
    BOOST_TEST_MESSAGE("not shown: no user namespace to forbid them in");
    return;
  }
  const ScratchDirectory scratch;
  How how = within(std::chrono::seconds(60));
  how.environment["TMPDIR"] = scratch.path("");
  const auto outcome = run(without_namespaces(command), how);
  BOOST_TEST(outcome.status == 0, outcome.out << outcome.err);
  BOOST_TEST(std::filesystem::is_empty(scratch.path("")));
  const ScratchDirectory labs;
  command[2] = long_lab(labs, lab);
  lvslab::Random random(8);
  killed_leaves_nothing(without_namespaces(command), SIGKILL, random.below(200000), true);
  killed_leaves_nothing(without_namespaces(command), SIGKILL, 500000 + random.below(1500000), true);
}

// A guest fuzzes the kernel's own balancer: nothing breaks. A server that tells who has the VIP is
// found, and what was found lies here.
BOOST_AUTO_TEST_CASE(guests_fuzz, *utf::precondition(uml_runs_here)) {
  const ScratchDirectory scratch;
  How patient;
  patient.deadline = std::chrono::minutes(3);
  const auto hunt = [&](const std::string& lab) {
    const auto outcome =
        run({program(), "fuzz", source("topologies/" + lab), "--on", "uml", "--director", "ipvs",
             "--seconds", "8", "--shrink", "10", "--save", scratch.path("found"), "--json", "-"},
            patient);
    auto document = nlohmann::json::parse(outcome.out, nullptr, false);
    BOOST_REQUIRE_MESSAGE(document.is_object(), outcome.out << outcome.err);
    document["status"] = outcome.status;
    return document;
  };
  const auto whole = hunt("nat.yaml");
  BOOST_TEST(whole["status"] == 0, whole.dump(2));
  BOOST_TEST(whole["place"] == "uml");
  BOOST_TEST(whole["stories"] > 0);
  const auto broken = hunt("controls/arp-announce.yaml");
  BOOST_TEST(broken["status"] == 1, broken.dump(2));
  BOOST_TEST(broken["found"]["invariant"] == "arp-silence", broken.dump(2));
  const std::string file = broken["found"]["lab"];
  BOOST_TEST(read_file(file).find("--on uml --seed") != std::string::npos);
  BOOST_TEST(std::filesystem::file_size(broken["found"]["capture"].get<std::string>()) > 100U);
}

// Whole programs' transfers, here by the embedded director and in a guest by the kernel's. The
// control: a server that keeps a byte for itself.
BOOST_AUTO_TEST_CASE(transfers, *utf::precondition(uml_runs_here)) {
  const ScratchDirectory scratch;
  auto text = read_file(source("tests/e2e/transfers.yaml"));
  const std::string all = "sendall(said)";
  const size_t at = text.find(all);
  BOOST_REQUIRE(at != std::string::npos);
  const auto kept = text.replace(at, all.size(), "sendall(said[1:])");
  const std::vector<std::vector<std::string>> places = {{"--on", "netns"},
                                                        {"--on", "uml", "--director", "ipvs"}};
  for (const auto& place : places) {
    const auto whole = run_lab(source("tests/e2e/transfers.yaml"), place);
    BOOST_TEST(whole.outcome.status == 0, whole.failures());
    const auto short_of_one = run_lab(scratch.file("short.yaml", kept), place);
    BOOST_TEST(short_of_one.outcome.status == 1);
    BOOST_TEST(short_of_one.failures().find("exit") != std::string::npos, short_of_one.failures());
  }
}
