#include "emulator/kernel/user_namespace.hh"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

namespace {

// What would let us, by what this machine forbids; each of these is a way it is known to.
std::string remedy(const std::string& failed) {
  const auto setting = [](const char* path) {
    std::string value;
    std::ifstream(path) >> value;
    return value;
  };
  if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1")
    return failed + "; sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu " +
           "24.04 and later), or run as root";
  if (setting("/proc/sys/kernel/unprivileged_userns_clone") == "0")
    return failed + "; sudo sysctl -w kernel.unprivileged_userns_clone=1, or run as root";
  if (setting("/proc/sys/user/max_user_namespaces") == "0")
    return failed + "; sudo sysctl -w user.max_user_namespaces=10000, or run as root";
  return failed + "; run as root (in a container: --privileged, or --cap-add SYS_ADMIN and " +
         "NET_ADMIN with --security-opt seccomp=unconfined)";
}

[[noreturn]] void forbidden(const char* attempt) {
  throw Unavailable("user namespaces", remedy(std::string(attempt) + ": " + std::strerror(errno)));
}

void write_map(const char* path, const std::string& text) {
  const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), text.data(), text.size()) < 0) forbidden(path);
}

}  // namespace

bool UserNamespace::privileged() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  for (const int capability : {CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW})
    if (!(data[0].effective >> capability & 1U)) return false;
  return true;
}

void UserNamespace::become_root() {
  if (!privileged()) unshare();
}

void UserNamespace::unshare() {
  const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) forbidden("unshare(CLONE_NEWUSER)");
  // gid_map may be written without privilege only once setgroups is denied (user_namespaces(7)).
  write_map("/proc/self/setgroups", "deny");
  write_map("/proc/self/uid_map", "0 " + user + " 1");
  write_map("/proc/self/gid_map", "0 " + group + " 1");
  if (!privileged()) {
    errno = EPERM;
    forbidden("capabilities in a user namespace");
  }
}

FileDescriptor UserNamespace::current() {
  constexpr const char* kPath = "/proc/self/ns/user";
  return FileDescriptor(static_cast<int>(
      check(::open(kPath, O_RDONLY | O_CLOEXEC), "open the process's user namespace", kPath)));
}

void UserNamespace::join(int fd) {
  check(::setns(fd, CLONE_NEWUSER), "join user namespace", "setns");
  check(::unshare(CLONE_NEWNET), "make network namespace", "unshare");
}

}  // namespace lvslab::kernel
