// The way of an IPv6 packet that crosses the host, in the order of Linux' ip6_forward. It is whole
// where there are hooks.

#include "emulator/host/fragment.hh"
#include "emulator/host/host.hh"

namespace lvslab::host {

namespace icmp = wire::icmpv6;

void Host::forward6(wire::Frame packet, const Arrival& arrival, const Gathered& gathered,
                    const Turn& turn) {
  const auto ip = *wire::Ipv6Edit::over(packet.bytes());
  const auto route = routes_.lookup(ip.destination(), arrival.port);
  if (!route) {
    drop(DropReason::no_route);
    return send_error6(packet, {icmp::kUnreachable, icmp::kNoRoute, 0, {}}, turn, arrival.group);
  }
  if (!config_.forwarding) return drop(DropReason::not_forwarding);
  if (arrival.group) return drop(DropReason::link_broadcast);
  if (ip.hop_limit() <= 1) {
    drop(DropReason::ttl_exceeded);
    return send_error6(packet, {icmp::kTimeExceeded, icmp::kHopLimit, 0, {}}, turn);
  }
  if (!may_leave6(packet, *route, arrival, turn)) return;
  redirect6_if_better_known(packet, *route, arrival, turn);
  // What was put together here is cut again, as long as its pieces fit.
  const size_t size = gathered.largest != 0 ? gathered.largest : size_on_wire(packet);
  constexpr uint32_t kLeast = 1280;  // RFC 8200, 5
  if (size > std::max(route->mtu, kLeast)) {
    drop(DropReason::fragmentation_needed);
    return send_error6(packet, {icmp::kTooBig, 0, std::max(route->mtu, kLeast), {}}, turn);
  }
  ip.set_hop_limit(static_cast<uint8_t>(ip.hop_limit() - 1));
  const Departure departure{
      .forwarded = true, .largest_fragment = gathered.largest, .cuts = &gathered.cuts};
  largest_fragment_ = gathered.largest;
  if (hooks_ && gathered.hooked && obey(hooks_->forward(packet, turn.now), packet, departure, turn))
    return;
  const auto to = wire::Ipv6View::over(packet.bytes())->destination();
  output(std::move(packet), to, departure, turn);
}

// RFC 4861, 8.2, as Linux does it: out by the way it came, to a neighbour of its sender's. (There
// is no sysctl for it, and no redirect to a gateway but by its link-local address.) The sender has
// to be a neighbour, not one by the way it came. Not too often about one destination, nor to one
// sender.
void Host::redirect6_if_better_known(const wire::Frame& packet, const Route& route,
                                     const Arrival& arrival, const Turn& turn) {
  if (arrival.tunnels > 0 || route.port != arrival.port) return;
  const auto ip = *wire::Ipv6View::over(packet.bytes());
  if (!redirect_rate_.allow(ip.destination(), turn.now)) return;
  const auto back = routes_.lookup(ip.source(), arrival.port);
  const bool neighbours =
      back && back->next_hop == ip.source() && route.next_hop == ip.destination();
  if (!neighbours || !redirect_rate_.allow(ip.source(), turn.now)) return;
  const wire::Mac* mac = neighbours_.find(route.port, route.next_hop);
  originate(make_redirect6(packet.bytes(), routes_.link_local(route.port), route.next_hop, mac),
            turn);
}

// Sources that have no meaning beyond their link, or none at all. As in Linux they are looked at
// only in packets that do leave their link.
bool Host::may_leave6(const wire::Frame& packet, const Route& route, const Arrival& arrival,
                      const Turn& turn) {
  if (arrival.tunnels == 0 && route.port == arrival.port) return true;
  const auto from = wire::Ipv6View::over(packet.bytes())->source();
  if (from.is_unspecified()) {
    drop(DropReason::martian_source);
    return false;
  }
  if (!from.is_link_local()) return true;
  drop(DropReason::beyond_scope);
  send_error6(packet, {icmp::kUnreachable, icmp::kBeyondScope, 0, {}}, turn);
  return false;
}

}  // namespace lvslab::host
