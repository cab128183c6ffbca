#include "emulator/host/routes.hh"

#include <algorithm>

#include "emulator/base/error.hh"

namespace lvslab::host {

using wire::IpAddress;
using wire::Prefix;

RouteTable::RouteTable(const HostConfig& config) : loopback_(config.loopback) {
  loopback_.push_back(*Prefix::parse("127.0.0.1/8"));
  loopback_.push_back(*Prefix::parse("::1/128"));
  for (const InterfaceConfig& interface : config.interfaces) {
    const auto port = static_cast<uint32_t>(interfaces_.size());
    interfaces_.push_back({interface.addresses, interface.mtu});
    for (const Prefix& address : interface.addresses)
      entries_.push_back({address, {}, port, address.address});
  }
  for (const RouteConfig& route : config.routes) entries_.push_back(configured(config, route));
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.destination.length > b.destination.length;
  });
}

RouteTable::Entry RouteTable::configured(const HostConfig& config, const RouteConfig& route) const {
  Entry entry{route.destination, route.via, 0, {}};
  const auto fits = [&](uint32_t port) {
    if (route.interface && config.interfaces[port].name != *route.interface) return false;
    return !route.via || on_link(port, *route.via, *route.via);
  };
  const auto count = static_cast<uint32_t>(interfaces_.size());
  while (entry.port < count && !fits(entry.port)) ++entry.port;
  if (entry.port == count || (!route.via && !route.interface))
    throw UsageError("host " + config.name + ": route to " + route.destination.to_string() +
                     (route.via ? " via " + route.via->to_string() : std::string()) +
                     ": the gateway is on none of the interfaces' networks");
  const IpAddress& towards = route.via ? *route.via : route.destination.address;
  if (const auto source = source_towards(entry.port, towards)) entry.source = *source;
  return entry;
}

std::optional<Route> RouteTable::lookup(const IpAddress& to) const {
  for (const Entry& entry : entries_) {
    if (!entry.destination.contains(to)) continue;
    return Route{entry.port, entry.via.value_or(to), entry.source, interfaces_[entry.port].mtu};
  }
  return {};
}

bool RouteTable::is_local(const IpAddress& address) const {
  for (uint32_t port = 0; port < interfaces_.size(); ++port)
    if (is_on(port, address)) return true;
  return std::any_of(loopback_.begin(), loopback_.end(),
                     [&](const Prefix& prefix) { return prefix.contains(address); });
}

bool RouteTable::is_on(uint32_t port, const IpAddress& address) const {
  const auto& addresses = interfaces_[port].addresses;
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Prefix& prefix) { return prefix.address == address; });
}

bool RouteTable::is_broadcast(const IpAddress& address) const {
  if (address.is_v6()) return false;
  const uint32_t value = address.v4_value();
  if (value == 0xffffffff) return true;
  for (const Interface& interface : interfaces_)
    for (const Prefix& prefix : interface.addresses) {
      if (prefix.address.is_v6() || prefix.length > 30) continue;  // RFC 3021: /31 has none
      const uint32_t host_bits = 0xffffffffU >> prefix.length;
      if (value == (prefix.address.v4_value() | host_bits)) return true;
    }
  return false;
}

bool RouteTable::on_link(uint32_t port, const IpAddress& a, const IpAddress& b) const {
  const auto& addresses = interfaces_[port].addresses;
  return std::any_of(addresses.begin(), addresses.end(), [&](const Prefix& prefix) {
    return prefix.contains(a) && prefix.contains(b);
  });
}

std::optional<IpAddress> RouteTable::source_towards(uint32_t port, const IpAddress& target) const {
  std::optional<IpAddress> any;
  for (const Prefix& prefix : interfaces_[port].addresses) {
    if (prefix.contains(target)) return prefix.address;
    if (!any && prefix.address.family() == target.family()) any = prefix.address;
  }
  for (const Interface& interface : interfaces_)
    for (const Prefix& prefix : interface.addresses)
      if (!any && prefix.address.family() == target.family()) any = prefix.address;
  return any;
}

}  // namespace lvslab::host
