#pragma once
// A story as a file: the text of the lab it happened in, with the story as its scenario.

#include <string>

#include "emulator/topology/model.hh"

namespace lvslab::fuzz {

// `text`: of the lab's file. Each step is to hold what `holds` names. `heading`: comment lines,
// without '#'.
std::string write_lab(const std::string& text, const std::vector<topology::Step>& story,
                      const std::string& holds, const std::vector<std::string>& heading);

}  // namespace lvslab::fuzz
