#include "tests/e2e/traces.hh"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "tests/support/command.hh"

namespace lvslab::test {

namespace {

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  // Processes come and go as we look: a directory that vanishes ends its list.
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string link_target(const std::string& path) {
  std::error_code error;
  return std::filesystem::read_symlink(path, error).string();
}

struct Process {
  pid_t parent = 0;
  char state = '?';
  std::string started;  // clock ticks since boot: tells it from a later one of the same number
};

// proc(5): "pid (name) state ppid ... starttime(22)"; the name may hold anything.
Process read_process(const std::string& pid) {
  Process process;
  std::string text;
  try {
    text = read_file("/proc/" + pid + "/stat");
  } catch (const std::exception&) {
    return process;
  }
  std::istringstream words(text.substr(text.rfind(')') + 1));
  words >> process.state >> process.parent;
  constexpr int kBetween = 17;  // fields 5 to 21
  for (int i = 0; i < kBetween; ++i) words >> process.started;
  words >> process.started;
  return process;
}

std::map<pid_t, Process> all_processes() {
  std::map<pid_t, Process> processes;
  for (const auto& name : names_in("/proc"))
    if (name.find_first_not_of("0123456789") == std::string::npos)
      processes[std::stoi(name)] = read_process(name);
  return processes;
}

std::set<std::string> namespaces_of(pid_t pid) {
  const std::string base = "/proc/" + std::to_string(pid);
  std::set<std::string> found = {link_target(base + "/ns/net")};
  for (const auto& fd : names_in(base + "/fd")) {
    const auto target = link_target(base + "/fd/" + fd);
    if (target.starts_with("net:[")) found.insert(target);
  }
  found.erase("");
  return found;
}

}  // namespace

Traces Traces::of(pid_t lab) {
  Traces traces;
  const auto processes = all_processes();
  std::set<pid_t> family = {lab};
  for (size_t before = 0; before != family.size();) {
    before = family.size();
    for (const auto& [pid, process] : processes)
      if (family.contains(process.parent)) family.insert(pid);
  }
  for (const pid_t pid : family) {
    if (!processes.contains(pid)) continue;
    traces.processes[pid] = processes.at(pid).started;
    traces.namespaces.merge(namespaces_of(pid));
  }
  traces.namespaces.erase(link_target("/proc/self/ns/net"));
  return traces;
}

std::string Traces::left() const {
  std::string text;
  for (const auto& [pid, process] : all_processes()) {
    const auto known = processes.find(pid);
    // A zombie has ended; reaping it is its new parent's business.
    if (known != processes.end() && known->second == process.started && process.state != 'Z')
      text += "process " + std::to_string(pid) + " ";
    for (const auto& name : namespaces_of(pid))
      if (namespaces.contains(name)) text += name + " held by " + std::to_string(pid) + " ";
  }
  return text;
}

std::string machine_state() {
  std::string text;
  for (const auto& name : names_in("/sys/class/net")) text += "link " + name + "\n";
  std::istringstream mounts(read_file("/proc/self/mountinfo"));
  for (std::string line; std::getline(mounts, line);)
    if (line.find(" nsfs ") != std::string::npos) text += line + "\n";
  std::istringstream sockets(read_file("/proc/net/unix"));
  for (std::string line; std::getline(sockets, line);)
    if (const size_t at = line.find("@lvslab/"); at != std::string::npos)
      text += line.substr(at) + "\n";
  return text;
}

}  // namespace lvslab::test
