// Many labs on one page.
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "emulator/report/layout.hh"
#include "emulator/report/text.hh"
#include "tests/unit/report/random_run.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

std::string summary_of(const std::vector<RunResult>& runs) {
  std::ostringstream out;
  print_summary(out, runs);
  return out.str();
}

BOOST_AUTO_TEST_SUITE(report_summary)

BOOST_AUTO_TEST_CASE(a_line_for_each_lab_and_the_tally_last) {
  const auto text =
      summary_of({sample::passed(), sample::failed(), sample::unusable(), sample::unavailable()});
  BOOST_TEST(
      text ==
      R"(✓ ok    dr               2 checks passed in 0.47 s (netns, director embedded, seed 1)
✗ FAIL  dr               1 of 2 checks failed in 0.47 s (netns, director embedded, seed 1)
                         labs/dr.yaml:40:9: requests: answers: {rs1: 4, rs2: 4}
                           found: rs1: 8
✗ FAIL  labs/wrong.yaml  labs/wrong.yaml:3:5: unknown key "netwroks"; did you mean "networks"?
– skip  tun              /dev/net/tun: run as root or chmod 0666 /dev/net/tun
1 passed, 2 failed, 1 skipped
)");
}

BOOST_AUTO_TEST_CASE(of_many_failures_the_first_three) {
  auto run = sample::failed();
  auto& verdicts = run.steps[0].verdicts;
  verdicts.assign(5, verdicts[0]);
  const auto text = summary_of({run});
  BOOST_TEST(text.find("and 2 more\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_last_line_is_the_tally_whatever_the_labs_say) {
  BOOST_TEST(summary_of({}) == "0 passed, 0 failed, 0 skipped\n");
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    std::vector<RunResult> runs;
    for (auto n = random.below(4); n > 0; --n) {
      runs.push_back(sample::random_run(random, sample::random_bytes));
    }
    const auto text = summary_of(runs);
    BOOST_REQUIRE_EQUAL(lines_of(text).back(), tally_of(runs).to_string());
    BOOST_REQUIRE(text.find('\x1b') == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
