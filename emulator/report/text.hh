#pragma once
// A run for a person at a terminal: the lab's drawing, then for each step its hop tables (which
// host did what to a packet, and only the fields that changed) and its verdicts, then one line that
// sums up. Plain functions of the result; what stands in it is never trusted with the terminal:
// control characters (an escape sequence in a server's name) come out as visible text.

#include <ostream>
#include <string>
#include <vector>

#include "emulator/report/result.hh"

namespace lvslab::report {

struct TextStyle {
  bool colour = false;   // ANSI escapes: only on a terminal
  unsigned width = 100;  // columns; never less than 40 are used
  bool unicode = true;   // false: every character shown is ASCII
};

void print_text(std::ostream& out, const RunResult& run, const TextStyle& style = {});

// A line for each lab, its first failures below it; the last line of all is exactly
// "N passed, N failed, N skipped" and counts labs (result.hh, Tally).
void print_summary(std::ostream& out, const std::vector<RunResult>& runs,
                   const TextStyle& style = {});

// One line of clean text, without its end: "dr: 14 checks passed, 212 frames seen, up 0.11 s,
// scenario 0.34 s, down 0.01 s (netns, director embedded, seed 1)".
std::string summary_line(const RunResult& run);

}  // namespace lvslab::report
