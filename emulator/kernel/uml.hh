#pragma once
// A program run as root of a Linux kernel of its own: the host's kernel stays as it is and no
// privilege is asked of it. User Mode Linux (Debian package user-mode-linux) is that kernel, an
// ordinary process; what runs in it sees this machine's files, and what it writes goes with it.
// Knows nothing of labs.
//
// Theory of operation. A supervising child of ours starts linux.uml as the first program of a PID
// namespace (program.hh) inside a user namespace, so that it and the processes that it makes of
// every guest process die with us, SIGKILL included. Its scratch files are in a tmpfs of that mount
// namespace. Where user namespaces are forbidden, the supervisor adopts what linux.uml leaves
// (PR_SET_CHILD_SUBREAPER) and ends it when told to or when we die; then a scratch directory exists
// below TMPDIR while the guest boots.
//
//   caller ── Guest ── supervisor ── init of a PID namespace ── linux.uml ┐ root over hostfs
//     stdout, stderr <──── frames on its console 1 ──── guest init (PID 1, guest_init.hh) ──
//     program
//
// The guest's init is this same program, called as guest_init.hh says: main() must hand over to it.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/file_descriptor.hh"
#include "emulator/base/time.hh"
#include "emulator/kernel/child.hh"

namespace lvslab::kernel {

// What labs need of a kernel that is built of modules: veth, bridge, tun, dummy, IPVS with its
// schedulers, tunnels, netem, iptables' NAT (the packaged kernel's nftables has no IPv4), marks by
// tc(8). A root without kmod loads no others by itself.
std::vector<std::string> network_modules();

struct GuestOptions {
  unsigned memory = 512;  // MiB; taken from this machine as it is used
  std::vector<std::string> modules = network_modules();  // loaded with what they depend on
  std::string input{};                                   // the program's standard input
  std::vector<std::string> writable{};  // directories that the guest may write, by absolute path
  Duration boot_within = std::chrono::seconds(60);
  Duration deadline = std::chrono::minutes(10);  // for the program, once booted
  // Its clock runs ahead while it has nothing to do: what waits there costs no time here
  // (guest_clock/guest_clock.cc).
  bool skip_idle = false;
};

struct GuestEnd {
  std::optional<int> status;  // of the program, 128 + n when signal n ended it
  std::string problem;        // why there is none: what the kernel said last
  double boot_seconds = 0;    // from start to the program's start
};

class Guest {
 public:
  // Starts to boot and returns. The program has this process's environment and directory; argv[0]
  // is looked up in PATH. Throws Unavailable without linux.uml.
  explicit Guest(const std::vector<std::string>& argv, const GuestOptions& options = {});
  ~Guest();  // ends the guest and all its processes
  Guest(Guest&& other) noexcept;
  Guest& operator=(Guest&&) = delete;

  // What the program writes, as it writes it: non-blocking, at its end when the guest is gone.
  int output_fd() const { return output_.get(); }
  int error_fd() const { return error_.get(); }
  // Readable when the guest has ended.
  int end_fd() const { return supervisor_.fd(); }
  // Waits until the guest has ended; its own deadlines bound that. Call once, after the output's
  // end: a full pipe would hold the guest up.
  GuestEnd finish();

 private:
  FileDescriptor output_, error_;
  Duration longest_;
  Child supervisor_;
};

// Runs a program in a guest to its end, handing on its output as it comes.
using OnText = std::function<void(std::string_view)>;
GuestEnd run_in_guest(const std::vector<std::string>& argv, const GuestOptions& options,
                      const OnText& output, const OnText& error);

// The path of linux.uml, "" if there is none.
std::string find_uml();
// The folder with its modules, "" if there is none: /usr/lib/uml/modules/VERSION.
std::string find_uml_modules();

}  // namespace lvslab::kernel
