#include "emulator/conform/kernel_case.hh"

#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/conform/listing.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/kernel/program.hh"
#include "emulator/kernel/sysctl.hh"
#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::conform {

namespace {

constexpr Duration kUpWithin = std::chrono::seconds(30);

std::vector<std::string> names_of(const std::vector<Interface>& interfaces) {
  std::vector<std::string> names;
  for (const Interface& interface : interfaces) names.push_back(interface.name);
  return names;
}

}  // namespace

KernelCase::KernelCase(const Case& played, std::string ipvsadm)
    : case_(played), in_(kernel::Namespace::make()), ipvsadm_(in_, std::move(ipvsadm)) {
  set_up();
}

// Everything that a new namespace may have from the machine and that frames depend on.
void KernelCase::set_sysctls() {
  const std::string forwarding = case_.forwarding ? "1" : "0";
  // ip_forward first: writing it resets others.
  std::vector<kernel::SysctlSetting> settings = {{"net.ipv4.ip_forward", forwarding},
                                                 {"net.ipv4.icmp_ratemask", "0"},
                                                 {"net.ipv4.ip_default_ttl", "64"}};
  for (const char* scope : {"all", "default"}) {
    const std::string conf = std::string("net.ipv4.conf.") + scope + ".";
    for (const char* off : {"rp_filter", "send_redirects", "accept_redirects",
                            "accept_source_route", "accept_local", "arp_ignore", "arp_announce"})
      settings.emplace_back(conf + off, "0");
  }
  kernel::set_sysctls(in_, settings);
  kernel::silence_ipv6(in_, true);
  kernel::set_sysctl_if_there(in_, "net.ipv6.conf.all.forwarding", forwarding);
  kernel::set_sysctl_if_there(in_, "net.ipv6.icmp.ratelimit", "0");
  // No kind of error is limited: a limit for all of the machine (icmp_msgs_burst) is spent at
  // random, and an error takes the tokens of redirects to the same address.
  kernel::set_sysctl_if_there(in_, "net.ipv6.icmp.ratemask", "\n");
  // Else what it makes bears a hash with a secret of the boot.
  kernel::set_sysctl_if_there(in_, "net.ipv6.auto_flowlabels", "0");
}

// By tc(8), which sets what a firewall's MARK would before IPVS sees the packet.
void KernelCase::set_marks() {
  if (case_.marks.empty()) return;
  constexpr Duration kWithin = std::chrono::seconds(30);
  std::string script = "set -e\n";
  for (const Interface& interface : case_.interfaces) {
    const std::string device = " dev " + interface.name + " ";
    script += "tc qdisc add" + device + "clsact\n";
    for (const Mark& mark : case_.marks)
      script += "tc filter add" + device + "ingress protocol " +
                (mark.to.address.is_v6() ? "ipv6" : "ip") + " flower dst_ip " +
                mark.to.to_string() + " action skbedit mark " + std::to_string(mark.mark) +
                " pass\n";
  }
  kernel::EventLoop loop;
  const auto done = kernel::run_program(loop, in_, {"sh", "-c", script}, {}, kWithin);
  if (done.status != 0) throw SystemError("mark packets by tc(8)", done.output, EOPNOTSUPP);
}

void KernelCase::set_up() {
  set_sysctls();
  kernel::Netlink netlink(in_);
  netlink.set_up("lo");
  for (const Interface& interface : case_.interfaces) {
    taps_.emplace_back(in_, interface.name);
    netlink.set_mac(interface.name, interface.mac);
    if (interface.mtu != 1500) netlink.set_mtu(interface.name, interface.mtu);
    netlink.set_up(interface.name);
  }
  for (const Interface& interface : case_.interfaces) {
    netlink.add_address(interface.name, {wire::link_local_of(interface.mac), 64});
    for (const auto& address : interface.addresses) netlink.add_address(interface.name, address);
  }
  // An IPv6 address is no source and has no route before a worker of the kernel saw to it.
  netlink.wait_up(names_of(case_.interfaces), kUpWithin);
  for (const Neighbour& neighbour : case_.neighbours)
    netlink.add_neighbour(case_.interfaces[neighbour.port].name, neighbour.address, neighbour.mac);
  for (const Route& route : case_.routes) netlink.add_route({route.to, route.via, "", {}});
  set_marks();
  Answer before;
  read_frames(before);
}

std::optional<Duration> KernelCase::wait_begins() {
  const Event& event = case_.events[next_];
  if (event.kind != EventKind::wait) return {};
  ++next_;
  waiting_ = true;
  answers_.events.emplace_back();
  return event.pause;
}

void KernelCase::end_wait() {
  if (waiting_) read_frames(answers_.events.back());
  waiting_ = false;
}

void KernelCase::play(const Event& event) {
  ++next_;
  Answer& answer = answers_.events.emplace_back();
  if (event.kind == EventKind::rule) {
    // What it does, it does in silence.
    answer.text = ipvsadm_.run(event.text).text;
    answer.refused = !answer.text.empty();
  } else if (event.kind == EventKind::listing) {
    const auto said = ipvsadm_.run(event.text);
    answer.refused = said.ended;
    answer.text = normalised(said.text);
  } else if (event.kind == EventKind::sysctl) {
    const size_t blank = event.text.find(' ');
    try {
      kernel::set_sysctl(in_, "net.ipv4.vs." + event.text.substr(0, blank),
                         event.text.substr(blank + 1));
    } catch (const SystemError& error) {
      answer.refused = true;
      answer.text = error.what();
    }
  } else if (event.kind == EventKind::frame) {
    auto tap = taps_.begin();
    std::advance(tap, event.port);
    // The device refuses what is no Ethernet frame; then nothing comes out either.
    tap->write(wire::Frame::copy_of(event.bytes));
  }
  read_frames(answer);
}

void KernelCase::read_frames(Answer& answer) {
  uint32_t port = 0;
  for (auto& tap : taps_) {
    while (const auto frame = tap.read())
      answer.frames.push_back({port, {frame->bytes().begin(), frame->bytes().end()}});
    ++port;
  }
}

}  // namespace lvslab::conform
