// Every lab of topologies/, as written and with either stack at the servers.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/lab_run.hh"

namespace utf = boost::unit_test;
using namespace lvslab::test;

namespace {

std::vector<std::string> labs_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source(folder)))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> all_labs() {
  auto files = labs_in("topologies");
  for (const auto& control : labs_in("topologies/controls")) files.push_back(control);
  return files;
}

void passes(const std::string& file, const std::vector<std::string>& extra) {
  const auto run = run_lab(file, extra);
  BOOST_TEST(run.outcome.status == 0, file << run.failures());
  BOOST_REQUIRE(run.result.is_object());
  BOOST_TEST(run.result["lost"] == 0);
  BOOST_TEST(run.result["frames"].get<int>() > 0);
  size_t checks = 0;
  for (const auto& step : run.result["steps"]) checks += step["verdicts"].size();
  BOOST_TEST(checks > 0U, file << " checks nothing");
}

}  // namespace

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_DATA_TEST_CASE(lab_as_written, utf::data::make(all_labs())) {
  passes(sample, {});
}

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_DATA_TEST_CASE(lab_with_kernel_servers, utf::data::make(all_labs())) {
  passes(sample, {"--servers", "kernel"});
}

BOOST_TEST_DECORATOR(*utf::precondition(labs_run_here))
BOOST_DATA_TEST_CASE(lab_with_embedded_servers, utf::data::make(all_labs())) {
  passes(sample, {"--servers", "embedded"});
}

BOOST_AUTO_TEST_CASE(two_labs_at_once_both_pass, *utf::precondition(labs_run_here)) {
  const auto run =
      lvslab::test::run({program(), "test", source("topologies/dr.yaml"),
                         source("topologies/dr.yaml"), source("topologies/nat.yaml"), "-j", "3"});
  BOOST_TEST(run.status == 0, run.out << run.err);
  BOOST_TEST(run.out.find("3 passed, 0 failed, 0 skipped") != std::string::npos, run.out);
}
