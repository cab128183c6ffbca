#pragma once
// The files that a verb works on.

#include <string>
#include <vector>

namespace lvslab::tools {

// The files given; or, when none is, the only *.yaml file of this directory. Throws UsageError that
// says what was found instead.
std::vector<std::string> files_or_only_one(const std::vector<std::string>& given);

}  // namespace lvslab::tools
