#pragma once
// A lab without fault, and what the reader says once a piece of it is changed.

#include <string>
#include <string_view>
#include <vector>

#include "emulator/topology/reader.hh"

namespace lvslab::topology {

// 37 lines, with columns that the tables of mistakes rely on.
extern const std::string_view kSample;

// The sample with `before`, which must stand in it once, replaced by `after`.
std::string sample_with(std::string_view before, std::string_view after);

// "12:5: message" for each, in the reader's order.
std::vector<std::string> mistakes_of(const std::string& yaml);  // none: the lab is good
std::vector<std::string> warnings_of(const std::string& yaml);  // throws when there are mistakes

// One change to the sample and all that the reader must say of it.
struct Case {
  std::string_view sentence;
  std::string_view before;
  std::string_view after;
  std::vector<std::string> said;
};
void check_mistakes(const std::vector<Case>& cases);
void check_warnings(const std::vector<Case>& cases);

}  // namespace lvslab::topology
