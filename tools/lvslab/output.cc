#include "tools/lvslab/output.hh"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>

#include "emulator/base/error.hh"
#include "emulator/report/json.hh"
#include "emulator/report/junit.hh"
#include "emulator/report/tap.hh"

namespace lvslab::tools {

namespace {

constexpr unsigned kWidth = 100;  // columns, where the terminal does not say

void to_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
  if (path.empty()) return;
  if (path == "-") {
    write(std::cout);
    return;
  }
  std::ofstream file(path);
  if (!file) throw SystemError("write", path, errno);
  write(file);
  file.close();
  if (!file) throw SystemError("write", path, errno ? errno : EIO);
}

}  // namespace

void add_output_options(CLI::App& verb, Outputs& outputs) {
  verb.add_option("--json", outputs.json, "write everything as JSON (- for standard output)")
      ->type_name("FILE");
  verb.add_option("--junit", outputs.junit, "write a JUnit report")->type_name("FILE");
  verb.add_flag("--tap", outputs.tap, "print TAP instead of the report for people");
}

bool stdout_is_terminal() {
  return isatty(STDOUT_FILENO) == 1;
}
bool stderr_is_terminal() {
  return isatty(STDERR_FILENO) == 1;
}

report::TextStyle style_of_stdout() {
  report::TextStyle style;
  style.width = kWidth;
  if (!stdout_is_terminal()) return style;
  style.colour = std::getenv("NO_COLOR") == nullptr;  // https://no-color.org
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = std::clamp<unsigned>(size.ws_col, 60, 140);
  return style;
}

void write_outputs(const Outputs& outputs, const std::vector<report::RunResult>& results) {
  if (outputs.tap) report::write_tap(std::cout, results);
  to_file(outputs.json, [&](std::ostream& out) { report::write_json(out, results); });
  to_file(outputs.junit, [&](std::ostream& out) { report::write_junit(out, results); });
}

}  // namespace lvslab::tools
