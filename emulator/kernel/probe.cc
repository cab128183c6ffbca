#include "emulator/kernel/probe.hh"

#include <linux/genetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sstream>

#include "emulator/base/error.hh"
#include "emulator/kernel/child.hh"
#include "emulator/kernel/find_program.hh"
#include "emulator/kernel/ipip.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/kernel/packet_socket.hh"
#include "emulator/kernel/tap.hh"
#include "emulator/kernel/uml.hh"
#include "emulator/kernel/uml_process.hh"
#include "emulator/kernel/user_namespace.hh"

namespace lvslab::kernel {

namespace {

constexpr Duration kPatience = std::chrono::seconds(5);
const wire::Mac kMacA("02:00:00:00:00:0a"), kMacB("02:00:00:00:00:0b");

// Tries `work` in a child, as root of a user namespace where we are not root; what it returns is
// the detail.
Capability tried(std::string name, std::string remedy, const Child::Work& work) {
  const ChildResult result = run_in_child(
      [&] {
        UserNamespace::become_root();
        return work();
      },
      kPatience);
  Capability capability{std::move(name), result.ok(), result.output, ""};
  if (result.timed_out) capability.detail = "no answer within 5 s";
  if (!capability.available) capability.remedy = std::move(remedy);
  return capability;
}

std::string milliseconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  std::ostringstream text;
  text.precision(2);
  text << took.count() << " ms";
  return text.str();
}

void accepted(NetlinkSocket& socket, const NetlinkRequest& request) {
  if (const int error = socket.attempt(request))
    throw SystemError(request.attempt(), request.object(), error);
}

struct Output {
  int status = 0;
  std::string first_line;
};

Output output_of(const std::string& command) {
  std::FILE* output = ::popen(command.c_str(), "r");
  if (!output) throw SystemError("run", command, errno);
  char line[256] = "";
  const bool any = std::fgets(line, sizeof line, output) != nullptr;
  const int status = ::pclose(output);
  std::string text = any ? line : "";
  while (text.ends_with('\n')) text.pop_back();
  return {status, text};
}

std::string first_line_of(const std::string& command) {
  const auto [status, text] = output_of(command);
  if (status != 0) throw UsageError(command + " ended with status " + std::to_string(status));
  return text;
}

}  // namespace

Capability probe_network_namespaces() {
  return tried("network namespaces",
               "run as root, or allow user namespaces (below); in a container: --privileged", [] {
                 const bool root = UserNamespace::privileged();
                 const std::string took = milliseconds_of([] { Namespace::make(); });
                 return std::string("made one in ") + took + (root ? "" : " (not root)");
               });
}

Capability probe_user_namespaces() {
  return tried("user namespaces",
               "not needed as root; else sysctl kernel.apparmor_restrict_unprivileged_userns=0, "
               "kernel.unprivileged_userns_clone=1 or user.max_user_namespaces=10000",
               [] {
                 UserNamespace::unshare();
                 Namespace::make();
                 return std::string("root of one may make network namespaces");
               });
}

Capability probe_tun() {
  return tried("TAP and TUN devices",
               "sudo modprobe tun; sudo chmod 0666 /dev/net/tun (in a container: --device "
               "/dev/net/tun)",
               [] {
                 const Namespace in = Namespace::make();
                 const Tap tap(in, "tap0", {.offload = true});
                 return std::string("/dev/net/tun opened, TAP with offloads made");
               });
}

Capability probe_veth() {
  return tried("veth", "a kernel with CONFIG_VETH; sudo modprobe veth", [] {
    const Namespace a = Namespace::make(), b = Namespace::make();
    Netlink netlink(a);
    return "made a pair in " + milliseconds_of([&] {
             netlink.create_veth({"a", kMacA}, {"b", kMacB}, b);
           });
  });
}

Capability probe_bridge() {
  return tried("bridge", "a kernel with CONFIG_BRIDGE; sudo modprobe bridge", [] {
    const Namespace a = Namespace::make(), b = Namespace::make();
    Netlink netlink(a);
    netlink.create_bridge("br0", kMacA);
    netlink.create_veth({"a", kMacA}, {"b", kMacB}, b);
    netlink.enslave("a", "br0");
    netlink.add_fdb("a", kMacB);
    return std::string("made one with a port and a static entry");
  });
}

Capability probe_packet_sockets() {
  return tried("packet sockets", "a kernel with CONFIG_PACKET; CAP_NET_RAW", [] {
    const Namespace in = Namespace::make();
    PacketSocket capture(in);
    return std::string("capture socket opened");
  });
}

