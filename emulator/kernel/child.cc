#include "emulator/kernel/child.hh"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <utility>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

namespace {

void send_all(int fd, const std::string& text) {
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(fd, text.data() + sent, text.size() - sent);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) sent += static_cast<size_t>(n);
  }
}

// Never returns, runs no destructor and no atexit handler of the process it is a copy of.
[[noreturn]] void run_and_exit(const Child::Work& work, int parent, int fd) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Handlers of the process it is a copy of (a test framework's, a lab's) are not for it.
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  if (::getppid() != parent) ::_exit(1);  // the parent ended before we asked
  int status = 0;
  try {
    send_all(fd, work());
  } catch (const std::exception& e) {
    send_all(fd, e.what());
    status = 1;
  }
  ::_exit(status);
}

std::chrono::steady_clock::time_point deadline_after(Duration timeout) {
  return std::chrono::steady_clock::now() + timeout;
}

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 600'000));
}

}  // namespace

Child::Child(const Work& work) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "make pipe", "child process");
  pipe_ = FileDescriptor(ends[0]);
  FileDescriptor write_end(ends[1]);
  const int parent = ::getpid();
  pid_ = static_cast<int>(check(::fork(), "start child process", "fork"));
  if (pid_ == 0) run_and_exit(work, parent, write_end.get());
  ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Child::Child(Child&& other) noexcept
    : pipe_(std::move(other.pipe_)),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)) {}

bool Child::pump() {
  char bytes[4096];
  for (;;) {
    const ssize_t n = ::read(fd(), bytes, sizeof bytes);
    if (n > 0)
      output_.append(bytes, static_cast<size_t>(n));
    else if (n == 0)
      return true;
    else if (errno != EINTR)
      return false;
  }
}

ChildResult Child::finish(Duration timeout) {
  const auto deadline = deadline_after(timeout);
  const FileDescriptor ended(static_cast<int>(
      check(::syscall(SYS_pidfd_open, pid_, 0), "watch child process", std::to_string(pid_))));
  ChildResult result;
  // A grandchild may hold the pipe open longer than the child lives, so both are watched.
  for (bool closed = false;;) {
    pollfd fds[] = {{ended.get(), POLLIN, 0}, {closed ? -1 : fd(), POLLIN, 0}};
    const int left = milliseconds_until(deadline);
    ::poll(fds, 2, left);
    if (!closed) closed = pump();
    if (fds[0].revents) break;
    if (left > 0) continue;
    result.timed_out = true;
    ::kill(pid_, SIGKILL);
    break;
  }
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  pump();
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.output = std::move(output_);
  return result;
}

ChildResult run_in_child(const Child::Work& work, Duration timeout) {
  return Child(work).finish(timeout);
}

}  // namespace lvslab::kernel
