#pragma once
// A step's journeys as a Mermaid sequence diagram: hosts are lifelines, each crossing of a segment
// an arrow with the packet on it, what a host did a note over it.

#include <string>
#include <string_view>

#include "emulator/scenario/verdict.hh"

namespace lvslab::report {

std::string mermaid_sequence(const scenario::StepResult& step);

// Text as it may stand in any Mermaid label: on one line, with the characters that mean something
// to Mermaid as entity codes.
std::string mermaid_text(std::string_view text);

}  // namespace lvslab::report
