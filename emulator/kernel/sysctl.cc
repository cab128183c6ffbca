#include "emulator/kernel/sysctl.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"

namespace lvslab::kernel {

namespace {

std::string file_of(std::string_view key) {
  return "/proc/sys/" + sysctl_path(key);
}

// Within the namespace already: /proc/sys/net shows that of the thread which opens it.
int try_set(std::string_view key, std::string_view value) {
  const FileDescriptor file(::open(file_of(key).c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  return ::write(file.get(), value.data(), value.size()) < 0 ? errno : 0;
}

void set_here(std::string_view key, std::string_view value) {
  if (const int error = try_set(key, value))
    throw SystemError("set sysctl", std::string(key) + " = " + std::string(value), error);
}

bool names_parent(std::string_view path) {
  return ("/" + std::string(path) + "/").find("/../") != std::string::npos;
}

}  // namespace

std::string sysctl_path(std::string_view key) {
  std::string path(key);
  const size_t first = path.find_first_of("./");
  if (first != std::string::npos && path[first] == '.')
    for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  if (!path.starts_with("net/") || names_parent(path))
    throw UsageError("sysctl '" + std::string(key) +
                     "' is not a host's own: only those below net. are, such as " +
                     "net.ipv4.conf.all.arp_ignore");
  return path;
}

std::string sysctl_name(std::string_view interface) {
  std::string name(interface);
  std::replace(name.begin(), name.end(), '.', '/');
  return name;
}

void set_sysctl(const Namespace& in, std::string_view key, std::string_view value) {
  const Entered inside(in.fd());
  set_here(key, value);
}

void set_sysctls(const Namespace& in, std::span<const SysctlSetting> settings) {
  const Entered inside(in.fd());
  for (const auto& [key, value] : settings) set_here(key, value);
}

bool set_sysctl_if_there(const Namespace& in, std::string_view key, std::string_view value) {
  const Entered inside(in.fd());
  const int error = try_set(key, value);
  if (error == ENOENT) return false;
  if (error != 0)
    throw SystemError("set sysctl", std::string(key) + " = " + std::string(value), error);
  return true;
}

std::string get_sysctl(const Namespace& in, std::string_view key) {
  const Entered inside(in.fd());
  const std::string path = file_of(key);
  const FileDescriptor file(
      static_cast<int>(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "read sysctl", key)));
  std::string text(4096, '\0');
  text.resize(
      static_cast<size_t>(check(::read(file.get(), text.data(), text.size()), "read sysctl", key)));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace lvslab::kernel
