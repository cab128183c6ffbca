#include "emulator/kernel/namespace.hh"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

namespace {
constexpr const char* kOwn = "/proc/thread-self/ns/net";

FileDescriptor open_own() {
  return FileDescriptor(static_cast<int>(
      check(::open(kOwn, O_RDONLY | O_CLOEXEC), "open the thread's network namespace", kOwn)));
}

void go(int fd, const char* attempt) {
  check(::setns(fd, CLONE_NEWNET), attempt, "setns");
}
}  // namespace

Entered::Entered(int namespace_fd) : home_(open_own()) {
  go(namespace_fd, "enter network namespace");
}

Entered::~Entered() {
  if (::setns(home_.get(), CLONE_NEWNET) == 0) return;
  std::perror("lvslab: cannot return to the network namespace this thread came from");
  std::abort();
}

Namespace Namespace::make() {
  FileDescriptor home = open_own();
  if (::unshare(CLONE_NEWNET) != 0) {
    if (errno == EPERM)
      throw Unavailable("network namespaces",
                        "run as root, or as a user who may make user namespaces (lvslab doctor)");
    if (errno == ENOSPC)
      throw Unavailable("network namespaces", "sysctl -w user.max_net_namespaces=10000");
    throw SystemError("make network namespace", "unshare", errno);
  }
  const Entered inside(std::move(home));
  return Namespace(open_own());
}

Namespace Namespace::current() {
  return Namespace(open_own());
}

Namespace Namespace::adopt(FileDescriptor fd) {
  return Namespace(std::move(fd));
}

uint64_t Namespace::inode() const {
  struct stat status {};
  check(::fstat(fd(), &status), "examine network namespace", "fstat");
  return status.st_ino;
}

}  // namespace lvslab::kernel
