#include "emulator/kernel/uml_supervisor.hh"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/kernel/guest_init.hh"
#include "emulator/kernel/uml_process.hh"

namespace lvslab::kernel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostConsole = 4096;                  // bytes of the kernel's last words
constexpr Duration kToEnd = std::chrono::seconds(10);  // from the program's end to the guest's

std::string report(double boot_seconds, int status) {
  std::ostringstream text;
  text << boot_seconds << ' ' << status;
  return text.str();
}

// The signals by which we are told to end: from Guest, from the death of our parent, from ^C.
FileDescriptor ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  return FileDescriptor(
      static_cast<int>(check(::signalfd(-1, &set, SFD_CLOEXEC), "take signals", "guest")));
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError("hand on output of", "guest", errno);
    text.remove_prefix(static_cast<size_t>(n));
  }
}

class Supervisor {
 public:
  explicit Supervisor(const GuestStart& start)
      : start_(start), signals_(ending_signals()), process_(start) {}

  std::string run() {
    while (turn()) {
    }
    pump();
    if (!failure_.empty()) throw std::runtime_error(failure_);
    if (!status_) throw std::runtime_error("the guest's kernel ended" + last_words());
    return report(boot_seconds_, *status_);
  }

 private:
  // False when there is nothing to wait for any more.
  bool turn() {
    std::array<pollfd, 4> fds{
        pollfd{process_.frames_fd(), POLLIN, 0}, pollfd{process_.console_fd(), POLLIN, 0},
        pollfd{signals_.get(), POLLIN, 0}, pollfd{process_.exit_fd(), POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline() - Clock::now());
    ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<int64_t>(left.count(), 0, 600'000)));
    if (fds[2].revents) throw std::runtime_error("told to end");
    pump();
    if (fds[3].revents) return false;
    if (Clock::now() < deadline()) return true;
    // Its program's end was told: how the kernel then goes does not matter.
    if (status_ || !failure_.empty()) return false;
    std::ostringstream why;
    why << (booted_ ? "the guest did not end" : "the guest did not boot") << " within "
        << to_seconds(booted_ ? start_.deadline : start_.boot_within) << " s" << last_words();
    throw std::runtime_error(why.str());
  }

  Clock::time_point deadline() const {
    if (status_ || !failure_.empty()) return over_ + kToEnd;
    return booted_ ? booted_at_ + start_.deadline : began_ + start_.boot_within;
  }

  void pump() {
    std::array<char, kMostFrameText> bytes;
    for (ssize_t n; (n = ::read(process_.console_fd(), bytes.data(), bytes.size())) > 0;) {
      console_.append(bytes.data(), static_cast<size_t>(n));
      if (console_.size() > kMostConsole) console_.erase(0, console_.size() - kMostConsole);
    }
    for (ssize_t n; (n = ::read(process_.frames_fd(), bytes.data(), bytes.size())) > 0;)
      frames_.take({bytes.data(), static_cast<size_t>(n)});
    for (GuestFrame frame; frames_.next(frame);) take(frame);
  }

  void take(const GuestFrame& frame) {
    switch (frame.kind) {
      case FrameKind::up:
        booted_ = true;
        booted_at_ = Clock::now();
        boot_seconds_ = std::chrono::duration<double>(booted_at_ - began_).count();
        process_.booted();
        break;
      case FrameKind::output:
        return write_all(start_.output_fd, frame.text);
      case FrameKind::error:
        return write_all(start_.error_fd, frame.text);
      case FrameKind::ended:
        status_ = std::stoi(frame.text);
        over_ = Clock::now();
        break;
      case FrameKind::failed:
        failure_ = "in the guest: " + frame.text;
        over_ = Clock::now();
        break;
    }
  }

  std::string last_words() const { return console_.empty() ? "" : "; it said last:\n" + console_; }

  const GuestStart& start_;
  FileDescriptor signals_;
  const Clock::time_point began_ = Clock::now();
  UmlProcess process_;
  FrameReader frames_;
  std::string console_, failure_;
  bool booted_ = false;
  Clock::time_point booted_at_{}, over_{};
  double boot_seconds_ = 0;
  std::optional<int> status_;
};

}  // namespace

std::string supervise(const GuestStart& start) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);  // a kernel that panics aborts
  return Supervisor(start).run();
}

GuestEnd end_of(const ChildResult& supervisor) {
  GuestEnd end;
  if (!supervisor.ok()) {
    end.problem = !supervisor.output.empty() ? supervisor.output
                  : supervisor.timed_out     ? "the guest's supervisor did not end"
                                             : "the guest's supervisor was killed";
    return end;
  }
  int status = 0;
  std::istringstream(supervisor.output) >> end.boot_seconds >> status;
  end.status = status;
  return end;
}

}  // namespace lvslab::kernel
