#include "emulator/lab/background.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/kernel/program.hh"
#include "emulator/kernel/user_namespace.hh"
#include "emulator/lab/control.hh"
#include "emulator/lab/inspect.hh"
#include "emulator/lab/ipvsadm.hh"
#include "emulator/lab/netns_lab.hh"
#include "emulator/lab/run.hh"
#include "emulator/report/drawing.hh"

namespace lvslab::lab {

namespace {

using Json = nlohmann::ordered_json;

// What the new process says to the one that waits for it, once: up, or why not.
class News {
 public:
  News() {
    std::array<int, 2> ends{};
    check(pipe2(ends.data(), O_CLOEXEC), "make a pipe", "");
    read_ = FileDescriptor(ends[0]);
    write_ = FileDescriptor(ends[1]);
  }
  void tell(const Json& news) {
    const std::string text = news.dump();
    static_cast<void>(::write(write_.get(), text.data(), text.size()) < 0);
    write_.reset();
  }
  Json hear() {
    write_.reset();
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t n; (n = ::read(read_.get(), buffer.data(), buffer.size())) != 0;) {
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) break;
      text.append(buffer.data(), static_cast<size_t>(n));
    }
    return Json::parse(text, nullptr, false);
  }

 private:
  FileDescriptor read_, write_;
};

std::string first_kernel_host(NetnsLab& lab) {
  for (const auto& host : lab.topology().hosts)
    if (lab.is_kernel_host(host.name)) return host.name;
  return "";
}

// Answers one question; true when it was to end.
bool answer(NetnsLab& lab, const std::string& place, ControlServer::Request& request) {
  const auto verb = request.body.value("verb", "");
  if (verb == "down") {
    ControlServer::answer(request, {{"ok", true}});
    return true;
  }
  if (verb == "inspect") {
    ControlServer::answer(request, inspect(lab, place));
    return false;
  }
  if (verb == "ipvsadm") {
    answer_ipvsadm(lab, request);
    return false;
  }
  const auto host = request.body.value("host", "");
  if (verb != "enter") {
    ControlServer::answer(request, {{"error", "unknown request: " + verb}});
  } else if (!lab.is_kernel_host(host)) {
    ControlServer::answer(request, {{"error", why_no_shell(lab.topology(), host)},
                                    {"ipvsadm", lab.director(host) != nullptr}});
  } else {
    const auto user_namespace = kernel::UserNamespace::current();
    ControlServer::answer(request, {{"hosts", lab.hosts_file()}},
                          {user_namespace.get(), lab.kernel_host(host).in().fd()});
  }
  return false;
}

// Away from the terminal and the directory that we were started from.
void detach() {
  const FileDescriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), fd);
  static_cast<void>(chdir("/") < 0);
}

void live(const std::string& file, const Options& options, News& news) {
  const auto loaded = load_for(file, options);
  require_programs(loaded.topology);
  require_place(loaded.topology, options);
  ControlServer control(loaded.topology.name);
  kernel::UserNamespace::become_root();
  NetnsLab lab(loaded.topology, options, Keep::counts);
  Json up = {{"lab", loaded.topology.name},
             {"drawing", report::drawing(loaded.topology)},
             {"host", first_kernel_host(lab)},
             {"warnings", Json::array()}};
  for (const auto& warning : loaded.warnings)
    up["warnings"].push_back(topology::to_string(file, warning));
  detach();
  news.tell(up);
  bool ended = false;
  const auto token = lab.loop().add(control.fd(), EPOLLIN, [&](uint32_t) {
    if (auto request = control.accept()) ended |= answer(lab, "netns", *request);
  });
  lab.loop().run_until([&] { return ended; });
}

// The process of the lab, from fork to its end.
[[noreturn]] void be_the_lab(const std::string& file, const Options& options, News& news) {
  setsid();
  try {
    live(file, options, news);
    _exit(0);
  } catch (const UsageError& error) {
    news.tell({{"error", error.what()}, {"kind", "usage"}});
  } catch (const Unavailable& error) {
    news.tell({{"error", error.capability()}, {"kind", "unavailable"}, {"remedy", error.remedy()}});
  } catch (const std::exception& error) {
    news.tell({{"error", error.what()}, {"kind", "system"}});
  }
  _exit(1);
}

void throw_if_bad(const Json& news) {
  if (!news.is_object()) throw std::runtime_error("the lab's process ended before the lab was up");
  if (!news.contains("error")) return;
  const auto error = news["error"].get<std::string>();
  if (news["kind"] == "usage") throw UsageError(error);
  if (news["kind"] == "unavailable") throw Unavailable(error, news["remedy"].get<std::string>());
  throw std::runtime_error(error);
}

}  // namespace

Up start_in_background(const std::string& file, const Options& options) {
  News news;
  const pid_t pid = fork();
  check(pid, "fork", "the lab's process");
  if (pid == 0) be_the_lab(file, options, news);
  const Json heard = news.hear();
  throw_if_bad(heard);
  Up up;
  up.lab = heard["lab"].get<std::string>();
  up.drawing = heard["drawing"].get<std::string>();
  up.a_kernel_host = heard["host"].get<std::string>();
  up.warnings = heard["warnings"].get<std::vector<std::string>>();
  up.pid = pid;
  return up;
}

void end_in_background(const std::string& lab) {
  constexpr int kWait = 5000;  // ms
  ControlClient client(lab);
  // A descriptor of the process: its number could be somebody else's by the time we look.
  const FileDescriptor process(
      static_cast<int>(check(syscall(SYS_pidfd_open, client.pid(), 0), "watch lab", lab)));
  try {
    client.ask({{"verb", "down"}});
  } catch (const SystemError&) {
    // It does not answer: poll below runs out, or it is gone already.
  }
  pollfd gone{process.get(), POLLIN, 0};
  if (poll(&gone, 1, kWait) == 1) return;
  syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  if (poll(&gone, 1, kWait) != 1) throw SystemError("end lab", lab, ETIMEDOUT);
}

int exec_in_background(const std::string& lab, const std::string& host,
                       const std::vector<std::string>& command) {
  auto entered = ControlClient(lab).ask({{"verb", "enter"}, {"host", host}});
  if (entered.body.value("ipvsadm", false) && is_ipvsadm(command))
    return ipvsadm_in_background(lab + ":" + host, {command.begin() + 1, command.end()});
  if (entered.body.contains("error"))
    throw UsageError(lab + ": " + entered.body["error"].get<std::string>());
  if (entered.descriptors.size() != 2) throw SystemError("enter", host, EPROTO);
  if (!kernel::UserNamespace::privileged())
    kernel::UserNamespace::join(entered.descriptors[0].get());
  kernel::ProgramOptions options;
  options.inherit_input = true;
  options.new_session = false;
  options.hosts = entered.body["hosts"].get<std::string>();
  options.hostname = host;
  const auto in = kernel::Namespace::adopt(std::move(entered.descriptors[1]));
  kernel::Program program(in, command, options);
  // ^C and ^\ are the program's to answer, as they would be without us.
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  for (;;)
    if (const auto status = program.wait(std::chrono::hours(1))) return *status;
}

}  // namespace lvslab::lab
