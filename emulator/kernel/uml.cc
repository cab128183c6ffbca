#include "emulator/kernel/uml.hh"

#include <fcntl.h>
#include <poll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "emulator/base/error.hh"
#include "emulator/kernel/find_program.hh"
#include "emulator/kernel/uml_supervisor.hh"

namespace lvslab::kernel {

namespace {

namespace fs = std::filesystem;

constexpr const char* kModules = "/usr/lib/uml/modules";
// For the supervisor beyond the guest's own deadlines.
constexpr Duration kGrace = std::chrono::seconds(30);
constexpr Duration kToBeGone = std::chrono::seconds(5);

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe(const char* name) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "make pipe", name);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<std::string> our_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) all.emplace_back(*entry);
  return all;
}

GuestStart start_of(const std::vector<std::string>& argv, const GuestOptions& options) {
  if (argv.empty()) throw UsageError("a guest needs a program to run");
  GuestStart start;
  start.uml = find_uml();
  if (start.uml.empty())
    throw Unavailable("User Mode Linux", "sudo apt-get install user-mode-linux (amd64)");
  start.self = fs::read_symlink("/proc/self/exe");
  start.plan.module_directory = find_uml_modules();
  if (start.plan.module_directory.empty())
    throw Unavailable("modules of User Mode Linux", std::string("none below ") + kModules +
                                                        ": reinstall the package user-mode-linux");
  start.plan.directory = fs::current_path();
  start.plan.modules = options.modules;
  start.plan.writable = options.writable;
  start.plan.argv = argv;
  start.plan.input = options.input;
  start.plan.environment = our_environment();
  start.memory = options.memory;
  start.boot_within = options.boot_within;
  start.deadline = options.deadline;
  start.skip_idle = options.skip_idle;
  return start;
}

}  // namespace

std::vector<std::string> network_modules() {
  return {"veth",       "bridge",       "tun",         "dummy",      "ip_vs",        "ip_vs_rr",
          "ip_vs_wrr",  "ip_vs_lc",     "ip_vs_wlc",   "ip_vs_lblc", "ip_vs_lblcr",  "ip_vs_dh",
          "ip_vs_sh",   "ip_vs_sed",    "ip_vs_nq",    "ip_vs_fo",   "ip_vs_ovf",    "ip_vs_mh",
          "ip_vs_ftp",  "ip_vs_pe_sip", "ipip",        "ip_gre",     "fou",          "fou6",
          "ip6_tunnel", "ip6_gre",      "sit",         "sch_netem",  "nf_conntrack", "iptable_nat",
          "xt_nat",     "xt_statistic", "sch_ingress", "cls_flower", "act_skbedit"};
}

Guest::Guest(const std::vector<std::string>& argv, const GuestOptions& options)
    : longest_(options.boot_within + options.deadline + kGrace), supervisor_([&] {
        GuestStart start = start_of(argv, options);
        Pipe output = make_pipe("guest's output"), error = make_pipe("guest's errors");
        output_ = std::move(output.read);
        error_ = std::move(error.read);
        start.output_fd = output.write.get();
        start.error_fd = error.write.get();
        return Child([start] { return supervise(start); });
      }()) {}

Guest::Guest(Guest&& other) noexcept = default;

Guest::~Guest() {
  if (supervisor_.pid() < 0) return;
  // It is to clean up: killed, it could only leave that to the kernel's containment.
  ::kill(supervisor_.pid(), SIGTERM);
  supervisor_.finish(kToBeGone);
}

GuestEnd Guest::finish() {
  return end_of(supervisor_.finish(longest_));
}

GuestEnd run_in_guest(const std::vector<std::string>& argv, const GuestOptions& options,
                      const OnText& output, const OnText& error) {
  Guest guest(argv, options);
  std::array<pollfd, 2> fds{pollfd{guest.output_fd(), POLLIN, 0},
                            pollfd{guest.error_fd(), POLLIN, 0}};
  const std::array<const OnText*, 2> takers{&output, &error};
  std::array<char, 16384> bytes;
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    ::poll(fds.data(), fds.size(), -1);
    for (size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].fd < 0 || !fds[i].revents) continue;
      const ssize_t n = ::read(fds[i].fd, bytes.data(), bytes.size());
      if (n > 0) (*takers[i])({bytes.data(), static_cast<size_t>(n)});
      if (n == 0) fds[i].fd = -1;
    }
  }
  return guest.finish();
}

std::string find_uml() {
  return find_program("linux.uml");
}

std::string find_uml_modules() {
  std::error_code none;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(kModules, none))
    if (fs::exists(entry.path() / "modules.dep", none)) found.push_back(entry.path());
  // One version in each release of the package.
  return found.empty() ? "" : *std::max_element(found.begin(), found.end());
}

}  // namespace lvslab::kernel