Capability probe_ip_vs() {
  return tried("ip_vs", "sudo modprobe ip_vs", [] {
    const Namespace in = Namespace::make();
    NetlinkSocket socket(in, NETLINK_GENERIC);
    NetlinkRequest request(GENL_ID_CTRL, 0, "find netlink family", "IPVS");
    request.header(genlmsghdr{CTRL_CMD_GETFAMILY, 1, 0}).put_string(CTRL_ATTR_FAMILY_NAME, "IPVS");
    accepted(socket, request);
    return std::string("its netlink family answers");
  });
}

Capability probe_ip_vs_rules() {
  return tried("IPVS rules as this user", "run as root (before Linux 6.11 or so, no other may)",
               [] {
                 const Namespace in = Namespace::make();
                 const std::string program = find_program("ipvsadm");
                 if (program.empty()) throw Unavailable("ipvsadm", "sudo apt-get install ipvsadm");
                 return in.run([&] {
                   const Output output = output_of(program + " -Ln 2>&1");
                   if (output.status != 0) throw UsageError(output.first_line);
                   return std::string("ipvsadm lists them");
                 });
               });
}

Capability probe_ipip() {
  return tried("ipip", "sudo modprobe ipip; without: outer headers come off in user space", [] {
    if (!kernel_has_ipip()) throw SystemError("create ipip device", "tunl0", EOPNOTSUPP);
    return std::string("made tunl0");
  });
}

Capability probe_netem() {
  return tried("netem", "sudo modprobe sch_netem; without: wires are impaired in user space", [] {
    const Namespace a = Namespace::make();
    Netlink netlink(a);
    netlink.create_veth({"a", kMacA}, {"b", kMacB}, a);
    tcmsg header{};
    header.tcm_ifindex = netlink.index_of("a");
    header.tcm_parent = TC_H_ROOT;
    NetlinkRequest request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, "add netem", "a");
    tc_netem_qopt options{};
    options.limit = 100;
    request.header(header).put_string(TCA_KIND, "netem").put(TCA_OPTIONS, &options, sizeof options);
    accepted(netlink.socket(), request);
    return std::string("added to a veth");
  });
}

Capability probe_uml() {
  constexpr const char* kName = "User Mode Linux";
  const std::string program = find_uml();
  if (program.empty())
    return {kName, false, "linux.uml is not in PATH",
            "sudo apt-get install user-mode-linux (amd64)"};
  if (find_uml_modules().empty())
    return {kName, false, "no modules below /usr/lib/uml/modules",
            "reinstall the package user-mode-linux"};
  const ChildResult result =
      run_in_child([&] { return first_line_of(program + " --version 2>&1"); }, kPatience);
  Capability capability{kName, result.ok(), program + " " + result.output, ""};
  if (!capability.available) capability.remedy = "reinstall the package user-mode-linux";
  if (capability.available && !guests_are_contained())
    capability.detail += "; without user namespaces, its processes are watched instead of held";
  return capability;
}

Capability probe_ptrace() {
  constexpr const char* kName = "tracing of child processes";
  const ChildResult result = run_in_child(
      [] {
        const int child = static_cast<int>(check(::fork(), "fork", "traced child"));
        if (child == 0) {
          ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
          ::raise(SIGSTOP);
          ::_exit(0);
        }
        int status = 0;
        check(::waitpid(child, &status, WUNTRACED), "wait for", "traced child");
        const long traced = ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD);
        const int error = errno;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        if (traced != 0) throw SystemError("trace", "child process", error);
        return std::string("a child was stopped and traced");
      },
      kPatience);
  Capability capability{kName, result.ok(), result.output, ""};
  if (!capability.available)
    capability.remedy =
        "sysctl kernel.yama.ptrace_scope of at most 2 (in a container: --cap-add SYS_PTRACE or "
        "--security-opt seccomp=unconfined)";
  return capability;
}

Capability probe_ipvsadm() {
  const std::string program = find_program("ipvsadm");
  if (program.empty()) return {"ipvsadm", false, "not in PATH", "sudo apt-get install ipvsadm"};
  return {"ipvsadm", true, program, ""};
}

std::vector<Capability> probe_machine() {
  return {probe_network_namespaces(),
          probe_user_namespaces(),
          probe_tun(),
          probe_veth(),
          probe_bridge(),
          probe_packet_sockets(),
          probe_ip_vs(),
          probe_ipip(),
          probe_netem(),
          probe_uml(),
          probe_ptrace(),
          probe_ipvsadm()};
}

}  // namespace lvslab::kernel
