#include "emulator/host/routes.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::host {

using wire::IpAddress;
using wire::Prefix;

namespace {

std::vector<IpAddress> routers_of(const std::vector<Prefix>& addresses) {
  constexpr unsigned kPointToPoint = 127;  // RFC 6164
  std::vector<IpAddress> routers;
  for (const Prefix& own : addresses)
    if (own.address.is_v6() && own.length < kPointToPoint && own.network() != own.address)
      routers.push_back(own.network());
  return routers;
}

}  // namespace

RouteTable::RouteTable(const HostConfig& config)
    : routing_(config.forwarding), loopback_(config.loopback) {
  static const Prefix kLoopback4 = *Prefix::parse("127.0.0.1/8");
  static const Prefix kLoopback6 = *Prefix::parse("::1/128");
  loopback_.push_back(kLoopback4);
  loopback_.push_back(kLoopback6);
  interfaces_.reserve(config.interfaces.size());
  size_t addresses = loopback_.size();
  for (const InterfaceConfig& interface : config.interfaces)
    addresses += interface.addresses.size() + 1;
  entries_.reserve(addresses + config.routes.size());
  for (const InterfaceConfig& interface : config.interfaces) {
    const auto port = static_cast<uint32_t>(interfaces_.size());
    const IpAddress link_local = wire::link_local_of(interface.mac);
    interfaces_.push_back({{}, {}, interface.mtu, link_local, {}, {}});
    auto& own = interfaces_.back().addresses;
    own.reserve(interface.addresses.size() + 1);
    own = interface.addresses;
    own.push_back({link_local, 64});
    interfaces_.back().routers = routers_of(own);
    for (const Prefix& address : interfaces_.back().addresses)
      entries_.push_back({address, {}, port, address.address});
  }
  for (uint32_t port = 0; port < interfaces_.size(); ++port) {
    interfaces_[port].candidates.reserve(addresses);
    list_candidates(port);
  }
  for (const RouteConfig& route : config.routes) entries_.push_back(configured(config, route));
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.destination.length > b.destination.length;
  });
}

// In the order in which Linux finds them, which decides between equals: lo before the interfaces,
// and the address that was added last before those added earlier.
void RouteTable::list_candidates(uint32_t port) {
  auto& candidates = interfaces_[port].candidates;
  const auto list = [&](const std::vector<Prefix>& addresses, bool outgoing) {
    for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
      const bool own_link_alone =
          address->address.is_link_local() || address->address.is_loopback();
      if (address->address.is_v6() && (outgoing || !own_link_alone))
        candidates.push_back({*address, outgoing});
    }
  };
  list(loopback_, false);
  for (uint32_t each = 0; each < interfaces_.size(); ++each)
    list(interfaces_[each].addresses, each == port);
  const auto speaks_here = [](const SourceCandidate& candidate) {
    return candidate.outgoing && !candidate.address.address.is_link_local();
  };
  if (std::count_if(candidates.begin(), candidates.end(), speaks_here) == 1)
    interfaces_[port].only =
        std::find_if(candidates.begin(), candidates.end(), speaks_here)->address.address;
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
  if (const auto source = source_towards(entry.port, towards); source && towards.is_v4())
    entry.source = *source;
  return entry;
}

std::optional<Route> RouteTable::lookup(const IpAddress& to, uint32_t scope) const {
  const bool one_link = to.is_v6() && to.is_link_local();
  for (const Entry& entry : entries_) {
    if (!entry.destination.contains(to) || (one_link && entry.port != scope)) continue;
    return Route{entry.port, entry.via.value_or(to), entry.source, interfaces_[entry.port].mtu};
  }
  return {};
}

IpAddress RouteTable::source6(uint32_t port, const IpAddress& target) const {
  const Interface& interface = interfaces_[port];
  if (interface.only && !target.is_link_local()) return *interface.only;
  return choose_source(interface.candidates, target).value_or(interface.link_local);
}

bool RouteTable::is_local(const IpAddress& address) const {
  for (uint32_t port = 0; port < interfaces_.size(); ++port)
    if (is_on(port, address)) return true;
  if (routing_ && is_routers(address)) return true;
  return std::any_of(loopback_.begin(), loopback_.end(), [&](const Prefix& prefix) {
    return address.is_v6() ? prefix.address == address : prefix.contains(address);
  });
}

bool RouteTable::is_routers(uint32_t port, const IpAddress& address) const {
  const auto& routers = interfaces_[port].routers;
  return std::find(routers.begin(), routers.end(), address) != routers.end();
}

bool RouteTable::is_routers(const IpAddress& address) const {
  for (uint32_t port = 0; port < interfaces_.size(); ++port)
    if (is_routers(port, address)) return true;
  return false;
}

bool RouteTable::is_joined(uint32_t port, const IpAddress& group) const {
  if (group == wire::all_nodes()) return true;
  const auto& routers = interfaces_[port].routers;
  if (routing_ && std::any_of(routers.begin(), routers.end(), [&](const IpAddress& own) {
        return wire::solicited_node_of(own) == group;
      }))
    return true;
  const auto& addresses = interfaces_[port].addresses;
  return std::any_of(addresses.begin(), addresses.end(), [&](const Prefix& prefix) {
    return prefix.address.is_v6() && wire::solicited_node_of(prefix.address) == group;
  });
}

bool RouteTable::has_v4_address(uint32_t port) const {
  const auto& addresses = interfaces_[port].addresses;
  return std::any_of(addresses.begin(), addresses.end(),
                     [](const Prefix& prefix) { return prefix.address.is_v4(); });
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
  if (target.is_v6()) return source6(port, target);
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
