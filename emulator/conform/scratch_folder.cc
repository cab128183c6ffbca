#include "emulator/conform/scratch_folder.hh"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "emulator/base/error.hh"

namespace lvslab::conform {

namespace {

// In a session of its own: ^C is for the program, not for who cleans up behind it.
[[noreturn]] void guard(const std::string& path, int alive, int held) {
  ::setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::close(held);
  // Whoever reads our output to its end must not wait for the guard.
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  char byte = 0;
  while (::read(alive, &byte, 1) < 0 && errno == EINTR) {
  }
  std::error_code none;
  std::filesystem::remove_all(path, none);
  ::_exit(0);
}

}  // namespace

ScratchFolder::ScratchFolder() {
  const char* base = std::getenv("TMPDIR");
  path_ = std::string(base && *base ? base : "/tmp") + "/lvslab-conform-XXXXXX";
  std::array<int, 2> pipe{};
  check(::pipe2(pipe.data(), O_CLOEXEC), "make pipe", "scratch folder");
  const FileDescriptor alive(pipe[0]);
  held_ = FileDescriptor(pipe[1]);
  if (!::mkdtemp(path_.data())) throw SystemError("make folder", path_, errno);
  guard_ = static_cast<pid_t>(check(::fork(), "fork", "guard of " + path_));
  if (guard_ == 0) guard(path_, alive.get(), held_.get());
}

ScratchFolder::~ScratchFolder() {
  held_.reset();
  while (::waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace lvslab::conform
