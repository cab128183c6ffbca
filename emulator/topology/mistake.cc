#include "emulator/topology/mistake.hh"

namespace lvslab::topology {

namespace {

std::string lines_of(const std::string& file, const std::vector<Mistake>& mistakes) {
  std::string lines;
  for (const Mistake& mistake : mistakes) {
    if (!lines.empty()) lines += '\n';
    lines += to_string(file, mistake);
  }
  return lines;
}

}  // namespace

std::string to_string(const std::string& file, const Mistake& mistake) {
  const auto [line, column] = mistake.place;
  std::string where = file + ":";
  if (line > 0) where += std::to_string(line) + ":" + std::to_string(column) + ":";
  return where + " " + mistake.message;
}

FileError::FileError(const std::string& file, std::vector<Mistake> mistakes)
    : UsageError(lines_of(file, mistakes)), mistakes_(std::move(mistakes)) {}

}  // namespace lvslab::topology
