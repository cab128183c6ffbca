#include "emulator/lab/kernel_host.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/host/identity.hh"
#include "emulator/kernel/sysctl.hh"
#include "emulator/lab/listening.hh"

namespace lvslab::lab {

namespace {

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

std::vector<kernel::SysctlSetting> defaults_for(const topology::Host& host) {
  const bool forwards =
      host.role == topology::Role::router || host.role == topology::Role::director;
  std::vector<kernel::SysctlSetting> settings = {
      {"net.ipv4.ip_forward", forwards ? "1" : "0"},
      // Every ICMP error is evidence; none may be held back (default: one a second and target).
      {"net.ipv4.icmp_ratelimit", "0"}};
  for (const std::string scope : {"all", "default", "lo"})
    for (const auto& [name, value] : kInterfaceDefaults)
      settings.emplace_back("net.ipv4.conf." + scope + "." + std::string(name), value);
  return settings;
}

bool has_ipv6(const topology::Host& host) {
  const auto is_v6 = [](const wire::Prefix& prefix) { return prefix.address.is_v6(); };
  return std::any_of(host.loopback.begin(), host.loopback.end(), is_v6) ||
         std::any_of(host.interfaces.begin(), host.interfaces.end(), [&](const auto& interface) {
           return std::any_of(interface.addresses.begin(), interface.addresses.end(), is_v6);
         });
}

std::optional<std::string> answer(const std::string& server, topology::Transport transport,
                                  const kernel::Arrival& arrival) {
  if (transport == topology::Transport::udp)
    return host::identity_datagram_reply(server, arrival.peer, arrival.bytes);
  if (!host::identity_request_complete(arrival.bytes)) return {};
  return host::identity_http_reply(server, arrival.peer);
}

}  // namespace

KernelHost::KernelHost(const topology::Host& host, FabricNetwork& fabric)
    : host_(host), namespace_(kernel::Namespace::make()), netlink_(namespace_) {
  kernel::silence_ipv6(namespace_, has_ipv6(host));
  // Before there are links: new ones copy `default`.
  kernel::set_sysctls(namespace_, defaults_for(host));
  netlink_.set_up("lo");
  for (const auto& interface : host.interfaces) fabric.join(host, interface, namespace_);
}

void KernelHost::configure() {
  for (const auto& address : host_.loopback) netlink_.add_address("lo", address);
  for (const auto& interface : host_.interfaces)
    for (const auto& address : interface.addresses) netlink_.add_address(interface.name, address);
  if (host_.tunnel) tunnel_ = kernel::make_tunnel_device(namespace_);
  for (const auto& gateway : host_.gateways)
    netlink_.add_route({wire::Prefix{gateway.masked(0), 0}, gateway, "", {}});
  for (const auto& route : host_.routes) netlink_.add_route({route.to, route.via, "", {}});
  const std::vector<kernel::SysctlSetting> settings(host_.sysctls.begin(), host_.sysctls.end());
  kernel::set_sysctls(namespace_, settings);
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

void KernelHost::start(kernel::EventLoop& loop, const topology::ExecService& service,
                       const std::string& hosts) {
  kernel::ProgramOptions options;
  options.hosts = hosts;
  options.hostname = host_.name;
  programs_.emplace_back(namespace_, service.command, options);
  if (!service.ready) return;
  auto& program = programs_.back();
  const auto ready = [&] {
    if (const auto status = program.wait(Duration::zero()))
      throw UsageError(host_.name + ": program " + service.command[0] + " ended with status " +
                       std::to_string(*status) + " before it listened on port " +
                       std::to_string(service.ready->port));
    return is_listening(namespace_, service.ready->transport, service.ready->port);
  };
  // A listening socket gives no event to wait for: asked again every 2 ms, until the deadline.
  const Time deadline = loop.now() + kReadyWithin;
  while (!ready()) {
    if (loop.now() >= deadline)
      throw UsageError(host_.name + ": program " + service.command[0] + " did not listen on port " +
                       std::to_string(service.ready->port) + " within 10 s");
    loop.run_for(std::chrono::milliseconds(2));
  }
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
