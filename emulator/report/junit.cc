#include "emulator/report/junit.hh"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "emulator/report/layout.hh"
#include "emulator/report/points.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
// XML 1.0, 2.2: other characters may not stand in a document, not even as references.
bool is_xml(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

// Fit for attributes and for text, apart from line ends.
std::string xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = take_code_point(text);
    if (!is_xml(c)) {
      std::string one;
      append_utf8(one, c);
      out += c < 0x20 ? visible(one) : "\xef\xbf\xbd";
    } else if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' || c < 0x20) {
      out += "&#" + std::to_string(static_cast<uint32_t>(c)) + ";";
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}
std::string attribute(std::string_view name, size_t value) {
  return attribute(name, std::to_string(value));
}

struct Counts {
  size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
  std::string to_string() const {
    return attribute("tests", tests) + attribute("failures", failures) +
           attribute("errors", errors) + attribute("skipped", skipped) +
           attribute("time", fixed(seconds, 3));
  }
};

void count(const RunResult& run, const std::vector<Point>& points, Counts& counts) {
  for (const auto& point : points) {
    ++counts.tests;
    if (point.kind == PointKind::failed) ++counts.failures;
    if (point.kind == PointKind::error) ++counts.errors;
    if (point.kind == PointKind::skipped) ++counts.skipped;
  }
  counts.seconds += run.up_seconds + run.scenario_seconds + run.down_seconds;
}

// "labs/dr.yaml:40:7" as file and line; a place of another form is all file.
std::string place_attributes(std::string_view place) {
  const auto number_after = [&](size_t colon) {
    size_t value = 0;
    const auto* end = place.data() + place.size();
    const auto [stop, error] = std::from_chars(place.data() + colon + 1, end, value);
    return error == std::errc() && stop == end && value > 0;
  };
  std::string_view line;
  const auto column_at = place.rfind(':');
  if (column_at != std::string_view::npos && number_after(column_at)) {
    place = place.substr(0, column_at);
    const auto line_at = place.rfind(':');
    if (line_at != std::string_view::npos && number_after(line_at)) {
      line = place.substr(line_at + 1);
      place = place.substr(0, line_at);
    }
  }
  return attribute("file", place) + (line.empty() ? "" : attribute("line", line));
}

std::string_view element_of(PointKind kind) {
  switch (kind) {
    case PointKind::passed:
      return "";
    case PointKind::failed:
      return "failure";
    case PointKind::error:
      return "error";
    case PointKind::skipped:
      return "skipped";
  }
  return "error";
}

void write_point(std::ostream& out, const RunResult& run, const Point& point) {
  out << "    <testcase" << attribute("name", point.name) << attribute("classname", run.label())
      << place_attributes(point.place) << attribute("time", "0");
  const auto element = element_of(point.kind);
  if (element.empty()) {
    out << "/>\n";
    return;
  }
  out << ">\n      <" << element << attribute("message", point.message);
  if (point.kind == PointKind::skipped) {
    out << "/>\n    </testcase>\n";
    return;
  }
  out << attribute("type", element) << ">" << xml(point.place) << "\n"
      << xml(point.message) << "\n";
  for (const auto& line : point.details) out << xml(line) << "\n";
  out << "</" << element << ">\n    </testcase>\n";
}

void write_properties(std::ostream& out, const RunResult& run) {
  const std::array<std::pair<std::string_view, std::string>, 6> properties{
      {{"place", run.place},
       {"director", run.director},
       {"servers", run.servers},
       {"seed", std::to_string(run.seed)},
       {"frames", std::to_string(run.frames)},
       {"status", std::string(name_of(outcome_of(run)))}}};
  out << "    <properties>\n";
  for (const auto& [name, value] : properties) {
    out << "      <property" << attribute("name", name) << attribute("value", value) << "/>\n";
  }
  out << "    </properties>\n";
}

void write_suite(std::ostream& out, const RunResult& run) {
  const auto points = points_of(run);
  Counts counts;
  count(run, points, counts);
  out << "  <testsuite" << attribute("name", run.label()) << counts.to_string()
      << attribute("file", run.file) << ">\n";
  write_properties(out, run);
  for (const auto& point : points) write_point(out, run, point);
  if (!run.warnings.empty()) {
    out << "    <system-err>";
    for (const auto& warning : run.warnings) out << "warning: " << xml(warning) << "\n";
    out << "</system-err>\n";
  }
  out << "  </testsuite>\n";
}
}  // namespace

void write_junit(std::ostream& out, const std::vector<RunResult>& runs) {
  Counts all;
  for (const auto& run : runs) count(run, points_of(run), all);
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" << attribute("name", "lvslab")
      << all.to_string() << ">\n";
  for (const auto& run : runs) write_suite(out, run);
  out << "</testsuites>\n";
}

}  // namespace lvslab::report
