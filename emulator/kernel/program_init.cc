#include "emulator/kernel/program_init.hh"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace lvslab::kernel {

namespace {

constexpr int kStatus = 3;  // the one descriptor besides 0, 1 and 2 that the init keeps
constexpr int kForwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
constexpr int kFailed = 127;

volatile sig_atomic_t g_program = 0;  // read by the handler

void forward(int signal) {
  if (g_program > 0) ::kill(g_program, signal);
}

void report(int fd, InitStage stage, int error) {
  const InitReport message{stage, error};
  // A pipe takes this much at once or not at all; with the lab gone there is nobody to tell.
  if (::write(fd, &message, sizeof message) < 0) ::_exit(kFailed);
}

[[noreturn]] void fail(int fd, InitStage stage) {
  report(fd, stage, errno);
  ::_exit(kFailed);
}

// The parent-death signal is set first; a parent that died before that shows on its pidfd.
void die_with_parent(int parent_fd) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd parent{parent_fd, POLLIN, 0};
  if (::poll(&parent, 1, 0) != 0) ::_exit(kFailed);
}

// The given three become 0, 1 and 2. They are all above 2 (program.cc sees to that).
void take_descriptors(const InitPlan& plan) {
  const int from[] = {plan.input_fd, plan.output_fd, plan.error_fd};
  for (int to = 0; to < 3; ++to)
    if (from[to] >= 0 && ::dup2(from[to], to) < 0) fail(plan.status_fd, InitStage::descriptors);
  if (plan.status_fd != kStatus && ::dup3(plan.status_fd, kStatus, O_CLOEXEC) < 0)
    fail(plan.status_fd, InitStage::descriptors);
  // TAPs and namespaces that a host holds open would outlive their owner as long as we run.
  ::close_range(kStatus + 1, ~0U, 0);
}

bool write_file(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  const auto size = static_cast<ssize_t>(std::strlen(text));
  const bool whole = ::write(fd, text, static_cast<size_t>(size)) == size;
  ::close(fd);
  return whole;
}

// A file in a tmpfs of this mount namespace, bound over /etc/hosts. The tmpfs is laid on /sys for
// that moment, since that directory always exists and gets its own mount next; the bind keeps it
// alive.
bool bind_hosts(const char* text) {
  constexpr const char* kScratch = "/sys";
  constexpr const char* kFile = "/sys/hosts";
  if (::mount("tmpfs", kScratch, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m") != 0)
    return false;
  return write_file(kFile, text) && ::mount(kFile, "/etc/hosts", nullptr, MS_BIND, nullptr) == 0 &&
         ::umount2(kScratch, MNT_DETACH) == 0;
}

// Containers forbid these two to user namespaces (they hide parts of /proc and /sys): the program
// then sees the machine's.
void mount_or_report(const char* type, const char* path, InitStage stage) {
  if (::mount(type, path, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0) return;
  if (errno != EPERM) fail(kStatus, stage);
  report(kStatus, stage, errno);
}

void set_up_view(const InitPlan& plan) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    fail(kStatus, InitStage::mounts);
  if (plan.hosts && !bind_hosts(plan.hosts)) fail(kStatus, InitStage::hosts);
  mount_or_report("proc", "/proc", InitStage::no_proc);
  mount_or_report("sysfs", "/sys", InitStage::no_sys);
  if (plan.hostname && ::sethostname(plan.hostname, std::strlen(plan.hostname)) != 0)
    fail(kStatus, InitStage::hostname);
}

[[noreturn]] void become_program(const InitPlan& plan) {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (plan.new_session) ::setsid();
  if (plan.directory && ::chdir(plan.directory) != 0) fail(kStatus, InitStage::directory);
  ::execvpe(plan.argv[0], plan.argv, plan.environment);
  fail(kStatus, InitStage::exec);
}

[[noreturn]] void reap_until_end(pid_t program) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::wait(&status);
    if (ended < 0 && errno != EINTR) ::_exit(kFailed);
    if (ended != program) continue;  // somebody's orphan
    ::_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
}

}  // namespace

void run_init(const InitPlan& plan) {
  die_with_parent(plan.parent_fd);
  if (::setns(plan.network_fd, CLONE_NEWNET) != 0) fail(plan.status_fd, InitStage::network);
  take_descriptors(plan);
  set_up_view(plan);
  struct sigaction action {};
  action.sa_handler = forward;
  for (const int signal : kForwarded) ::sigaction(signal, &action, nullptr);
  const pid_t program = ::fork();
  if (program < 0) fail(kStatus, InitStage::fork);
  if (program == 0) become_program(plan);
  g_program = program;
  ::close(kStatus);  // the program's copy closes at exec: end of the report
  reap_until_end(program);
}

}  // namespace lvslab::kernel
