#pragma once
// Results on their way out: to the terminal, to the files that CI reads.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "emulator/report/result.hh"
#include "emulator/report/text.hh"

namespace lvslab::tools {

// --json, --junit, --tap.
struct Outputs {
  std::string json;
  std::string junit;
  bool tap = false;
};
void add_output_options(CLI::App& verb, Outputs& outputs);

// Colour and width of standard output: colour only on a terminal and without NO_COLOR.
report::TextStyle style_of_stdout();
bool stdout_is_terminal();
bool stderr_is_terminal();

// Writes the files that were asked for; "-" is standard output. Throws SystemError.
void write_outputs(const Outputs& outputs, const std::vector<report::RunResult>& results);

}  // namespace lvslab::tools
