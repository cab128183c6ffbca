#include "tools/lvslab/files.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/capture/atomic_file.hh"

namespace lvslab::tools {

std::vector<std::string> files_or_only_one(const std::vector<std::string>& given) {
  if (!given.empty()) return given;
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(".")) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".yaml" || extension == ".yml"))
      found.push_back(entry.path().filename().string());
  }
  if (found.size() == 1) return found;
  if (found.empty())
    throw UsageError("lvslab: no lab file given, and no .yaml file in this directory");
  std::sort(found.begin(), found.end());
  throw UsageError("lvslab: no lab file given, and more than one here: " + found[0] + ", " +
                   found[1] + (found.size() > 2 ? ", ..." : "") + "; name one");
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw UsageError(path + ": " + std::strerror(errno));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::cout << text;
    return;
  }
  capture::AtomicFile file(path);
  file.stream() << text;
  file.commit();
}

}  // namespace lvslab::tools
