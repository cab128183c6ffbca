#include "emulator/conform/kernel_case.hh"

#include <sstream>
#include <utility>

#include "emulator/base/error.hh"
#include "emulator/conform/listing.hh"
#include "emulator/conform/spawn.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/kernel/sysctl.hh"
#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::conform {

namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

KernelCase::KernelCase(const Case& played, std::string ipvsadm)
    : case_(played), ipvsadm_(std::move(ipvsadm)), in_(kernel::Namespace::make()) {
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
  // Else what it makes bears a hash with a secret of the boot.
  kernel::set_sysctl_if_there(in_, "net.ipv6.auto_flowlabels", "0");
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
  for (const Neighbour& neighbour : case_.neighbours)
    netlink.add_neighbour(case_.interfaces[neighbour.port].name, neighbour.address, neighbour.mac);
  for (const Route& route : case_.routes) netlink.add_route({route.to, route.via, "", {}});
  Answer before;
  read_frames(before);
}

std::optional<Duration> KernelCase::wait_begins() {
  const Event& event = case_.events[next_];
  if (event.kind == EventKind::listing && !std::exchange(rested_, true)) return kBeforeListing;
  rested_ = false;
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
  if (event.kind == EventKind::load) return load();
  ++next_;
  Answer& answer = answers_.events.emplace_back();
  if (event.kind == EventKind::rule) {
    run_ipvsadm(event.text, "", answer);
  } else if (event.kind == EventKind::listing) {
    run_ipvsadm(event.text, "", answer);
    answer.text = normalised(answer.text, event.text);
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

// Consecutive ones in one process: starting it costs more than the rules. One that is refused makes
// all of them so: which one it was ipvsadm does not tell.
void KernelCase::load() {
  std::string input;
  const size_t first = answers_.events.size();
  for (; !done() && case_.events[next_].kind == EventKind::load; ++next_) {
    input += case_.events[next_].text + "\n";
    answers_.events.emplace_back();
  }
  Answer answer;
  run_ipvsadm("-R", input, answer);
  for (size_t i = first; i < answers_.events.size(); ++i) answers_.events[i] = answer;
}

void KernelCase::run_ipvsadm(const std::string& options, const std::string& input, Answer& answer) {
  auto argv = words_of(options);
  argv.insert(argv.begin(), ipvsadm_);
  const kernel::Entered inside = in_.enter();
  Ran ran = run_here(argv, input);
  answer.refused = ran.status != 0;
  answer.text = std::move(ran.output);
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
