#include "emulator/report/tap.hh"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "emulator/report/points.hh"
#include "emulator/report/unicode.hh"

namespace lvslab::report {

namespace {
// A description or a reason: on one line, '#' (which begins a directive) and '\' escaped.
std::string described(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// A YAML double-quoted scalar.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto c = take_code_point(text);
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned>(c));
      out += code.data();
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    append_utf8(out, c);
  }
  return out + "\"";
}

void write_diagnostics(std::ostream& out, const Point& point) {
  out << "  ---\n  severity: " << (point.kind == PointKind::failed ? "fail" : "error")
      << "\n  at: " << quoted(point.place) << "\n  message: " << quoted(point.message) << "\n";
  if (!point.details.empty()) {
    out << "  details:\n";
    for (const auto& line : point.details) out << "    - " << quoted(line) << "\n";
  }
  out << "  ...\n";
}

void write_point(std::ostream& out, size_t number, const RunResult& run, const Point& point) {
  const bool ok = point.kind == PointKind::passed || point.kind == PointKind::skipped;
  out << (ok ? "ok " : "not ok ") << number << " - " << described(run.label() + ": " + point.name);
  if (point.kind == PointKind::skipped) out << " # SKIP " << described(point.message);
  out << "\n";
  if (!ok) write_diagnostics(out, point);
}
}  // namespace

void write_tap(std::ostream& out, const std::vector<RunResult>& runs) {
  size_t total = 0;
  for (const auto& run : runs) total += points_of(run).size();
  out << "TAP version 13\n1.." << total << "\n";
  size_t number = 0;
  for (const auto& run : runs) {
    for (const auto& warning : run.warnings) {
      out << "# " << visible(run.label() + ": warning: " + warning) << "\n";
    }
    for (const auto& point : points_of(run)) write_point(out, ++number, run, point);
  }
}

}  // namespace lvslab::report
