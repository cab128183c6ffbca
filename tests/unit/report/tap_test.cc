// TAP: a stream that any consumer counts right.
#include "emulator/report/tap.hh"

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "emulator/report/layout.hh"
#include "emulator/report/points.hh"
#include "tests/unit/report/random_run.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

std::string tap_of(const std::vector<RunResult>& runs) {
  std::ostringstream out;
  write_tap(out, runs);
  return out.str();
}

BOOST_AUTO_TEST_SUITE(report_tap)

BOOST_AUTO_TEST_CASE(passed_failed_wrong_and_skipped) {
  auto warned = sample::passed();
  warned.warnings = {"rs2 is in another segment"};
  const auto text = tap_of({warned, sample::failed(), sample::unusable(), sample::unavailable()});
  BOOST_TEST(text == R"(TAP version 13
1..6
# dr: warning: rs2 is in another segment
ok 1 - dr: requests: answers: {rs1: 4, rs2: 4}
ok 2 - dr: requests: checksums: good
not ok 3 - dr: requests: answers: {rs1: 4, rs2: 4}
  ---
  severity: fail
  at: "labs/dr.yaml:40:9"
  message: "rs1: 8"
  details:
    - "expected rs1: 4, rs2: 4"
    - "found    rs1: 8"
    - "rs2 was sent no frame"
  ...
ok 4 - dr: requests: checksums: good
not ok 5 - labs/wrong.yaml: file is usable
  ---
  severity: error
  at: "labs/wrong.yaml"
  message: "labs/wrong.yaml:3:5: unknown key \"netwroks\"; did you mean \"networks\"?"
  ...
ok 6 - tun: can run here # SKIP /dev/net/tun: run as root or chmod 0666 /dev/net/tun
)");
}

BOOST_AUTO_TEST_CASE(a_description_cannot_become_a_directive) {
  auto run = sample::passed();
  run.steps[0].verdicts[0].expectation = "answers # SKIP me\nok 9";
  BOOST_TEST(tap_of({run}).find("ok 1 - dr: requests: answers \\# SKIP me\\\\nok 9\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_plan_is_the_number_of_points_and_they_count_up) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    std::vector<RunResult> runs;
    for (auto n = random.below(4); n > 0; --n) {
      runs.push_back(sample::random_run(random, sample::random_text));
    }
    size_t expected = 0, failing = 0, seen = 0, seen_failing = 0;
    for (const auto& run : runs) {
      for (const auto& point : points_of(run)) {
        ++expected;
        failing += point.kind == PointKind::failed || point.kind == PointKind::error ? 1 : 0;
      }
    }
    const auto lines = lines_of(tap_of(runs));
    BOOST_REQUIRE_EQUAL(lines.at(1), "1.." + std::to_string(expected));
    for (const auto& line : lines) {
      const auto number = std::to_string(seen + 1) + " - ";
      if (line.starts_with("ok ") || line.starts_with("not ok ")) {
        BOOST_REQUIRE(line.starts_with("ok " + number) || line.starts_with("not ok " + number));
        ++seen;
        seen_failing += line.starts_with("not") ? 1 : 0;
      }
    }
    BOOST_TEST(seen == expected, "seed " << seed);
    BOOST_TEST(seen_failing == failing, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(the_plan_of_a_lab_that_ran_is_its_checks) {
  BOOST_TEST(tap_of({sample::passed()}).find("\n1..2\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
