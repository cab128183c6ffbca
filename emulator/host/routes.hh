#pragma once
// Which addresses are this host's own, and by which way others are reached: connected networks,
// configured routes and default, by longest prefix. Fixed for the host's life.
//
// Lookups go through all routes in order of falling prefix length: made for labs, with tens of
// routes, not for tables of the Internet.

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/host/config.hh"

namespace lvslab::host {

struct Route {
  uint32_t port = 0;
  wire::IpAddress next_hop;  // the gateway, or the destination itself when it is on link
  wire::IpAddress source;    // preferred source address
  uint32_t mtu = 1500;       // bytes of IP packet
};

class RouteTable {
 public:
  // Throws UsageError when a gateway is on none of the networks or an interface is not there.
  explicit RouteTable(const HostConfig& config);

  // The way to an address that is not local.
  std::optional<Route> lookup(const wire::IpAddress& to) const;

  // On an interface or on lo. A prefix shorter than /32 on lo is local as a whole, as on Linux.
  bool is_local(const wire::IpAddress& address) const;
  // Configured on that very interface.
  bool is_on(uint32_t port, const wire::IpAddress& address) const;
  // 255.255.255.255 or the broadcast address of a connected network.
  bool is_broadcast(const wire::IpAddress& address) const;
  // One network of that interface holds both.
  bool on_link(uint32_t port, const wire::IpAddress& a, const wire::IpAddress& b) const;
  bool has_address(uint32_t port) const { return !interfaces_[port].addresses.empty(); }

  // The interface's address best suited to speak to target: one of its network, else the first
  // one, else any of the host's.
  std::optional<wire::IpAddress> source_towards(uint32_t port, const wire::IpAddress& target) const;

 private:
  struct Interface {
    std::vector<wire::Prefix> addresses;
    uint32_t mtu = 1500;
  };
  struct Entry {
    wire::Prefix destination;
    std::optional<wire::IpAddress> via;
    uint32_t port = 0;
    wire::IpAddress source;
  };

  Entry configured(const HostConfig& config, const RouteConfig& route) const;

  std::vector<Interface> interfaces_;
  std::vector<wire::Prefix> loopback_;
  std::vector<Entry> entries_;  // longest prefix first
};

}  // namespace lvslab::host
