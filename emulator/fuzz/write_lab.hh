#pragma once
// A story as a file: the text of the lab it happened in, with the story as its scenario.

#include <string>

#include "emulator/fuzz/hunt.hh"
#include "emulator/topology/model.hh"

namespace lvslab::fuzz {

// The steps that show the trouble to whoever runs them: the story's. What never expires shows in no
// frame: every director that still runs is awaited to forget everything, as long as the hunt did.
std::vector<topology::Step> steps_that_show(const Found& found);

// `text`: of the lab's file. Each step is to hold what `holds` names. `heading`: comment lines,
// without '#'.
std::string write_lab(const std::string& text, const std::vector<topology::Step>& story,
                      const std::string& holds, const std::vector<std::string>& heading);

}  // namespace lvslab::fuzz
