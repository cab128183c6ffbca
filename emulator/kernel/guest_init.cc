#include "emulator/kernel/guest_init.hh"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"
#include "emulator/kernel/guest_modules.hh"
#include "emulator/kernel/guest_plan.hh"

namespace lvslab::kernel {

namespace {

constexpr const char* kConsole = "/dev/tty1";
constexpr const char* kOverlay = "overlay";
constexpr int kNotStarted = 127;

void mount_at(const char* type, const std::string& at, const std::string& data = "",
              unsigned long flags = 0) {
  check(::mount(type, at.c_str(), type, flags, data.c_str()), std::string("mount ") + type, at);
}

// The way home: console 1 as it is opened, without a terminal's changes to what passes.
class Console {
 public:
  Console()
      : fd_(static_cast<int>(check(::open(kConsole, O_RDWR | O_NOCTTY | O_CLOEXEC),
                                   "open the guest's console", kConsole))) {
    termios settings{};
    check(::tcgetattr(fd_.get(), &settings), "set up console", kConsole);
    ::cfmakeraw(&settings);
    check(::tcsetattr(fd_.get(), TCSANOW, &settings), "set up console", kConsole);
  }
  void tell(FrameKind kind, std::string_view text) const {
    const std::string frame = encode(kind, text);
    for (size_t sent = 0; sent < frame.size();) {
      const ssize_t n = ::write(fd_.get(), frame.data() + sent, frame.size() - sent);
      if (n < 0 && errno != EINTR) return;  // nobody is there any more
      if (n > 0) sent += static_cast<size_t>(n);
    }
  }
  void drain() const { ::tcdrain(fd_.get()); }

 private:
  FileDescriptor fd_;
};

[[noreturn]] void switch_off(const Console& console) {
  console.drain();
  ::reboot(RB_POWER_OFF);
  ::_exit(1);  // the kernel then stops with a panic: the end all the same
}

// `scratch` is a folder of the machine outside. /sys of the bare root is a mount point that is
// there and free.
GuestPlan read_plan(const std::string& scratch) {
  mount_at("hostfs", "/sys", scratch, MS_RDONLY);
  std::ifstream file("/sys/plan", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  file.close();
  check(::umount("/sys"), "unmount", "/sys");
  return plan_of(text.str());
}

void make_root() {
  mount_at("tmpfs", "/sys", "mode=755");
  for (const char* folder : {"/sys/upper", "/sys/work", "/sys/root"})
    check(::mkdir(folder, 0755), "make folder", folder);
  mount_at(kOverlay, "/sys/root", "lowerdir=/,upperdir=/sys/upper,workdir=/sys/work");
  check(::chdir("/sys/root"), "enter", "overlay");
  // As switch_root(8): / itself becomes the overlay, so namespaces can be made below it.
  check(::mount(".", "/", nullptr, MS_MOVE, nullptr), "move", "overlay");
  check(::chroot("."), "enter", "overlay");
  check(::chdir("/"), "enter", "/");
}

void mount_system() {
  mount_at("proc", "/proc");
  mount_at("sysfs", "/sys");
  mount_at("devtmpfs", "/dev");
  for (const char* folder : {"/dev/pts", "/dev/shm"}) std::filesystem::create_directories(folder);
  mount_at("devpts", "/dev/pts", "ptmxmode=666");
  mount_at("tmpfs", "/dev/shm");
  for (const auto& [target, link] : {std::pair("/proc/self/fd", "/dev/fd"),
                                     {"/proc/self/fd/0", "/dev/stdin"},
                                     {"/proc/self/fd/1", "/dev/stdout"},
                                     {"/proc/self/fd/2", "/dev/stderr"}})
    static_cast<void>(::symlink(target, link) != 0);  // there already, perhaps
}

// For what asks for a module by itself (nft, ip link): modprobe(8) looks there.
void offer_modules(const std::string& folder) {
  constexpr const char* kPlace = "/lib/modules";
  std::filesystem::create_directories(kPlace);
  const std::string all = std::filesystem::path(folder).parent_path();
  check(::mount(all.c_str(), kPlace, nullptr, MS_BIND, nullptr), "bind", kPlace);
}

// When much is to do, Linux leaves timers and packets to a thread of ordinary priority (ksoftirqd),
// behind whatever programs want to run: dozens of cases side by side then saw a timer of the kernel
// come half a second late. Real-time priority, as kernels with PREEMPT_RT give theirs.
void let_timers_come_first() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "comm");
    std::string name;
    if (!std::getline(file, name) || !name.starts_with("ksoftirqd/")) continue;
    const sched_param first{1};
    check(::sched_setscheduler(std::stoi(entry.path().filename()), SCHED_FIFO, &first),
          "set priority", name);
  }
}

