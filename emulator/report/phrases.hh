#pragma once
// Turns of speech that the long and the short report share.

#include <string>

#include "emulator/report/result.hh"

namespace lvslab::report {

// "14 checks passed", "2 of 14 checks failed", "nothing checked"
std::string checks_phrase(const RunResult& run);

// Where and how it ran: "netns, director embedded, seed 1". Servers only when they are not those of
// the file.
std::string conditions_phrase(const RunResult& run);

}  // namespace lvslab::report
