// lvslab fuzz: a lab in which nothing is wrong stays whole; each of five ways in which balancers
// are wrong in the field is found within a minute, made small, written down, and shown again by
// `lvslab run` of what was written.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>

#include "tests/support/command.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

struct Planted {
  const char* sabotage;
  const char* lab;
  const char* invariant;
};

std::ostream& operator<<(std::ostream& out, const Planted& planted) {
  return out << planted.sabotage;
}

const Planted kPlanted[] = {{"odd-checksum", "nat", "good-checksums"},
                            {"weight-zero", "nat", "weight-zero"},
                            {"arp-leak", "dr", "arp-silence"},
                            {"untranslated", "nat", "no-rip"},
                            {"immortal", "tun", "expires"}};

std::string lab(const std::string& name) {
  return source("topologies/" + name + ".yaml");
}

nlohmann::json hunt(const std::string& name, const std::vector<std::string>& extra) {
  std::vector<std::string> argv = {program(), "fuzz", lab(name), "--json", "-"};
  argv.insert(argv.end(), extra.begin(), extra.end());
  How patient;
  patient.deadline = std::chrono::minutes(2);
  const auto outcome = run(argv, patient);
  auto document = nlohmann::json::parse(outcome.out, nullptr, false);
  BOOST_REQUIRE_MESSAGE(document.is_object(), outcome.out << outcome.err);
  document["status"] = outcome.status;
  return document;
}

void is_found(const Planted& planted) {
  const ScratchDirectory scratch;
  const auto result = hunt(planted.lab, {"--seconds", "60", "--sabotage", planted.sabotage,
                                         "--save", scratch.path("found")});
  BOOST_TEST(result["status"] == 1, result.dump(2));
  BOOST_REQUIRE(result["found"].is_object());
  const auto& found = result["found"];
  BOOST_TEST(found["invariant"] == planted.invariant, found.dump(2));
  BOOST_TEST(found["steps"].size() <= 3U, found.dump(2));
  BOOST_TEST(result["seconds"] < 60);
  const std::string file = found["lab"], seed = std::to_string(found["seed"].get<uint64_t>());
  BOOST_TEST(std::filesystem::file_size(found["capture"].get<std::string>()) > 100U);
  const auto with =
      run({program(), "run", file, "--on", "sim", "--seed", seed, "--sabotage", planted.sabotage});
  BOOST_TEST(with.status == 1, with.out << with.err);
  BOOST_TEST(with.out.find("FAIL") != std::string::npos);
  const auto without = run({program(), "run", file, "--on", "sim", "--seed", seed});
  BOOST_TEST(without.status == 0, without.out << without.err);
}

}  // namespace

BOOST_DATA_TEST_CASE(nothing_breaks_where_nothing_is_wrong,
                     utf::data::make({"nat", "dr", "tun", "nat6", "dr6", "fwmark", "sync-nat"})) {
  const auto result = hunt(sample, {"--count", "300", "--seconds", "60"});
  BOOST_TEST(result["status"] == 0, result.dump(2));
  BOOST_TEST(result["stories"] == 300);
  BOOST_TEST(result["frames"] > 10000);
}

BOOST_DATA_TEST_CASE(what_is_planted_is_found, utf::data::make(kPlanted)) {
  is_found(sample);
}

BOOST_AUTO_TEST_CASE(a_seed_names_a_story) {
  const ScratchDirectory scratch;
  const auto once = hunt("nat", {"--sabotage", "untranslated", "--save", scratch.path("a")});
  const auto again = hunt("nat", {"--sabotage", "untranslated", "--save", scratch.path("b")});
  BOOST_TEST(once["found"]["seed"] == again["found"]["seed"]);
  BOOST_TEST(once["found"]["steps"] == again["found"]["steps"]);
  BOOST_TEST((read_file(once["found"]["capture"]) == read_file(again["found"]["capture"])));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_fuzzed_is_said) {
  const ScratchDirectory scratch;
  const auto bare = scratch.file("bare.yaml",
                                 "name: bare\nnetworks: {lan: 10.0.0.0/24}\nhosts:\n  c: {role: "
                                 "client, interfaces: {eth0: {network: lan, address: 10.0.0.1}}}\n"
                                 "  d: {role: director, interfaces: {eth0: {network: lan, address: "
                                 "10.0.0.2}}}\n");
  const auto outcome = run({program(), "fuzz", bare});
  BOOST_TEST(outcome.status == 2, outcome.out << outcome.err);
  BOOST_TEST(outcome.err.find("nothing to try") != std::string::npos, outcome.err);
  BOOST_TEST(run({program(), "fuzz", lab("nat-nftables")}).status == 3);
  // A kernel without ip_vs is no fault of the lab's rules.
  const auto ipvs = run({program(), "fuzz", lab("dr"), "--on", "netns", "--director", "ipvs",
                         "--seconds", "1", "--save", scratch.path(".")});
  const bool lacks = ipvs.err.find("can't run here: this kernel") != std::string::npos;
  BOOST_TEST(ipvs.status == (lacks ? 3 : 0), ipvs.out << ipvs.err);
}
