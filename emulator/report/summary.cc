#include <algorithm>
#include <sstream>

#include "emulator/report/layout.hh"
#include "emulator/report/paint.hh"
#include "emulator/report/phrases.hh"
#include "emulator/report/points.hh"
#include "emulator/report/safe.hh"
#include "emulator/report/text.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
// Of each lab that failed: enough to know where to look, the rest stands in its own report.
constexpr size_t kMostFailures = 3;
constexpr size_t kLeastWidth = 40;

struct Mark {
  std::string text;  // eight columns
  Ink ink;
};

Mark mark_of(Status outcome) {
  if (outcome == Status::passed) return {"✓ ok    ", Ink::green};
  if (outcome == Status::unavailable) return {"– skip  ", Ink::yellow};
  return {"✗ FAIL  ", Ink::red};
}

std::string story_of(const RunResult& run, Status outcome) {
  if (outcome == Status::unusable || outcome == Status::unavailable) return run.problem;
  const auto seconds = run.up_seconds + run.scenario_seconds + run.down_seconds;
  return joined({run.problem.empty() ? "" : "did not run to its end", checks_phrase(run)}, ", ") +
         " in " + fixed(seconds, 2) + " s (" + conditions_phrase(run) + ")";
}

void print_failures(std::ostream& out, const RunResult& run, size_t indent, size_t width) {
  size_t shown = 0, failures = 0;
  const std::string blanks(indent, ' ');
  for (const auto& point : points_of(run)) {
    if (point.kind != PointKind::failed && point.kind != PointKind::error) continue;
    if (++failures > kMostFailures) continue;
    ++shown;
    const auto text = joined({point.place, point.name}, ": ");
    for (const auto& line : wrapped(text, width)) out << blanks << line << "\n";
    if (point.message.empty()) continue;
    for (const auto& line : wrapped("found: " + point.message, width - 2)) {
      out << blanks << "  " << line << "\n";
    }
  }
  if (failures > shown) out << blanks << "and " << failures - shown << " more\n";
}
}  // namespace

void print_summary(std::ostream& out, const std::vector<RunResult>& runs, const TextStyle& style) {
  const Painter paint(style.colour);
  std::ostringstream text;
  size_t name_width = 0;
  for (const auto& run : runs) name_width = std::max(name_width, columns(visible(run.label())));
  const auto indent = name_width + 10;
  const auto all = std::max<size_t>(style.width, kLeastWidth);
  const auto width = all > indent + kLeastWidth / 2 ? all - indent : kLeastWidth / 2;
  for (const auto& unsafe : runs) {
    const auto run = safe_copy(unsafe);
    const auto outcome = outcome_of(run);
    const auto mark = mark_of(outcome);
    const auto lines = wrapped(story_of(run, outcome), width);
    text << paint(mark.ink, mark.text) << paint(Ink::bold, padded_to(run.label(), name_width))
         << "  " << lines[0] << "\n";
    for (size_t i = 1; i < lines.size(); ++i) text << std::string(indent, ' ') << lines[i] << "\n";
    if (outcome == Status::failed) print_failures(text, run, indent, width);
  }
  text << tally_of(runs).to_string() << "\n";
  out << (style.unicode ? text.str() : to_ascii(text.str()));
}

}  // namespace lvslab::report