void prepare(const GuestPlan& plan) {
  load_modules(plan.module_directory, {kOverlay});
  make_root();
  mount_system();
  let_timers_come_first();
  load_modules(plan.module_directory, plan.modules);
  offer_modules(plan.module_directory);
  for (const auto& folder : plan.writable) {
    std::filesystem::create_directories(folder);
    mount_at("hostfs", folder, folder);
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

int as_file(const std::string& text) {
  const int fd = ::memfd_create("input", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::lseek(fd, 0, SEEK_SET) != 0)
    throw SystemError("hand over", "standard input", errno);
  return fd;
}

[[noreturn]] void become_program(GuestPlan& plan, int output, int error) {
  ::dup2(as_file(plan.input), STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  ::setsid();
  const auto arguments = pointers(plan.argv), environment = pointers(plan.environment);
  const char* failed = plan.directory.c_str();
  if (::chdir(failed) == 0) {
    failed = plan.argv[0].c_str();
    ::execvpe(failed, arguments.data(), environment.data());
  }
  const std::string why = std::string(failed) + ": " + std::strerror(errno) + "\n";
  static_cast<void>(::write(STDERR_FILENO, why.data(), why.size()) < 0);
  ::_exit(kNotStarted);
}

struct Source {
  FileDescriptor fd;
  FrameKind kind;
};

// False at its end.
bool pass_on(const Source& source, const Console& console) {
  std::array<char, kMostFrameText> bytes;
  const ssize_t n = ::read(source.fd.get(), bytes.data(), bytes.size());
  if (n > 0) console.tell(source.kind, {bytes.data(), static_cast<size_t>(n)});
  return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

// What the program wrote before it ended is told; what others still hold open is not waited for.
void pass_on_until(int ended, std::array<Source, 2>& sources, const Console& console) {
  for (bool over = false;;) {
    std::array<pollfd, 3> fds{pollfd{sources[0].fd.get(), POLLIN, 0},
                              pollfd{sources[1].fd.get(), POLLIN, 0},
                              pollfd{over ? -1 : ended, POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), over ? 0 : -1);
    if (over && ready <= 0) return;
    for (size_t i = 0; i < sources.size(); ++i)
      if (fds[i].revents && !pass_on(sources[i], console)) sources[i].fd.reset();
    if (fds[2].revents) over = true;
  }
}

// As PID 1 it also gets others' orphans.
int reap(pid_t program) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::wait(&status);
    if (ended < 0 && errno != EINTR) return kNotStarted;
    if (ended != program) continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
}

int run_program_of(GuestPlan& plan, const Console& console) {
  std::array<int, 2> output{}, error{};
  check(::pipe2(output.data(), O_CLOEXEC), "make pipe", "output");
  check(::pipe2(error.data(), O_CLOEXEC), "make pipe", "error");
  console.tell(FrameKind::up, "");
  const pid_t program = static_cast<pid_t>(check(::fork(), "fork", plan.argv[0]));
  if (program == 0) become_program(plan, output[1], error[1]);
  ::close(output[1]);
  ::close(error[1]);
  const FileDescriptor ended(
      static_cast<int>(check(::syscall(SYS_pidfd_open, program, 0), "watch", plan.argv[0])));
  std::array<Source, 2> sources{Source{FileDescriptor(output[0]), FrameKind::output},
                                Source{FileDescriptor(error[0]), FrameKind::error}};
  pass_on_until(ended.get(), sources, console);
  return reap(program);
}

}  // namespace

void serve_as_guest_init(int argc, char** argv) {
  // linux.uml adds its own "console=tty0" to what stands last on its command line: to ours.
  if (argc < 3 || ::getpid() != 1 || std::strcmp(argv[1], kGuestInit) != 0) return;
  // devtmpfs is on /dev already (CONFIG_DEVTMPFS_MOUNT).
  const Console console;
  try {
    auto plan = read_plan(argv[2]);
    prepare(plan);
    console.tell(FrameKind::ended, std::to_string(run_program_of(plan, console)));
  } catch (const std::exception& error) {
    console.tell(FrameKind::failed, error.what());
  }
  switch_off(console);
}

}  // namespace lvslab::kernel
