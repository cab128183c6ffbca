#include "emulator/kernel/guest_modules.hh"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"

namespace lvslab::kernel {

namespace {

// "kernel/net/netfilter/ipvs/ip_vs.ko" -> "ip_vs"; names have _ where files may have -.
std::string name_of(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  name.resize(std::min(name.size(), name.find(".ko")));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// modules.dep: "MODULE: DEPENDENCY ...", one line each; whoever depends stands before what it
// needs.
std::map<std::string, std::vector<std::string>> read_dependencies(const std::string& folder) {
  std::map<std::string, std::vector<std::string>> files_of;
  std::ifstream file(folder + "/modules.dep");
  if (!file) throw SystemError("open", folder + "/modules.dep", ENOENT);
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string module = line.substr(0, colon);
    auto& files = files_of[name_of(module)];
    files.push_back(module);
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) files.push_back(word);
  }
  return files_of;
}

void load(const std::string& path) {
  const FileDescriptor file(
      static_cast<int>(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open module", path)));
  if (::syscall(SYS_finit_module, file.get(), "", 0) != 0 && errno != EEXIST)
    throw SystemError("load module", path, errno);
}

}  // namespace

std::vector<std::string> load_modules(const std::string& folder,
                                      const std::vector<std::string>& names) {
  const auto files_of = read_dependencies(folder);
  std::set<std::string> loaded;
  std::vector<std::string> unknown;
  for (const auto& name : names) {
    const auto found = files_of.find(name);
    if (found == files_of.end()) {
      unknown.push_back(name);
      continue;
    }
    for (auto file = found->second.rbegin(); file != found->second.rend(); ++file)
      if (loaded.insert(*file).second) load(folder + "/" + *file);
  }
  return unknown;
}

}  // namespace lvslab::kernel
