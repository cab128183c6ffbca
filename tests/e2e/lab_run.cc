#include "tests/e2e/lab_run.hh"

namespace lvslab::test {

std::string LabRun::failures() const {
  std::string text = outcome.err;
  if (result.is_null()) return text + outcome.out;
  text += result.value("problem", "");
  for (const auto& step : result["steps"])
    for (const auto& verdict : step["verdicts"]) {
      if (verdict["passed"].get<bool>()) continue;
      text += "\n" + step["name"].get<std::string>() + ": " +
              verdict["expectation"].get<std::string>() +
              "\n  found: " + verdict["found"].get<std::string>();
      for (const auto& line : verdict["details"]) text += "\n  " + line.get<std::string>();
    }
  return text;
}

LabRun run_lab(const std::string& file, const std::vector<std::string>& extra) {
  std::vector<std::string> argv = {program(), "run", file, "--json", "-"};
  argv.insert(argv.end(), extra.begin(), extra.end());
  LabRun run{test::run(argv), nullptr};
  const auto document = nlohmann::json::parse(run.outcome.out, nullptr, false);
  if (document.is_object() && document.contains("labs") && document["labs"].size() == 1)
    run.result = document["labs"][0];
  return run;
}

boost::test_tools::assertion_result labs_run_here(boost::unit_test::test_unit_id) {
  const auto doctor = run({program(), "doctor", "--json"});
  const auto document = nlohmann::json::parse(doctor.out, nullptr, false);
  boost::test_tools::assertion_result result(document.is_object() &&
                                             document["places"]["netns"]["available"] == true);
  if (!result) result.message() << "labs cannot run here: " << doctor.out;
  return result;
}

}  // namespace lvslab::test
