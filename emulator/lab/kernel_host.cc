#include "emulator/lab/kernel_host.hh"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "emulator/base/error.hh"
#include "emulator/host/identity.hh"
#include "emulator/kernel/announce.hh"
#include "emulator/kernel/sysctl.hh"
#include "emulator/lab/listening.hh"

namespace lvslab::lab {

namespace {

// What a director's program says by this status, as lvslab itself does.
constexpr int kCannotHere = 3;
constexpr Duration kReadyWithin = std::chrono::seconds(10);

// A new namespace copies its IPv4 interface settings from the first one of the machine, where
// distributions and administrators have changed them. These are the kernel's own defaults, set
// whatever was copied (ip-sysctl.rst).
constexpr std::pair<std::string_view, std::string_view> kInterfaceDefaults[] = {
    {"rp_filter", "0"},       {"arp_ignore", "0"},   {"arp_announce", "0"},
    {"arp_filter", "0"},      {"arp_accept", "0"},   {"accept_local", "0"},
    {"proxy_arp", "0"},       {"log_martians", "0"}, {"arp_notify", "0"},
    {"send_redirects", "1"},  {"shared_media", "1"}, {"route_localnet", "0"},
    {"secure_redirects", "1"}};

std::vector<kernel::SysctlSetting> interface_defaults(const std::string& interface) {
  std::vector<kernel::SysctlSetting> settings;
  for (const auto& [name, value] : kInterfaceDefaults)
    settings.emplace_back("net.ipv4.conf." + interface + "." + std::string(name), value);
  return settings;
}

std::vector<kernel::SysctlSetting> defaults_for(const topology::Host& host) {
  const bool forwards =
      host.role == topology::Role::router || host.role == topology::Role::director;
  std::vector<kernel::SysctlSetting> settings = {
      {"net.ipv4.ip_forward", forwards ? "1" : "0"},
      // Every ICMP error is evidence; none may be held back (default: one a second and target).
      {"net.ipv4.icmp_ratelimit", "0"}};
  for (const std::string scope : {"all", "default", "lo"})
    for (auto& setting : interface_defaults(scope)) settings.push_back(std::move(setting));
  return settings;
}

// Routers need link-local addresses: a packet that crosses them is no source of theirs, and Linux
// then solicits neighbours from the link-local address or not at all.
std::vector<kernel::SysctlSetting> defaults_for_ipv6(const topology::Host& host) {
  const bool forwards =
      host.role == topology::Role::router || host.role == topology::Role::director;
  return {{"net.ipv6.conf.default.addr_gen_mode", "0"},  // modified EUI-64 (RFC 4291)
          {"net.ipv6.conf.all.forwarding", forwards ? "1" : "0"},
          {"net.ipv6.icmp.ratelimit", "0"}};
}

bool has_ipv6(const topology::Host& host) {
  const auto is_v6 = [](const wire::Prefix& prefix) { return prefix.address.is_v6(); };
  return std::any_of(host.loopback.begin(), host.loopback.end(), is_v6) ||
         std::any_of(host.interfaces.begin(), host.interfaces.end(), [&](const auto& interface) {
           return std::any_of(interface.addresses.begin(), interface.addresses.end(), is_v6);
         });
}

// A rule may begin with the command's name, as it is typed.
std::string without_name(const std::string& rule) {
  std::istringstream words(rule);
  std::string first;
  words >> first;
  return first == "ipvsadm" ? rule.substr(rule.find(first) + first.size()) : rule;
}

// What tc(8) takes behind `filter add ... prio N`.
std::string filter_for(const topology::MarkSpec& spec) {
  std::string text = spec.to.address.is_v6() ? "protocol ipv6" : "protocol ip";
  text += " flower dst_ip " + spec.to.to_string();
  if (spec.over) text += spec.over == topology::Transport::tcp ? " ip_proto tcp" : " ip_proto udp";
  if (spec.port) text += " dst_port " + std::to_string(spec.port);
  return text + " action skbedit mark " + std::to_string(spec.mark) + " pass";
}

constexpr Duration kIpv6Within = std::chrono::seconds(10);

std::optional<kernel::Reply> answer(const std::string& server, topology::Transport transport,
                                    const kernel::Arrival& arrival) {
  if (transport == topology::Transport::udp)
    return host::identity_datagram_reply(server, arrival.peer, arrival.bytes);
  if (!host::identity_request_complete(arrival.bytes)) return {};
  const bool keep_open = host::identity_request_keeps_open(arrival.bytes);
  return kernel::Reply(host::identity_http_reply(server, arrival.peer, keep_open), keep_open);
}

}  // namespace

KernelHost::KernelHost(const topology::Host& host, FabricNetwork& fabric)
    : host_(host), namespace_(kernel::Namespace::make()), netlink_(namespace_) {
  kernel::silence_ipv6(namespace_, has_ipv6(host));
  // Before there are links: new ones copy `default`.
  kernel::set_sysctls(namespace_, defaults_for(host));
  if (has_ipv6(host)) kernel::set_sysctls(namespace_, defaults_for_ipv6(host));
  netlink_.set_up("lo");
  for (const auto& interface : host.interfaces) fabric.join(host, interface, namespace_);
}

void KernelHost::configure() {
  for (const auto& address : host_.loopback) netlink_.add_address("lo", address);
  for (const auto& interface : host_.interfaces)
    for (const auto& address : interface.addresses) netlink_.add_address(interface.name, address);
  if (host_.tunnel) {
    tunnel_ = kernel::make_tunnel_device(namespace_);
    // The kernel's own tunl0 came with the namespace, before our defaults.
    kernel::set_sysctls(namespace_, interface_defaults(tunnel_->name));
  }
  for (const auto& gateway : host_.gateways)
    netlink_.add_route({wire::Prefix{gateway.masked(0), 0}, gateway, "", {}});
  for (const auto& route : host_.routes) netlink_.add_route({route.to, route.via, "", {}});
  const std::vector<kernel::SysctlSetting> settings(host_.sysctls.begin(), host_.sysctls.end());
  kernel::set_sysctls(namespace_, settings);
  if (has_ipv6(host_)) await_ipv6();
}

// A new IPv6 address is used, and answers solicitations, a moment after it was added.
void KernelHost::await_ipv6() {
  std::vector<std::string> names;
  for (const auto& interface : host_.interfaces) names.push_back(interface.name);
  netlink_.wait_up(names, kIpv6Within);
}

void KernelHost::start(kernel::EventLoop& loop, const topology::IdentityService& service) {
  const auto respond = [name = host_.name,
                        transport = service.transport](const kernel::Arrival& arrival) {
    return answer(name, transport, arrival);
  };
  if (service.transport == topology::Transport::tcp)
    tcp_.push_back(std::make_unique<kernel::TcpServer>(loop, namespace_, service.port, respond));
  else
    udp_.push_back(std::make_unique<kernel::UdpServer>(loop, namespace_, service.port, respond));
}

kernel::Program& KernelHost::start_program(const std::vector<std::string>& command,
                                           const std::string& hosts) {
  kernel::ProgramOptions options;
  options.hosts = hosts;
  options.hostname = host_.name;
  return programs_.emplace_back(namespace_, command, options);
}

void KernelHost::await_port(kernel::EventLoop& loop, kernel::Program& program,
                            const std::string& name, const topology::IdentityService& port) {
  const auto ready = [&] {
    if (const auto status = program.wait(Duration::zero()))
      throw UsageError(host_.name + ": program " + name + " ended with status " +
                       std::to_string(*status) + " before it listened on port " +
                       std::to_string(port.port));
    return is_listening(namespace_, port.transport, port.port);
  };
  // A listening socket gives no event to wait for: asked again every 2 ms, until the deadline.
  const Time deadline = loop.now() + kReadyWithin;
  while (!ready()) {
    if (loop.now() >= deadline)
      throw UsageError(host_.name + ": program " + name + " did not listen on port " +
                       std::to_string(port.port) + " within 10 s");
    loop.run_for(std::chrono::milliseconds(2));
  }
}

void KernelHost::start(kernel::EventLoop& loop, const topology::ExecService& service,
                       const std::string& hosts) {
  auto& program = start_program(service.command, hosts);
  if (service.ready) await_port(loop, program, service.command[0], *service.ready);
}

void KernelHost::start_director(kernel::EventLoop& loop, const std::string& hosts) {
  const std::string& name = host_.command.at(0);
  auto& program = start_program(host_.command, hosts);
  if (host_.ready_when == topology::ReadyWhen::listening)
    return await_port(loop, program, name, host_.ready_at);
  if (host_.ready_when == topology::ReadyWhen::started) return;
  bool ended = false;
  const auto token = loop.add(program.exit_fd(), EPOLLIN, [&](uint32_t) { ended = true; });
  loop.run_until([&] { return ended; }, loop.now() + kReadyWithin);
  const auto status = ended ? program.wait(Duration::zero()) : std::nullopt;
  if (!status)
    throw UsageError(host_.name + ": program " + name + " still runs after 10 s; if it is to " +
                     "run on, say when it is ready: `ready: tcp/80` or `ready: started`");
  if (*status == kCannotHere)
    throw Unavailable(host_.name + ": program " + name, "it says that it can't run on this kernel");
  if (*status != 0)
    throw UsageError(host_.name + ": program " + name + " ended with status " +
                     std::to_string(*status));
}

// By tc(8) at the interfaces: skbedit sets what a firewall's MARK would, before IPVS sees the
// packet, and it is there where a kernel has no IPv4 in nftables. The first filter that fits
// counts, so the last of the file comes first.
void KernelHost::mark(kernel::EventLoop& loop) {
  if (host_.marks.empty()) return;
  std::string script = "set -e\n";
  for (const auto& interface : host_.interfaces) {
    const std::string device = " dev " + interface.name + " ";
    script += "tc qdisc add" + device + "clsact\n";
    for (size_t i = 0; i < host_.marks.size(); ++i)
      script += "tc filter add" + device + "ingress prio " +
                std::to_string(host_.marks.size() - i) + " " + filter_for(host_.marks[i]) + "\n";
  }
  const auto result = kernel::run_program(loop, namespace_, {"sh", "-c", script}, {}, kReadyWithin);
  if (result.status == 0) return;
  throw Unavailable(host_.name + ": marks by tc(8): " +
                        (result.status ? result.output : "it did not end within 10 s"),
                    "a kernel with sch_ingress, cls_flower and act_skbedit; or --on uml");
}

size_t KernelHost::apply(kernel::EventLoop& loop, const std::vector<topology::Rule>& rules,
                         std::string& why) {
  // One shell for all of them: on a slow kernel, making a host's process costs more than ipvsadm.
  // It tells how many were taken in its last line.
  constexpr const char* kEach =
      "set -f; n=0; for rule; do ipvsadm $rule 2>&1 || break; n=$((n+1)); done; echo; echo $n";
  std::vector<std::string> command = {"sh", "-c", kEach, "sh"};
  for (const auto& rule : rules) command.push_back(without_name(rule.text));
  const auto result = kernel::run_program(loop, namespace_, command, {}, kReadyWithin);
  if (!result.status) {
    why = "ipvsadm did not end within 10 s";
    return 0;
  }
  why = result.output;
  const auto cut_last_line = [&why] {
    while (why.ends_with('\n')) why.pop_back();
    const size_t at = why.rfind('\n') + 1;
    return std::exchange(why, why.substr(0, at)).substr(at);
  };
  const std::string count = cut_last_line();
  while (why.ends_with('\n')) why.pop_back();
  return std::strtoul(count.c_str(), nullptr, 10);
}

void KernelHost::add_address(const std::string& interface, const wire::Prefix& address) {
  netlink_.add_address(interface, address);
  if (address.address.is_v6()) await_ipv6();
}

void KernelHost::remove_address(const std::string& interface, const wire::Prefix& address) {
  netlink_.remove_address(interface, address);
}

void KernelHost::announce(const std::string& interface, const wire::IpAddress& address) {
  const auto& all = host_.interfaces;
  const auto own =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == interface; });
  const bool forwards =
      host_.role == topology::Role::router || host_.role == topology::Role::director;
  kernel::announce(namespace_, interface, own->mac, address, forwards);
}

std::optional<size_t> KernelHost::ipvs_connections() const {
  return namespace_.run([]() -> std::optional<size_t> {
    std::ifstream table("/proc/thread-self/net/ip_vs_conn");
    std::string line;
    if (!std::getline(table, line)) return {};  // the header
    size_t count = 0;
    while (std::getline(table, line)) ++count;
    return count;
  });
}

void KernelHost::serve(kernel::EventLoop& loop, const std::string& hosts) {
  if (tunnel_ && tunnel_->device) {
    auto& device = *tunnel_->device;
    for (const int fd : {device.socket_fd(), device.device_fd()})
      tokens_.push_back(loop.add(fd, EPOLLIN, [&device](uint32_t) { device.pump(); }));
  }
  for (const auto& service : host_.services) {
    if (const auto* identity = std::get_if<topology::IdentityService>(&service.what))
      start(loop, *identity);
    else
      start(loop, std::get<topology::ExecService>(service.what), hosts);
  }
}

std::string KernelHost::tunnel_kind() const {
  if (!tunnel_) return "";
  return tunnel_->kind == kernel::TunnelKind::kernel_ipip ? "kernel ipip" : "user space";
}

}  // namespace lvslab::lab
