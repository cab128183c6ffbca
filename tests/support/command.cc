#include "tests/support/command.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"

namespace lvslab::test {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  FileDescriptor read, write;
  Pipe() {
    std::array<int, 2> ends{};
    check(pipe2(ends.data(), O_CLOEXEC), "make a pipe", "");
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
  }
};

// In the child: never returns.
[[noreturn]] void become(const std::vector<std::string>& argv, const How& how) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const auto& [name, value] : how.environment) setenv(name.c_str(), value.c_str(), 1);
  if (!how.directory.empty() && chdir(how.directory.c_str()) != 0) _exit(126);
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  _exit(127);
}

int status_of(int raw) {
  return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

int reap(pid_t pid) {
  int raw = 0;
  while (waitpid(pid, &raw, 0) < 0 && errno == EINTR) {
  }
  return status_of(raw);
}

// Reads what is there; false at the end.
bool read_some(const FileDescriptor& fd, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t n = read(fd.get(), buffer.data(), buffer.size());
  if (n > 0) into.append(buffer.data(), static_cast<size_t>(n));
  return n > 0;
}

// Both streams until they end; false at the deadline.
bool collect(Pipe& out, Pipe& err, Outcome& outcome, Clock::time_point deadline) {
  bool out_open = true, err_open = true;
  while (out_open || err_open) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> waiting{pollfd{out_open ? out.read.get() : -1, POLLIN, 0},
                                  pollfd{err_open ? err.read.get() : -1, POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) continue;
    if (waiting[0].revents) out_open = read_some(out.read, outcome.out);
    if (waiting[1].revents) err_open = read_some(err.read, outcome.err);
  }
  return true;
}

}  // namespace

Outcome run(const std::vector<std::string>& argv, const How& how) {
  Pipe in, out, err;
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(in.read.get(), STDIN_FILENO);
    dup2(out.write.get(), STDOUT_FILENO);
    dup2(err.write.get(), STDERR_FILENO);
    become(argv, how);
  }
  check(pid, "fork", argv[0]);
  in.read.reset();
  out.write.reset();
  err.write.reset();
  // Inputs here are files of a few kilobytes: they fit into the pipe.
  static_cast<void>(write(in.write.get(), how.input.data(), how.input.size()) < 0);
  in.write.reset();
  Outcome outcome;
  if (!collect(out, err, outcome, Clock::now() + how.deadline)) {
    outcome.timed_out = true;
    ::kill(pid, SIGKILL);
  }
  outcome.status = reap(pid);
  return outcome;
}

Background::Background(const std::vector<std::string>& argv) {
  pid_ = fork();
  if (pid_ == 0) {
    const int null = open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
    become(argv, {});
  }
  check(pid_, "fork", argv[0]);
}

Background::~Background() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    reap(pid_);
  }
}

void Background::kill(int signal) {
  ::kill(pid_, signal);
}

int Background::wait() {
  return reap(std::exchange(pid_, -1));
}

std::string program() {
  return std::string(LVSLAB_BINARY_DIR) + "/lvslab";
}

std::string source(const std::string& path) {
  return std::string(LVSLAB_SOURCE_DIR) + "/" + path;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw SystemError("read", path, errno);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ScratchDirectory::ScratchDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "lvslab-test-XXXXXX";
  if (!mkdtemp(pattern.data())) throw SystemError("make a directory", pattern, errno);
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::filesystem::remove_all(path_);
}

std::string ScratchDirectory::file(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  return path(name);
}

}  // namespace lvslab::test
