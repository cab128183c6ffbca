#pragma once
// A host of the lab that is a namespace of this kernel: interfaces, addresses, routes, sysctls, a
// tunnel device, and its services.

#include <list>
#include <memory>
#include <vector>

#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/ipip.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/kernel/program.hh"
#include "emulator/kernel/server.hh"
#include "emulator/lab/fabric_network.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

class KernelHost {
 public:
  // Joined to the fabric, but without addresses yet: addressing comes when all links are up.
  KernelHost(const topology::Host& host, FabricNetwork& fabric);

  // Addresses, routes, tunnel device, the file's sysctls.
  void configure();
  // Its built-in services answer from the loop; its programs are started and awaited.
  // `hosts` is the text of /etc/hosts for programs.
  void serve(kernel::EventLoop& loop, const std::string& hosts);
  // A director that is a program of the user's: started, and awaited as the file says.
  void start_director(kernel::EventLoop& loop, const std::string& hosts);
  // What a firewall would mark for the kernel's IPVS here. Throws Unavailable where it can't be.
  void mark(kernel::EventLoop& loop);
  // Gives the kernel's IPVS here rules, by ipvsadm(8), up to the first that it refuses; how many it
  // took. `why`: what it said.
  size_t apply(kernel::EventLoop& loop, const std::vector<topology::Rule>& rules, std::string& why);

  // An address comes and goes while the host runs, and its neighbours are told whose it is now.
  void add_address(const std::string& interface, const wire::Prefix& address);
  void remove_address(const std::string& interface, const wire::Prefix& address);
  void announce(const std::string& interface, const wire::IpAddress& address);

  // How many the kernel's IPVS here lists (ip_vs_conn of proc(5)); nothing without IPVS.
  std::optional<size_t> ipvs_connections() const;

  const std::string& name() const { return host_.name; }
  const kernel::Namespace& in() const { return namespace_; }
  kernel::Netlink& netlink() { return netlink_; }
  // How tunnels end here, for people: "kernel ipip", "user space"; "" without tunnel.
  std::string tunnel_kind() const;

 private:
  void await_ipv6();
  void start(kernel::EventLoop& loop, const topology::IdentityService& service);
  void start(kernel::EventLoop& loop, const topology::ExecService& service,
             const std::string& hosts);
  kernel::Program& start_program(const std::vector<std::string>& command, const std::string& hosts);
  void await_port(kernel::EventLoop& loop, kernel::Program& program, const std::string& name,
                  const topology::IdentityService& port);

  const topology::Host& host_;
  kernel::Namespace namespace_;
  kernel::Netlink netlink_;
  std::optional<kernel::TunnelDevice> tunnel_;
  std::vector<kernel::EventLoop::Token> tokens_;
  std::vector<std::unique_ptr<kernel::TcpServer>> tcp_;
  std::vector<std::unique_ptr<kernel::UdpServer>> udp_;
  std::list<kernel::Program> programs_;
};

}  // namespace lvslab::lab
