#include "emulator/host/host.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/host/originator.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

Host::Host(HostConfig config, Hooks* hooks)
    : config_(std::move(config)),
      hooks_(hooks),
      routes_(config_),
      tcp_(config_.seed),
      requests_(Random(config_.seed).split().next()),
      next_id_(static_cast<uint16_t>(Random(config_.seed).next())),
      next_fragment_id_(static_cast<uint32_t>(Random(config_.seed).next() >> 32)) {
  policies_.reserve(config_.interfaces.size());
  for (const InterfaceConfig& interface : config_.interfaces)
    policies_.push_back(effective(interface.policy));
  pin_neighbours();
}

void Host::restart(uint64_t seed) {
  config_.seed = seed;
  path_mtus_ = {};
  neighbours_.flush();
  redirect_rate_ = {};
  reassembly_ = Reassembly(kReassemblyTimeout);
  reassembly6_ = Reassembly(kReassemblyTimeout6);
  udp_.leave_all();
  tcp_.restart(seed);
  requests_ = Requests(Random(seed).split().next());
  drops_ = {};
  ledger_ = {};
  next_id_ = static_cast<uint16_t>(Random(seed).next());
  next_fragment_id_ = static_cast<uint32_t>(Random(seed).next() >> 32);
  largest_fragment_ = 0;
  options_ = {};
  cause_ = 0;
}

void Host::pin_neighbours() {
  neighbours_.reserve(config_.neighbours.size());
  for (const NeighbourConfig& neighbour : config_.neighbours) {
    const auto& interfaces = config_.interfaces;
    const auto found = std::find_if(
        interfaces.begin(), interfaces.end(),
        [&](const InterfaceConfig& interface) { return interface.name == neighbour.interface; });
    if (found == interfaces.end())
      throw UsageError("host " + config_.name + ": neighbour " + neighbour.address.to_string() +
                       ": there is no interface " + neighbour.interface);
    neighbours_.pin({static_cast<uint32_t>(found - interfaces.begin()), neighbour.address},
                    neighbour.mac);
  }
}

InterfacePolicy Host::effective(const InterfacePolicy& own) const {
  const InterfacePolicy& all = config_.all;
  return {std::max(all.arp_ignore, own.arp_ignore), std::max(all.arp_announce, own.arp_announce),
          std::max(all.rp_filter, own.rp_filter)};
}

void Host::receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox) {
  cause_ = 0;
  ++ledger_.in;
  path_mtus_.expire(now);
  const auto ethernet = wire::EthernetView::over(frame.bytes());
  if (!ethernet) return drop(DropReason::short_frame);
  const bool group = ethernet->is_group();
  if (!group && ethernet->destination() != config_.interfaces[port].mac)
    return drop(DropReason::not_for_us);
  const uint16_t type = ethernet->type();
  frame.trim_front(wire::kEthernetSize);
  const Turn turn{now, outbox, port};
  if (type == wire::ethertype::kIpv6) return receive_ip6(std::move(frame), {port, group, 0}, turn);
  if (type == wire::ethertype::kIpv4) return receive_ip(std::move(frame), {port, group, 0}, turn);
  if (type == wire::ethertype::kArp) return receive_arp(port, frame.bytes(), turn);
  drop(DropReason::unknown_ethertype);
}

void Host::tick(Time now, Outbox& outbox) {
  cause_ = 0;
  options_ = {};
  path_mtus_.expire(now);
  const Turn turn{now, outbox};
  while (Neighbour* neighbour = neighbours_.due(now)) {
    if (neighbour->state == Neighbour::State::incomplete)
      ask(*neighbour, turn);
    else
      give_up_waiting(*neighbour, turn);
  }
  while (const auto expired = reassembly_.expire(now, drops_)) tell_of_expired(*expired, turn);
  options_ = {};
  // RFC 8200, 4.5; Linux: for whoever it was, so that a director tells of what it could not see.
  while (const auto expired = reassembly6_.expire(now, drops_))
    if (!expired->first.empty())
      send_error(expired->first,
                 {wire::icmpv6::kTimeExceeded, wire::icmpv6::kReassemblyTime, 0, {}},
                 {now, outbox, expired->port});
  Originator out(*this, turn);
  tcp_.tick(now, out, drops_);
  requests_.tick(now, out, drops_);
}

Time Host::next_deadline() const {
  return std::min({neighbours_.next_deadline(), reassembly_.next_deadline(),
                   reassembly6_.next_deadline(), tcp_.next_deadline(), requests_.next_deadline()});
}

Ledger Host::ledger() const {
  Ledger ledger = ledger_;
  ledger.joined += reassembly_.joined() + reassembly6_.joined();
  ledger.dropped = drops_.packets();
  ledger.waiting = neighbours_.waiting() + reassembly_.waiting() + reassembly6_.waiting();
  return ledger;
}

void Host::flush_neighbours() {
  for (size_t lost = neighbours_.waiting(); lost > 0; --lost) drop(DropReason::neighbour_failed);
  neighbours_.flush();
}

std::optional<Route> Host::way_to(const wire::IpAddress& to, uint32_t scope) const {
  auto route = routes_.lookup(to, scope);
  if (const auto* learned = path_mtus_.find(to); learned && route)
    route->mtu = std::min(route->mtu, learned->mtu);
  return route;
}

void Host::learn_path_mtu(const wire::IpAddress& to, uint32_t mtu, Time now) {
  if (const auto route = way_to(to)) path_mtus_.learn(to, mtu, route->mtu, now);
}

void Host::listen_udp(uint16_t port, UdpHandler handler) {
  udp_.listen(port, std::move(handler));
}
void Host::listen_tcp(uint16_t port, TcpHandler handler) {
  tcp_.listen(port, std::move(handler));
}

void Host::add_address(uint32_t port, const wire::Prefix& address) {
  config_.interfaces[port].addresses.push_back(address);
  routes_ = RouteTable(config_);
}

void Host::remove_address(uint32_t port, const wire::Prefix& address) {
  std::erase(config_.interfaces[port].addresses, address);
  routes_ = RouteTable(config_);
}

void Host::announce(uint32_t port, const wire::IpAddress& address, Time now, Outbox& outbox) {
  cause_ = 0;
  const Turn turn{now, outbox, port};
  if (address.is_v6()) return advertise(port, address, wire::all_nodes(), true, turn);
  ++ledger_.made;
  send_ethernet(
      port,
      make_arp({wire::arp::kRequest, config_.interfaces[port].mac, address, wire::Mac(), address}),
      wire::broadcast_mac(), wire::ethertype::kArp, turn);
}

void Host::originate(wire::Frame packet, Time now, Outbox& outbox) {
  cause_ = 0;
  options_ = {};
  originate(std::move(packet), Turn{now, outbox});
}

}  // namespace lvslab::host
