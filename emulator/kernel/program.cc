#include "emulator/kernel/program.hh"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "emulator/base/error.hh"
#include "emulator/kernel/program_init.hh"

namespace lvslab::kernel {

namespace {

constexpr size_t kMostOutput = 64 * 1024;

const char* name_of(InitStage stage) {
  switch (stage) {
    case InitStage::descriptors:
      return "pass descriptors to program";
    case InitStage::network:
      return "enter network namespace for program";
    case InitStage::mounts:
      return "make mounts private for program";
    case InitStage::hosts:
      return "give /etc/hosts to program";
    case InitStage::hostname:
      return "set host name for program";
    case InitStage::no_proc:
      return "mount /proc for program";
    case InitStage::no_sys:
      return "mount /sys for program";
    case InitStage::fork:
      return "fork program";
    case InitStage::directory:
      return "enter directory for program";
    case InitStage::exec:
      return "start program";
  }
  return "start program";
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Ours, with those given in the place of ones of the same name.
std::vector<std::string> environment_with(const std::vector<std::string>& given) {
  const auto name = [](const std::string& entry) { return entry.substr(0, entry.find('=')); };
  std::vector<std::string> all = given;
  for (char** entry = environ; *entry; ++entry) {
    const std::string ours = *entry;
    if (std::none_of(given.begin(), given.end(),
                     [&](const std::string& other) { return name(other) == name(ours); }))
      all.push_back(ours);
  }
  return all;
}

// Above the standard three, so that the init can lay them there in any order.
FileDescriptor above_standard(FileDescriptor fd) {
  if (fd.get() > 2) return fd;
  return FileDescriptor(static_cast<int>(
      check(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3), "duplicate descriptor", "program")));
}

FileDescriptor open_null() {
  constexpr const char* kNull = "/dev/null";
  return above_standard(
      FileDescriptor(static_cast<int>(check(::open(kNull, O_RDWR | O_CLOEXEC), "open", kNull))));
}

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "make pipe", "program");
  FileDescriptor read(ends[0]), write(ends[1]);
  return {above_standard(std::move(read)), above_standard(std::move(write))};
}

FileDescriptor open_pidfd(int pid) {
  return FileDescriptor(static_cast<int>(
      check(::syscall(SYS_pidfd_open, pid, 0), "watch process", std::to_string(pid))));
}

// fork(2) with new PID, mount and host name namespaces for the child.
int clone_init() {
  const unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | SIGCHLD;
  return static_cast<int>(check(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr),
                                "make process namespaces", "clone"));
}

// What the init had to report, until it is known to have started the program. Throws for the first
// failure; notes what the program goes without.
void read_reports(int fd, const std::string& program, std::string& degraded) {
  for (;;) {
    InitReport report;
    const ssize_t size = ::read(fd, &report, sizeof report);
    if (size < 0 && errno == EINTR) continue;
    if (size != sizeof report) return;
    const bool tolerated = report.error == EPERM && (report.stage == InitStage::no_proc ||
                                                     report.stage == InitStage::no_sys);
    if (!tolerated) throw SystemError(name_of(report.stage), program, report.error);
    degraded += degraded.empty() ? "" : " ";
    degraded += report.stage == InitStage::no_proc ? "/proc" : "/sys";
  }
}

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace

Program::Program(const Namespace& in, const std::vector<std::string>& argv,
                 const ProgramOptions& options) {
  if (argv.empty()) throw UsageError("a program needs a name");
  std::vector<std::string> arguments = argv;
  std::vector<std::string> environment = environment_with(options.environment);
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> environment_pointers = pointers(environment);
  Pipe status = make_pipe(), output;
  const FileDescriptor null = open_null(), parent = above_standard(open_pidfd(::getpid()));
  const FileDescriptor network = above_standard(FileDescriptor(static_cast<int>(
      check(::fcntl(in.fd(), F_DUPFD_CLOEXEC, 3), "duplicate descriptor", "network namespace"))));

  InitPlan plan;
  plan.network_fd = network.get();
  plan.parent_fd = parent.get();
  plan.status_fd = status.write.get();
  plan.argv = argument_pointers.data();
  plan.environment = environment_pointers.data();
  plan.hosts = text_or_null(options.hosts);
  plan.hostname = text_or_null(options.hostname);
  plan.directory = text_or_null(options.directory);
  plan.new_session = options.new_session;
  if (!options.inherit_input) plan.input_fd = null.get();
  if (options.output == ProgramOptions::Output::discard) plan.output_fd = null.get();
  if (options.output == ProgramOptions::Output::pipe) {
    output = make_pipe();
    plan.output_fd = output.write.get();
  }
  plan.error_fd = plan.output_fd;

  pid_ = clone_init();
  if (pid_ == 0) run_init(plan);
  status.write.reset();
  try {
    pidfd_ = open_pidfd(pid_);
    read_reports(status.read.get(), argv.front(), degraded_);
    if (output.read) {
      ::fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
      output_ = std::move(output.read);
    }
  } catch (...) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    throw;
  }
}

Program::~Program() {
  if (pid_ < 0 || status_) return;
  kill();
  ::waitpid(pid_, nullptr, 0);
}

Program::Program(Program&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      output_(std::move(other.output_)),
      status_(other.status_),
      degraded_(std::move(other.degraded_)) {}

void Program::terminate() {
  terminate(SIGTERM);
}

void Program::terminate(int signal) {
  if (pid_ > 0 && !status_) ::kill(pid_, signal);
}

void Program::kill() {
  terminate(SIGKILL);
}

std::optional<int> Program::wait(Duration timeout) {
  if (status_) return status_;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  pollfd ended{exit_fd(), POLLIN, 0};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto bounded = std::clamp<int64_t>(left.count(), 0, 600'000);
    if (::poll(&ended, 1, static_cast<int>(bounded)) > 0) break;
    if (bounded == 0) return {};
  }
  int status = 0;
  check(::waitpid(pid_, &status, 0), "wait for program", std::to_string(pid_));
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_;
}

ProgramResult run_program(EventLoop& loop, const Namespace& in,
                          const std::vector<std::string>& argv, ProgramOptions options,
                          Duration timeout) {
  options.output = ProgramOptions::Output::pipe;
  Program program(in, argv, options);
  ProgramResult result;
  bool ended = false;
  const auto read_output = [&] {
    std::array<char, 4096> bytes;
    for (ssize_t n; (n = ::read(program.output_fd(), bytes.data(), bytes.size())) > 0;)
      result.output.append(bytes.data(),
                           std::min(static_cast<size_t>(n), kMostOutput - result.output.size()));
  };
  EventLoop::Token reading = loop.add(program.output_fd(), EPOLLIN, [&](uint32_t events) {
    read_output();
    if (events & EPOLLHUP) reading.reset();
  });
  const EventLoop::Token ending =
      loop.add(program.exit_fd(), EPOLLIN, [&](uint32_t) { ended = true; });
  loop.run_until([&] { return ended; }, loop.now() + timeout);
  if (ended) result.status = program.wait(Duration::zero());
  read_output();
  return result;
}

}  // namespace lvslab::kernel
