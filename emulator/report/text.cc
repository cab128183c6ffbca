#include "emulator/report/text.hh"

#include <algorithm>
#include <sstream>

#include "emulator/report/hop_table.hh"
#include "emulator/report/layout.hh"
#include "emulator/report/paint.hh"
#include "emulator/report/phrases.hh"
#include "emulator/report/safe.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
constexpr size_t kLeastWidth = 40;

class TextWriter {
 public:
  TextWriter(std::ostream& out, const TextStyle& style)
      : out_(out), paint_(style.colour), width_(std::max<size_t>(style.width, kLeastWidth)) {}

  void print(const RunResult& run) {
    heading(run);
    size_t number = 0;
    for (const auto& step : run.steps) print_step(step, ++number);
    problem(run);
    const bool passed = outcome_of(run) == Status::passed;
    paragraph(passed ? Ink::green : Ink::red, summary_line(run), 0);
  }

 private:
  // Wrapped, each line behind `indent` blanks.
  void paragraph(Ink ink, const std::string& text, size_t indent) {
    for (const auto& line : wrapped(text, width_ - indent)) {
      out_ << std::string(indent, ' ') << paint_(ink, line) << "\n";
    }
  }

  void heading(const RunResult& run) {
    out_ << paint_(Ink::bold, run.label()) << "  " << paint_(Ink::dim, run.file) << "\n";
    if (!run.about.empty()) paragraph(Ink::plain, run.about, 0);
    for (const auto& warning : run.warnings) paragraph(Ink::yellow, "warning: " + warning, 0);
    if (!run.place_reason.empty())
      paragraph(Ink::dim, "on " + run.place + ": " + run.place_reason, 0);
    out_ << "\n";
    for (const auto& line : lines_of(run.drawing)) out_ << line << "\n";
    if (!run.drawing.empty()) out_ << "\n";
  }

  void print_step(const scenario::StepResult& step, size_t number) {
    const auto title = std::to_string(number) + ". " + step.name;
    out_ << paint_(Ink::bold, title);
    // Behind the name where there is room, else below it.
    if (columns(title) + columns(step.action) + 3 <= width_) {
      out_ << " · " << step.action << "\n\n";
    } else {
      out_ << "\n";
      paragraph(Ink::plain, step.action, 3);
      out_ << "\n";
    }
    print_journeys(out_, step.journeys, paint_, width_);
    for (const auto& verdict : step.verdicts) print_verdict(verdict);
    out_ << "\n";
  }

  void print_verdict(const scenario::Verdict& verdict) {
    constexpr size_t kText = 10;  // where expectations begin
    bool first = true;
    for (const auto& line : wrapped(verdict.expectation, width_ - kText)) {
      const auto mark =
          verdict.passed ? paint_(Ink::green, "✓ ok") + "    " : paint_(Ink::red, "✗ FAIL") + "  ";
      out_ << (first ? "  " + mark : std::string(kText, ' ')) << line << "\n";
      first = false;
    }
    if (verdict.passed) return;
    if (!verdict.found.empty()) paragraph(Ink::bold, "found: " + verdict.found, kText);
    if (!verdict.place.empty()) paragraph(Ink::dim, "at " + verdict.place, kText);
    // Details have their own layout (hex, frames): they are not wrapped.
    for (const auto& line : verdict.details) out_ << std::string(kText + 2, ' ') << line << "\n";
  }

  void problem(const RunResult& run) {
    if (run.lost != 0) {
      paragraph(Ink::red,
                "✗ FAIL  " + counted(run.lost, "frame") +
                    " lost by the capture: what was not seen proves nothing",
                2);
    }
    if (!run.problem.empty()) paragraph(Ink::red, "✗ FAIL  " + run.problem, 2);
    if (run.lost != 0 || !run.problem.empty()) out_ << "\n";
  }

  std::ostream& out_;
  Painter paint_;
  size_t width_;
};
}  // namespace

std::string summary_line(const RunResult& run) {
  const auto outcome = outcome_of(run);
  const auto label = visible(run.label()) + ": ";
  if (outcome == Status::unusable) return label + "wrong file: " + visible(run.problem);
  if (outcome == Status::unavailable) return label + "can't run here: " + visible(run.problem);
  const auto seconds = [](double value) { return fixed(value, 2) + " s"; };
  return label +
         joined({run.problem.empty() ? "" : "did not run to its end", checks_phrase(run),
                 counted(run.frames, "frame") + " seen",
                 run.lost == 0 ? "" : std::to_string(run.lost) + " lost",
                 "up " + seconds(run.up_seconds), "scenario " + seconds(run.scenario_seconds),
                 "down " + seconds(run.down_seconds)},
                ", ") +
         " (" + visible(conditions_phrase(run)) + ")";
}

void print_text(std::ostream& out, const RunResult& run, const TextStyle& style) {
  std::ostringstream text;
  TextWriter(text, style).print(safe_copy(run));
  out << (style.unicode ? text.str() : to_ascii(text.str()));
}

}  // namespace lvslab::report
