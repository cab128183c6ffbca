#include "emulator/report/safe.hh"

#include "emulator/report/layout.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
template <class... Texts>
void make_safe(Texts&... texts) {
  ((texts = visible(texts)), ...);
}

std::vector<std::string> safe_lines(const std::vector<std::string>& texts) {
  std::vector<std::string> lines;
  for (const auto& text : texts) {
    if (text.empty()) lines.emplace_back();
    for (const auto& line : lines_of(text)) lines.push_back(visible(line));
  }
  return lines;
}

void make_safe_hop(scenario::Hop& hop) {
  make_safe(hop.host, hop.in, hop.out, hop.did, hop.packet);
  for (auto& change : hop.changes) make_safe(change.field, change.old_value, change.new_value);
}

void make_safe_step(scenario::StepResult& step) {
  make_safe(step.name, step.action);
  for (auto& verdict : step.verdicts) {
    make_safe(verdict.expectation, verdict.place, verdict.found);
    verdict.details = safe_lines(verdict.details);
  }
  for (auto& journey : step.journeys) {
    make_safe(journey.title, journey.disposition);
    for (auto& hop : journey.hops) make_safe_hop(hop);
  }
}
}  // namespace

RunResult safe_copy(RunResult run) {
  make_safe(run.lab, run.file, run.about, run.place, run.place_reason, run.director, run.servers,
            run.problem);
  std::string drawing;
  for (const auto& line : lines_of(run.drawing)) drawing += visible(line) + "\n";
  run.drawing = std::move(drawing);
  run.warnings = safe_lines(run.warnings);
  for (auto& step : run.steps) make_safe_step(step);
  return run;
}

}  // namespace lvslab::report
