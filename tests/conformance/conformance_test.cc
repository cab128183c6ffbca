// lvslab conform as its users run it, against whatever kernel IPVS this machine has.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/command.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

constexpr int kUnavailable = 3;

struct Conformed {
  Outcome outcome;
  nlohmann::json result;
};

Conformed conform(std::vector<std::string> arguments) {
  std::vector<std::string> argv = {program(), "conform", "--json", "-"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  How how;
  how.deadline = std::chrono::minutes(15);
  Conformed run{lvslab::test::run(argv, how), nullptr};
  run.result = nlohmann::json::parse(run.outcome.out, nullptr, false);
  return run;
}

std::string differences(const nlohmann::json& result) {
  std::string text;
  for (const auto& found : result["differences"]) {
    text +=
        "\n" + found["case"].get<std::string>() + ": " + found["what"].get<std::string>() + "\n";
    for (const auto& line : found["details"]) text += "  " + line.get<std::string>() + "\n";
  }
  for (const auto& line : result["unplayed"]) text += "\nnot played: " + line.get<std::string>();
  return text;
}

std::vector<std::string> kept_cases() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source("tests/conformance/cases")))
    if (entry.path().extension() == ".case") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

boost::test_tools::assertion_result kernel_ipvs(utf::test_unit_id) {
  const auto tried = run({program(), "conform", "--frames", "1", "--features", "tcp,nat"});
  boost::test_tools::assertion_result result(tried.status != kUnavailable);
  if (!result) result.message() << tried.err;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(cases_that_once_differed, *utf::precondition(kernel_ipvs)) {
  std::vector<std::string> arguments = {"--shrink", "0"};
  for (const auto& file : kept_cases()) arguments.insert(arguments.end(), {"--case", file});
  BOOST_REQUIRE(arguments.size() > 2U);
  const auto run = conform(arguments);
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(run.outcome.status == 0, run.outcome.err << differences(run.result));
  BOOST_TEST(run.result["cases"] == (arguments.size() - 2) / 2);
}

// 20,000 frames of all kinds. Others by LVSLAB_SEED in the environment: random means that a
// difference may be found.
BOOST_AUTO_TEST_CASE(random_cases, *utf::precondition(kernel_ipvs)) {
  const char* seed = std::getenv("LVSLAB_SEED");
  const auto run = conform(
      {"--seed", seed ? seed : "24000", "--frames", "20000", "--jobs", "2", "--shrink", "0"});
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(run.outcome.status == 0, run.outcome.err << differences(run.result));
  BOOST_TEST(run.result["frames"].get<size_t>() >= 20000U);
}

// Every scheduler that the kernel has and that does not draw lots: 2,000 connections each (by
// LVSLAB_CONNECTIONS in the environment: 10,000 take minutes) and 40 % more to other services,
// while servers come, go, change weights and reach thresholds.
BOOST_AUTO_TEST_CASE(schedulers_choose_as_the_kernels, *utf::precondition(kernel_ipvs)) {
  const char* given = std::getenv("LVSLAB_CONNECTIONS");
  const std::string many = given ? given : "2000";
  const auto run = conform({"--schedulers", many, "--jobs", "2", "--shrink", "0"});
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(run.outcome.status == 0, run.outcome.err << differences(run.result));
  BOOST_TEST(run.result["cases"] == 13U);
  BOOST_TEST(run.result["frames"].get<size_t>() >= 13U * std::stoul(many));
}

// The control: with another scheduler in its place each of them is found out, by where packets go.
BOOST_AUTO_TEST_CASE(wrong_schedulers_are_found, *utf::precondition(kernel_ipvs)) {
  const auto run = conform({"--schedulers", "100", "--sabotage", "--shrink", "0"});
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(run.outcome.status == 1);
  BOOST_TEST(run.result["differing_names"].size() == 13U, run.result["differing_names"].dump());
  for (const auto& found : run.result["differences"])
    BOOST_TEST(found["what"].get<std::string>().find("refuses") == std::string::npos,
               differences(run.result));
}

// The control: a director with another scheduler than it was told is found, and the case that shows
// it is small enough to read.
BOOST_AUTO_TEST_CASE(a_wrong_director_is_found, *utf::precondition(kernel_ipvs)) {
  const auto run = conform({"--sabotage", "--seed", "1", "--frames", "3000", "--features",
                            "tcp,udp,nat,dr", "--shrink", "4"});
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(run.outcome.status == 1);
  const auto& found = run.result["differences"];
  BOOST_TEST(std::any_of(found.begin(), found.end(),
                         [](const nlohmann::json& one) {
                           return one["shrunk"] == true && one["events"] <= 8 &&
                                  one["text"].get<std::string>().find(" -s ") != std::string::npos;
                         }),
             found.dump(2));
}
