#pragma once
// Becoming root without being it: a user namespace of our own in which this process may make
// network namespaces, links and TAP devices. Files keep their owners' permissions: /dev/net/tun is
// opened with the rights of the user who started us.

#include "emulator/base/file_descriptor.hh"

namespace lvslab::kernel {

class UserNamespace {
 public:
  // Whether this process has CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW already.
  static bool privileged();
  // Nothing when privileged(). Else unshare(CLONE_NEWUSER), our user and group mapped to 0,
  // setgroups denied (user_namespaces(7)), and a network namespace of our own to come back to: one
  // that belongs to the machine could not be entered any more. Requires a single-threaded process.
  // Throws Unavailable with the setting that forbids it; the process is then fit only to say so
  // and end.
  static void become_root();
  // The same whether privileged or not.
  static void unshare();
  // The user namespace this process is in, for a process that joins later.
  static FileDescriptor current();
  // Joins the one at `fd`, likewise with a network namespace of our own; needs a single-threaded
  // process of the same user.
  static void join(int fd);
};

}  // namespace lvslab::kernel
