#include "emulator/kernel/uml_process.hh"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "emulator/base/error.hh"
#include "emulator/kernel/guest_clock.hh"
#include "emulator/kernel/guest_init.hh"
#include "emulator/kernel/uml_supervisor.hh"
#include "emulator/kernel/user_namespace.hh"

namespace lvslab::kernel {

namespace {

// A folder that every machine has and no file of a lab is in: there the tmpfs is laid.
constexpr const char* kHidden = "/dev/pts";
constexpr Duration kToTry = std::chrono::seconds(5);

// A mount namespace with a tmpfs of our own, gone with the last process in it. linux.uml keeps the
// guest's memory there, which must be executable; /dev/shm often is not.
void lay_tmpfs() {
  check(::unshare(CLONE_NEWNS), "make mount namespace", "guest");
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private", "/");
  check(::mount("tmpfs", kHidden, "tmpfs", MS_NOSUID | MS_NODEV, "mode=700"), "mount tmpfs",
        kHidden);
}

std::string make_scratch() {
  std::string path = (std::filesystem::temp_directory_path() / "lvslab-guest-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw SystemError("make folder", path, errno);
  return path;
}

// What the kernel's command line has no room or no form for.
void require_simple(const std::string& path) {
  if (path.find_first_of(" \"\t\n") != std::string::npos)
    throw Unavailable("a guest from " + path, "a path without spaces and quotes");
}

std::vector<std::string> command_line(const GuestStart& start, const std::string& scratch) {
  require_simple(start.self);
  require_simple(scratch);
  // Console 0 is the kernel's own and goes to its standard error, console 1 carries the frames.
  return {start.uml,
          "mem=" + std::to_string(start.memory) + "M",
          "root=/dev/root",
          "rootfstype=hostfs",
          "rootflags=/",
          "ro",
          "quiet",
          "con=null",
          "con0=null,fd:2",
          "con1=null,fd:1",
          "init=" + start.self,
          "--",
          kGuestInit,
          scratch};
}

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe(const char* name) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "make pipe", name);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void point(int from, int to) {
  check(::dup2(from, to), "point descriptor", std::to_string(to));
}

}  // namespace

bool guests_are_contained() {
  static const bool contained = run_in_child(
                                    [] {
                                      UserNamespace::become_root();
                                      lay_tmpfs();
                                      return std::string();
                                    },
                                    kToTry)
                                    .ok();
  return contained;
}

UmlProcess::UmlProcess(const GuestStart& start) : contained_(guests_are_contained()) {
  if (contained_) {
    UserNamespace::become_root();
    lay_tmpfs();
  }
  scratch_ = contained_ ? kHidden : make_scratch();
  const auto command = command_line(start, scratch_);
  write_plan(start);
  if (start.skip_idle) clock_ = write_guest_clock(scratch_);
  Pipe frames = make_pipe("frames"), console = make_pipe("console");
  frames_ = std::move(frames.read);
  console_ = std::move(console.read);
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  point(null.get(), STDIN_FILENO);
  point(frames.write.get(), STDOUT_FILENO);
  point(console.write.get(), STDERR_FILENO);
  contained_ ? start_contained(command) : start_adopted(command);
  // Ends of pipes that we hold would hide that it closed them.
  point(null.get(), STDOUT_FILENO);
  point(null.get(), STDERR_FILENO);
}

void UmlProcess::write_plan(const GuestStart& start) const {
  const std::string path = scratch_ + "/plan";
  std::ofstream file(path, std::ios::binary);
  file << to_text(start.plan);
  file.close();
  if (!file) throw SystemError("write", path, errno);
}

void UmlProcess::start_contained(const std::vector<std::string>& command) {
  ProgramOptions options;
  options.environment = {"TMPDIR=" + scratch_, "HOME=" + scratch_};
  if (!clock_.empty()) options.environment.push_back("LD_PRELOAD=" + clock_);
  options.directory = "/";
  // A network of its own, with nothing in it: it needs none.
  program_ = std::make_unique<Program>(Namespace::make(), command, options);
  exit_fd_ = program_->exit_fd();
}

void UmlProcess::start_adopted(const std::vector<std::string>& command) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::setenv("TMPDIR", scratch_.c_str(), 1);
  ::setenv("HOME", scratch_.c_str(), 1);
  if (!clock_.empty()) ::setenv("LD_PRELOAD", clock_.c_str(), 1);
  std::vector<std::string> texts = command;
  std::vector<char*> arguments;
  for (auto& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  const int parent = ::getpid();
  pid_ = static_cast<int>(check(::fork(), "fork", command[0]));
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(1);
  }
  pidfd_ = FileDescriptor(
      static_cast<int>(check(::syscall(SYS_pidfd_open, pid_, 0), "watch", command[0])));
  exit_fd_ = pidfd_.get();
}

void UmlProcess::booted() {
  if (contained_) return;
  std::error_code ignored;
  std::filesystem::remove_all(scratch_, ignored);
}

UmlProcess::~UmlProcess() {
  program_.reset();
  if (pid_ > 0) {
    // Its helpers stay in its process group, and come to us when it dies.
    ::kill(-pid_, SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
  }
  booted();
}

}  // namespace lvslab::kernel
