#pragma once
// Which addresses are this host's own, and by which way others are reached: connected networks,
// configured routes and default, by longest prefix. Never changed: a host whose addresses change
// makes another one.
//
// Every interface also has the IPv6 link-local address of its MAC. What is link-local is on one
// link: the lookups take the interface that is meant (`scope`).
//
// Lookups go through all routes in order of falling prefix length: made for labs, with tens of
// routes, not for tables of the Internet.

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/host/config.hh"
#include "emulator/host/source_address.hh"

namespace lvslab::host {

struct Route {
  uint32_t port = 0;
  wire::IpAddress next_hop;  // the gateway, or the destination itself when it is on link
  wire::IpAddress source;    // IPv4: preferred source address; of either: source_for()
  uint32_t mtu = 1500;       // bytes of IP packet
};

class RouteTable {
 public:
  // Throws UsageError when a gateway is on none of the networks or an interface is not there.
  explicit RouteTable(const HostConfig& config);

  // The way to an address that is not local.
  std::optional<Route> lookup(const wire::IpAddress& to, uint32_t scope = 0) const;

  // The preferred source address of what takes that way to `to`. IPv6 chooses among all addresses
  // (source_address.hh), which most packets need not know.
  wire::IpAddress source_for(const Route& route, const wire::IpAddress& to) const {
    return to.is_v6() ? source6(route.port, to) : route.source;
  }

  // On an interface or on lo, or every router's where this is one. An IPv4 prefix shorter than /32
  // on lo is local as a whole, as on Linux; of an IPv6 one only the address.
  bool is_local(const wire::IpAddress& address) const;
  // The address that all routers of one of that interface's networks have together (RFC 4291,
  // 2.6.1; RFC 6164: of a /127 none).
  bool is_routers(uint32_t port, const wire::IpAddress& address) const;
  bool is_routers(const wire::IpAddress& address) const;
  // Configured on that very interface, or its link-local address.
  bool is_on(uint32_t port, const wire::IpAddress& address) const;
  // IPv6: that interface listens to the group as all nodes do, for the solicited-node addresses of
  // its own and of those that it has with other routers.
  bool is_joined(uint32_t port, const wire::IpAddress& group) const;
  const wire::IpAddress& link_local(uint32_t port) const { return interfaces_[port].link_local; }
  // 255.255.255.255 or the broadcast address of a connected network.
  bool is_broadcast(const wire::IpAddress& address) const;
  // One network of that interface holds both.
  bool on_link(uint32_t port, const wire::IpAddress& a, const wire::IpAddress& b) const;
  bool has_v4_address(uint32_t port) const;

  // The address best suited to speak to target by that interface. IPv4: one of its network, else
  // its first one, else any of the host's. IPv6: source_address.hh.
  std::optional<wire::IpAddress> source_towards(uint32_t port, const wire::IpAddress& target) const;

 private:
  struct Interface {
    std::vector<wire::Prefix> addresses;
    std::vector<wire::IpAddress> routers;  // is_routers()
    uint32_t mtu = 1500;
    wire::IpAddress link_local;
    std::vector<SourceCandidate> candidates;  // for IPv6 packets that leave here
    // The one address that all targets beyond the link are spoken to from, if it is so simple.
    std::optional<wire::IpAddress> only;
  };
  struct Entry {
    wire::Prefix destination;
    std::optional<wire::IpAddress> via;
    uint32_t port = 0;
    wire::IpAddress source;  // IPv4
  };

  void list_candidates(uint32_t port);
  wire::IpAddress source6(uint32_t port, const wire::IpAddress& target) const;
  Entry configured(const HostConfig& config, const RouteConfig& route) const;

  bool routing_;
  std::vector<Interface> interfaces_;
  std::vector<wire::Prefix> loopback_;
  std::vector<Entry> entries_;  // longest prefix first
};

}  // namespace lvslab::host
