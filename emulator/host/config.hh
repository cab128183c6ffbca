#pragma once
// What an embedded host is, as values. Sysctls keep the kernel's meaning and numbers; where the
// kernel takes the larger of `all` and the interface, so does Host.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/wire/address.hh"

namespace lvslab::host {

// net.ipv4.conf.{all,IFACE}.*: the effective value is the larger of the two (ip-sysctl.rst).
struct InterfacePolicy {
  int arp_ignore = 0;    // 0, 1, 2
  int arp_announce = 0;  // 0, 1, 2
  int rp_filter = 0;     // 0 off, 1 strict, 2 loose (RFC 3704)
};

struct InterfaceConfig {
  std::string name;
  wire::Mac mac;
  uint32_t mtu = 1500;                  // bytes of IP packet
  std::vector<wire::Prefix> addresses;  // the IPv6 link-local one comes of itself
  InterfacePolicy policy;
};

struct RouteConfig {
  wire::Prefix destination;              // 0.0.0.0/0: default
  std::optional<wire::IpAddress> via;    // gateway on one of the interfaces' networks
  std::optional<std::string> interface;  // for routes without gateway
};

// A neighbour that nobody has to be asked about, and nobody talks out of it (`nud permanent`).
struct NeighbourConfig {
  std::string interface;
  wire::IpAddress address;
  wire::Mac mac;
};

struct HostConfig {
  std::string name;
  std::vector<InterfaceConfig> interfaces;
  std::vector<wire::Prefix> loopback;  // addresses on lo beside 127.0.0.1/8, ::1
  std::vector<RouteConfig> routes;     // beside the connected ones
  InterfacePolicy all;                 // net.ipv4.conf.all.*
  bool forwarding = false;             // net.ipv4.ip_forward and net.ipv6.conf.all.forwarding
  bool send_redirects = false;         // net.ipv4.conf.all.send_redirects
  // A tunl0 that takes packets of IP protocol 4 off (RFC 2003), with ip6tnl0 (RFC 2473, both inner
  // families) and sit0 (RFC 4213, protocol 41); absent: the protocol is unreachable.
  std::optional<InterfacePolicy> tunnel;
  std::vector<NeighbourConfig> neighbours{};
  uint64_t seed = 1;  // IP ids, TCP sequence numbers
};

}  // namespace lvslab::host
