#include "emulator/conform/ipvsadm.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "emulator/base/error.hh"

namespace lvslab::conform {

namespace {

constexpr int kDeadline = 30'000;  // ms
const std::string kMark = "Timeout (tcp tcpfin udp):";

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

struct Terminal {
  FileDescriptor ours, theirs;
};

// Raw: no line break becomes two characters.
Terminal make_terminal() {
  Terminal made;
  made.ours = FileDescriptor(static_cast<int>(
      check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "make terminal", "ipvsadm")));
  check(::unlockpt(made.ours.get()), "unlock terminal", "ipvsadm");
  std::array<char, 64> name{};
  if (const int error = ::ptsname_r(made.ours.get(), name.data(), name.size()))
    throw SystemError("name terminal", "ipvsadm", error);
  made.theirs = FileDescriptor(static_cast<int>(
      check(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC), "open terminal", name.data())));
  termios settings{};
  check(::tcgetattr(made.theirs.get(), &settings), "set up terminal", name.data());
  ::cfmakeraw(&settings);
  check(::tcsetattr(made.theirs.get(), TCSANOW, &settings), "set up terminal", name.data());
  return made;
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

Ipvsadm::Ipvsadm(const kernel::Namespace& in, std::string program)
    : in_(in), program_(std::move(program)) {}

Ipvsadm::~Ipvsadm() {
  end();
}

void Ipvsadm::start() {
  // No pipe: writing to one whose reader has died is a signal.
  std::array<int, 2> ends{};
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "make socket pair",
        "ipvsadm");
  const FileDescriptor input(ends[0]);
  input_ = FileDescriptor(ends[1]);
  Terminal terminal = make_terminal();
  FileActions actions;
  actions.put(input.get(), STDIN_FILENO);
  actions.put(terminal.theirs.get(), STDOUT_FILENO);
  actions.put(terminal.theirs.get(), STDERR_FILENO);
  std::array<std::string, 2> words{program_, "-R"};
  std::array<char*, 3> arguments{words[0].data(), words[1].data(), nullptr};
  const kernel::Entered inside = in_.enter();
  if (const int error =
          ::posix_spawn(&pid_, words[0].data(), actions.get(), nullptr, arguments.data(), environ))
    throw SystemError("start program", program_, error);
  output_ = std::move(terminal.ours);
}

void Ipvsadm::end() {
  input_.reset();
  output_.reset();
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

// False when it has ended: the terminal's other end is closed (EIO).
bool Ipvsadm::read_some(std::string& text) {
  pollfd readable{output_.get(), POLLIN, 0};
  if (::poll(&readable, 1, kDeadline) == 0) throw SystemError("hear of", program_, ETIMEDOUT);
  std::array<char, 4096> bytes;
  const ssize_t got = ::read(output_.get(), bytes.data(), bytes.size());
  if (got > 0) text.append(bytes.data(), static_cast<size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

Ipvsadm::Said Ipvsadm::run(const std::string& command) {
  if (pid_ < 0) start();
  const std::string lines = command + "\n-L --timeout\n";
  check(::send(input_.get(), lines.data(), lines.size(), MSG_NOSIGNAL), "tell", program_);
  const size_t marks = command.find("--timeout") == std::string::npos ? 1 : 2;
  Said said;
  while (!said.text.ends_with('\n') || count_of(said.text, kMark) < marks) {
    if (read_some(said.text)) continue;
    end();
    said.ended = true;
    return said;
  }
  said.text.erase(said.text.rfind(kMark));
  return said;
}

}  // namespace lvslab::conform
