// What runs amount to, and the exit code of the command that made them.
#include "emulator/report/result.hh"

#include <boost/test/unit_test.hpp>

#include "emulator/report/points.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

using sample::failed;
using sample::passed;
using sample::unavailable;
using sample::unusable;

BOOST_AUTO_TEST_SUITE(report_result)

BOOST_AUTO_TEST_CASE(checks_are_counted_over_all_steps) {
  auto run = failed();
  run.steps.push_back(run.steps[0]);
  BOOST_TEST(run.checks() == 4);
  BOOST_TEST(run.failed_checks() == 2);
}

BOOST_AUTO_TEST_CASE(the_gravest_run_decides_the_exit_code) {
  struct Case {
    const char* why;
    std::vector<RunResult> runs;
    int code;
  };
  const std::vector<Case> cases{
      {"nothing ran", {}, 0},
      {"all passed", {passed(), passed()}, 0},
      {"one failed", {passed(), failed()}, 1},
      {"one file is wrong", {passed(), unusable()}, 2},
      {"one can't run here", {unavailable(), passed()}, 3},
      {"a failure is not hidden by what can't run", {unavailable(), failed()}, 1},
      {"a wrong file stands above a failure", {failed(), unusable(), unavailable()}, 2},
  };
  for (const auto& c : cases) BOOST_TEST(exit_code(c.runs) == c.code, c.why);
}

BOOST_AUTO_TEST_CASE(a_run_that_only_claims_to_have_passed_has_failed) {
  auto lost = passed(), died = passed(), wrong = failed();
  lost.lost = 1;
  died.problem = "the director died";
  wrong.status = Status::passed;
  for (const auto& run : {lost, died, wrong}) {
    BOOST_TEST((outcome_of(run) == Status::failed));
    BOOST_TEST(exit_code({run}) == 1);
  }
  BOOST_TEST((outcome_of(passed()) == Status::passed));
}

BOOST_AUTO_TEST_CASE(the_tally_counts_labs) {
  BOOST_TEST(tally_of({passed(), failed(), unusable(), unavailable(), passed()}).to_string() ==
             "2 passed, 2 failed, 1 skipped");
}

BOOST_AUTO_TEST_CASE(a_failed_run_always_has_a_point_that_failed) {
  auto bare = passed(), empty = passed();
  bare.status = Status::failed;
  empty.steps.clear();
  const auto points = points_of(bare);
  BOOST_REQUIRE_EQUAL(points.size(), 3);
  BOOST_TEST((points.back().kind == PointKind::error));
  BOOST_REQUIRE_EQUAL(points_of(empty).size(), 1);
  BOOST_TEST((points_of(empty)[0].kind == PointKind::passed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
