#pragma once
// The files that a verb works on.

#include <string>
#include <vector>

namespace lvslab::tools {

// The files given; or, when none is, the only *.yaml file of this directory. Throws UsageError that
// says what was found instead.
std::vector<std::string> files_or_only_one(const std::vector<std::string>& given);

// The whole file. Throws UsageError with the file's name and the reason.
std::string read_text(const std::string& path);
// To that file, which is there whole or not at all; "-": standard output. Throws SystemError.
void write_text(const std::string& path, const std::string& text);

}  // namespace lvslab::tools
