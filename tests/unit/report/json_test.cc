// JSON: complete, exact, in a stable order.
#include "emulator/report/json.hh"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "emulator/base/error.hh"
#include "tests/unit/report/random_run.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

bool same(const scenario::StepResult& a, const scenario::StepResult& b);

bool same(const scenario::Hop& a, const scenario::Hop& b) {
  const auto changes = std::equal(a.changes.begin(), a.changes.end(), b.changes.begin(),
                                  b.changes.end(), [](const auto& x, const auto& y) {
                                    return x.field == y.field && x.old_value == y.old_value &&
                                           x.new_value == y.new_value;
                                  });
  return changes && a.host == b.host && a.in == b.in && a.out == b.out && a.at == b.at &&
         a.did == b.did && a.packet == b.packet;
}
bool same(const scenario::Journey& a, const scenario::Journey& b) {
  return a.title == b.title && a.disposition == b.disposition &&
         std::equal(a.hops.begin(), a.hops.end(), b.hops.begin(), b.hops.end(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}
bool same(const scenario::Verdict& a, const scenario::Verdict& b) {
  return a.passed == b.passed && a.expectation == b.expectation && a.place == b.place &&
         a.found == b.found && a.details == b.details;
}
template <class T>
bool all_same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return same(x, y); });
}
bool same(const scenario::StepResult& a, const scenario::StepResult& b) {
  return a.name == b.name && a.action == b.action && all_same(a.verdicts, b.verdicts) &&
         all_same(a.journeys, b.journeys);
}
bool same(const RunResult& a, const RunResult& b) {
  return a.lab == b.lab && a.file == b.file && a.about == b.about && a.place == b.place &&
         a.place_reason == b.place_reason && a.director == b.director && a.servers == b.servers &&
         a.seed == b.seed && a.status == b.status && a.problem == b.problem &&
         a.drawing == b.drawing && all_same(a.steps, b.steps) && a.warnings == b.warnings &&
         a.frames == b.frames && a.lost == b.lost && a.up_seconds == b.up_seconds &&
         a.scenario_seconds == b.scenario_seconds && a.down_seconds == b.down_seconds;
}

BOOST_AUTO_TEST_SUITE(report_json)

BOOST_AUTO_TEST_CASE(any_run_comes_back_as_it_was) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const auto run = sample::random_run(random, sample::random_text);
    BOOST_TEST(same(from_json_text(to_json_text(run)), run), "seed " << seed);
    std::ostringstream out;
    write_json(out, {run, run});
    std::istringstream in(out.str());
    const auto both = read_json(in);
    BOOST_REQUIRE_EQUAL(both.size(), 2);
    BOOST_TEST(same(both[1], run), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_do_not_stop_it) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    const auto run = sample::random_run(random, sample::random_bytes);
    BOOST_CHECK_NO_THROW(from_json_text(to_json_text(run)));
  }
  auto run = sample::passed();
  run.problem =
      "a\xff"
      "b";
  BOOST_TEST(from_json_text(to_json_text(run)).problem ==
             "a\xef\xbf\xbd"
             "b");
}

BOOST_AUTO_TEST_CASE(numbers_that_json_lacks_come_back_as_no_number) {
  auto run = sample::passed();
  run.up_seconds = std::numeric_limits<double>::infinity();
  BOOST_TEST(std::isnan(from_json_text(to_json_text(run)).up_seconds));
}

BOOST_AUTO_TEST_CASE(the_order_of_keys_is_fixed) {
  auto run = sample::passed();
  run.steps.clear();
  std::ostringstream out;
  write_json(out, {run});
  BOOST_TEST(out.str() == R"({
  "lvslab": 1,
  "passed": 1,
  "failed": 0,
  "skipped": 0,
  "labs": [
    {
      "lab": "dr",
      "file": "labs/dr.yaml",
      "about": "Direct routing: requests pass the director, replies do not.",
      "place": "netns",
      "place_reason": "",
      "director": "embedded",
      "servers": "as in the file",
      "seed": 1,
      "runs": 1,
      "status": "passed",
      "problem": "",
      "checks": 0,
      "failed_checks": 0,
      "frames": 212,
      "lost": 0,
      "up_seconds": 0.112,
      "scenario_seconds": 0.344,
      "down_seconds": 0.0101,
      "warnings": [],
      "drawing": "",
      "steps": []
    }
  ]
}
)");
}

BOOST_AUTO_TEST_CASE(what_is_no_result_is_a_usage_error) {
  for (const char* text : {"", "[]", "{}", "{\"lab\": 1}", "nonsense", "{\"lab\": \"dr\"}"}) {
    BOOST_CHECK_THROW(from_json_text(text), UsageError);
  }
  auto json = to_json(sample::passed());
  json["status"] = "splendid";
  BOOST_CHECK_THROW(from_json(json), UsageError);
  json = to_json(sample::passed());
  json["steps"] = "none";
  BOOST_CHECK_THROW(from_json(json), UsageError);
  std::istringstream newer("{\"lvslab\": 2, \"labs\": []}");
  BOOST_CHECK_THROW(read_json(newer), UsageError);
}

BOOST_AUTO_TEST_CASE(a_truncated_result_of_a_dead_process_is_a_usage_error) {
  const auto text = to_json_text(sample::failed());
  for (size_t size = 0; size < text.size(); ++size) {
    BOOST_CHECK_THROW(from_json_text(text.substr(0, size)), UsageError);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
