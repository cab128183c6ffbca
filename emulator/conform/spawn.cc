#include "emulator/conform/spawn.hh"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"

namespace lvslab::conform {

namespace {

constexpr int kDeadline = 30'000;  // ms

FileDescriptor memory_file(const char* name) {
  return FileDescriptor(
      static_cast<int>(check(::memfd_create(name, MFD_CLOEXEC), "make memory file", name)));
}

FileDescriptor holding(const std::string& text) {
  FileDescriptor file = memory_file("input");
  check(::write(file.get(), text.data(), text.size()), "write", "input");
  check(::lseek(file.get(), 0, SEEK_SET), "rewind", "input");
  return file;
}

std::string contents(const FileDescriptor& file) {
  std::string text(static_cast<size_t>(check(::lseek(file.get(), 0, SEEK_END), "size", "output")),
                   '\0');
  check(::pread(file.get(), text.data(), text.size(), 0), "read", "output");
  return text;
}

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void put(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

int wait_for(pid_t pid) {
  const FileDescriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd readable{ended.get(), POLLIN, 0};
  if (ended && ::poll(&readable, 1, kDeadline) == 0) ::kill(pid, SIGKILL);
  int status = 0;
  check(::waitpid(pid, &status, 0), "wait for", "program");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Ran run_here(const std::vector<std::string>& argv, const std::string& input) {
  const FileDescriptor in = holding(input), out = memory_file("output");
  FileActions actions;
  actions.put(in.get(), STDIN_FILENO);
  actions.put(out.get(), STDOUT_FILENO);
  actions.put(out.get(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : argv) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  if (const int error =
          ::posix_spawn(&pid, arguments[0], actions.get(), nullptr, arguments.data(), environ))
    throw SystemError("start program", argv[0], error);
  const int status = wait_for(pid);
  return {status, contents(out)};
}

}  // namespace lvslab::conform
