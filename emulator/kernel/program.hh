#pragma once
// A program that runs on a host of the lab: in its network namespace, with a PID namespace of its
// own, so that neither it nor anything it starts survives us.
//
// Theory of operation. A small init of ours is the first process of the new PID namespace and has a
// parent-death signal; when this process ends in any way, SIGKILL included, the kernel kills the
// init, and with the init every process of that PID namespace. The program is the init's child;
// when it exits, the init exits with its status, which takes what it left behind along. In a mount
// namespace of its own the program sees /proc of its PID namespace, /sys with its host's interfaces
// and the /etc/hosts it was given; nothing is written to disk.
//
// PR_SET_PDEATHSIG is bound to the thread that made the Program: it must live as long as the lab.

#include <optional>
#include <string>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/namespace.hh"

namespace lvslab::kernel {

struct ProgramOptions {
  enum class Output : uint8_t { inherit, pipe, discard };
  Output output = Output::inherit;         // standard output and error
  bool inherit_input = false;              // else /dev/null
  bool new_session = true;                 // away from our terminal: ^C reaches the lab alone
  std::vector<std::string> environment{};  // "NAME=value", on top of ours
  std::string hosts{};                     // text of /etc/hosts; "": the machine's
  std::string hostname{};                  // uname -n there; "": the machine's
  std::string directory{};                 // to start in; "": ours
};

class Program {
 public:
  // Throws SystemError when the program cannot be started: "cannot start program (nginx): No such
  // file or directory". argv[0] is looked up in PATH.
  Program(const Namespace& in, const std::vector<std::string>& argv,
          const ProgramOptions& options = {});
  ~Program();  // kills it and all it started
  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;

  // SIGTERM to the program, or another signal that its init handles (INT, HUP, USR1, USR2, QUIT).
  void terminate(int signal);
  void terminate();
  // SIGKILL to it and all it started.
  void kill();
  // The exit status, 128 + n when signal n ended it; nothing when `timeout` passed first.
  std::optional<int> wait(Duration timeout);

  int exit_fd() const { return pidfd_.get(); }     // readable: it has ended
  int output_fd() const { return output_.get(); }  // Output::pipe: non-blocking
  int pid() const { return pid_; }                 // of the init, in our PID namespace
  // What the machine did not allow and the program runs without: "/proc", "/sys"; else empty.
  const std::string& degraded() const { return degraded_; }

 private:
  int pid_ = -1;
  FileDescriptor pidfd_;
  FileDescriptor output_;
  std::optional<int> status_;
  std::string degraded_;
};

struct ProgramResult {
  std::optional<int> status;  // nothing: `timeout` passed and it was killed
  std::string output;         // its first 64 KiB
};

// Runs a program to its end while the loop goes on.
ProgramResult run_program(EventLoop& loop, const Namespace& in,
                          const std::vector<std::string>& argv, ProgramOptions options,
                          Duration timeout);

}  // namespace lvslab::kernel
