#pragma once
// An anonymous network namespace, held by a file descriptor and nothing else: it has no name in the
// file system, and the kernel removes it with all its links once the last descriptor, socket and
// process in it is gone. Stands at the bottom of the kernel room; every other object is made in
// one.
//
// setns(2) and unshare(2) act on the calling thread only. Sockets and TAP descriptors keep the
// namespace they were made in, so entering is needed to make them and for /proc/sys, never to use.

#include <cstdint>
#include <utility>

#include "emulator/base/file_descriptor.hh"

namespace lvslab::kernel {

// While it lives the calling thread is in a namespace; then it is back where it was. Lives and dies
// on one thread. Not being able to go back would run everything after it in the wrong network: that
// ends the process.
class Entered {
 public:
  explicit Entered(int namespace_fd);
  ~Entered();
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  friend class Namespace;
  explicit Entered(FileDescriptor home) : home_(std::move(home)) {}  // inside already
  FileDescriptor home_;
};

class Namespace {
 public:
  // A new one: only `lo`, down. IPv4 settings are those of the machine's first namespace
  // (net.core.devconf_inherit_init_net): set every sysctl you rely on.
  // Throws Unavailable without CAP_SYS_ADMIN.
  static Namespace make();
  // The one this thread is in.
  static Namespace current();
  // One that another process passed on (SCM_RIGHTS, /proc/PID/ns/net).
  static Namespace adopt(FileDescriptor fd);

  int fd() const { return fd_.get(); }
  // What tells two namespaces apart: the number in "net:[4026531840]".
  uint64_t inode() const;

  [[nodiscard]] Entered enter() const { return Entered(fd()); }
  // f() inside the namespace; its result is handed on.
  template <class F>
  decltype(auto) run(F&& f) const {
    const Entered inside(fd());
    return std::forward<F>(f)();
  }

 private:
  explicit Namespace(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

}  // namespace lvslab::kernel
