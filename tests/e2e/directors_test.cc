// Directors that are not ours: programs of the user's, and what is said where the kernel has no
// IPVS.

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

// nat-nftables with another program as director, whose `command` and `ready` are `lines`.
LabRun run_with_director(const std::string& lines) {
  const ScratchDirectory scratch;
  const auto text = read_file(source("topologies/nat-nftables.yaml"));
  const size_t begin = text.find("    command:"), end = text.find("    interfaces:", begin);
  BOOST_REQUIRE(begin < end);
  return run_lab(scratch.file("lab.yaml", text.substr(0, begin) + lines + text.substr(end)),
                 {"--on", "netns"});
}

}  // namespace

BOOST_AUTO_TEST_CASE(nftables_is_judged_by_the_same_checks, *utf::precondition(labs_run_here)) {
  const auto file = source("topologies/nat-nftables.yaml");
  const auto good = run_lab(file, {"--on", "netns"});
  BOOST_TEST(good.outcome.status == 0, good.failures());
  BOOST_TEST(good.result["director"] == "external");
  // And they fail: its rules the other way about.
  const ScratchDirectory scratch;
  const auto text = replaced(read_file(file), "0 : 10.0.0.12 . 8080, 1 : 10.0.0.11 . 8080",
                             "0 : 10.0.0.11 . 8080, 1 : 10.0.0.12 . 8080");
  const auto bad = run_lab(scratch.file("lab.yaml", text), {"--on", "netns"});
  BOOST_TEST(bad.outcome.status == 1);
  BOOST_TEST(has(bad.failures(), "order"), bad.failures());
}

BOOST_AUTO_TEST_CASE(a_program_that_fails_is_named, *utf::precondition(labs_run_here)) {
  const auto failed = run_with_director("    command: ['false']\n");
  BOOST_TEST(failed.outcome.status == 2);
  BOOST_TEST(has(failed.failures(), "director: program false ended with status 1"),
             failed.failures());
  const auto cannot = run_with_director("    command: [sh, -c, exit 3]\n");
  BOOST_TEST(cannot.outcome.status == 3);
  const auto missing = run_with_director("    command: [no-such-balancer]\n");
  BOOST_TEST(missing.outcome.status == 3);
  BOOST_TEST(has(missing.failures(), "no-such-balancer"), missing.failures());
  const auto early = run_with_director("    command: ['true']\n    ready: tcp/80\n");
  BOOST_TEST(early.outcome.status == 2);
  BOOST_TEST(has(early.failures(), "before it listened on port 80"), early.failures());
}

BOOST_AUTO_TEST_CASE(a_program_that_runs_on_is_awaited, *utf::precondition(labs_run_here)) {
  // It serves by itself, so no real server answers; but it does listen when the first request
  // comes.
  const auto listening = run_with_director(
      "    command: [python3, -m, http.server, '80', --directory, /proc/self/fdinfo]\n"
      "    ready: tcp/80\n");
  BOOST_TEST(listening.outcome.status == 1);
  BOOST_TEST(listening.result["problem"] == "");
  const auto verdicts = listening.result["steps"][1]["verdicts"];
  BOOST_TEST(verdicts[0]["passed"] == true, "it came to the second step");
  // One that forwards nothing: started, and nobody answers at its port.
  const auto started = run_with_director("    command: [sleep, '1000']\n    ready: started\n");
  BOOST_TEST(started.outcome.status == 1);
  BOOST_TEST(started.result["problem"] == "");
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named_with_its_package) {
  How bare;
  bare.environment["PATH"] = "/no/where";
  const auto run =
      lvslab::test::run({program(), "run", source("topologies/dr.yaml"), "--on", "uml"}, bare);
  BOOST_TEST(run.status == 3, run.out << run.err);
  BOOST_TEST(has(run.out + run.err, "apt-get install user-mode-linux"), run.out << run.err);
  const auto doctor = lvslab::test::run({program(), "doctor"}, bare);
  BOOST_TEST(has(doctor.out, "✗ uml:"), doctor.out);
  BOOST_TEST(has(doctor.out, "apt-get install user-mode-linux"), doctor.out);
}

BOOST_AUTO_TEST_CASE(doctor_says_of_ipvs_what_a_lab_finds, *utf::precondition(labs_run_here)) {
  const auto doctor =
      nlohmann::json::parse(run({program(), "doctor", "--json"}).out, nullptr, false);
  BOOST_REQUIRE(doctor.is_object());
  bool available = true;
  for (const auto& need : doctor["places"]["netns"]["needs"])
    if (need["name"] == "ip_vs" || need["name"] == "ipvsadm") {
      available = available && need["available"].get<bool>();
      BOOST_TEST((need["available"].get<bool>() || need["remedy"] != ""));
    }
  const auto lab = run_lab(source("topologies/nat.yaml"), {"--director", "ipvs", "--on", "netns"});
  BOOST_TEST(lab.outcome.status == (available ? 0 : 3), lab.failures());
}
