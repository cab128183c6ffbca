// The way of a packet that crosses the host (RFC 1812, 5.2), and what a hook's word means.

#include "emulator/host/fragment.hh"
#include "emulator/host/host.hh"
#include "emulator/host/options.hh"
#include "emulator/host/packet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmp;

void Host::forward(wire::Frame packet, const Arrival& arrival, const Turn& turn) {
  if (arrival.group) return drop(DropReason::link_broadcast);
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  const auto route = way_out(ip.destination(), {.forwarded = true}, turn);
  if (!route) {
    drop(DropReason::no_route);
    return send_error(packet, {icmp::kUnreachable, icmp::kNetUnreachable, 0, {}}, turn);
  }
  if (ip.ttl() <= 1) {
    drop(DropReason::ttl_exceeded);
    return send_error(packet, {icmp::kTimeExceeded, 0, 0, {}}, turn);
  }
  const bool came_larger = arrival.largest_fragment == 0 ? size_on_wire(packet) > route->mtu
                                                         : arrival.largest_fragment > route->mtu;
  if (ip.dont_fragment() && came_larger) {
    drop(DropReason::fragmentation_needed);
    return send_error(packet, {icmp::kUnreachable, icmp::kFragmentationNeeded, route->mtu, {}},
                      turn);
  }
  ip.decrement_ttl();
  redirect_if_better_known(packet, *route, arrival, turn);
  Departure departure{.forwarded = true,
                      .largest_fragment = arrival.largest_fragment,
                      .gathered_first = arrival.largest_fragment != 0};
  if (hooks_) {
    departure.way_out = route->source;
    if (ip.is_fragment() && hooks_->wants_whole(ip.protocol())) {
      const Fragment fragment = fragment_of(*wire::Ipv4View::over(packet.bytes()), options_);
      auto whole = reassembly_.add(packet, fragment, turn.now, drops_);
      if (!whole) return;
      packet = std::move(whole->packet);
      departure.largest_fragment = whole->largest_fragment;
    }
    largest_fragment_ = departure.largest_fragment;
    if (obey(hooks_->forward(packet, turn.now), packet, departure, turn)) return;
  }
  settle_options(packet, route->source);
  const auto to = wire::Ipv4View::over(packet.bytes())->destination();
  output(std::move(packet), to, departure, turn);
}

// net.ipv4.conf.all.send_redirects: out by the way it came, and the sender could have gone there
// itself (RFC 1812, 5.2.7.2).
void Host::redirect_if_better_known(const wire::Frame& packet, const Route& route,
                                    const Arrival& arrival, const Turn& turn) {
  if (!config_.send_redirects || arrival.tunnels > 0 || route.port != arrival.port) return;
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  if (!routes_.on_link(route.port, ip.source(), route.next_hop)) return;
  constexpr uint8_t kForHost = 1;
  send_error(packet, {icmp::kRedirect, kForHost, route.next_hop.v4_value(), {}}, turn);
}

// Which address a recorded route ends with: that of the way out, which a reply's new source chose
// unless its route was kept. Nothing: the packet does not cross this host.
std::optional<wire::IpAddress> Host::recorder_of(const wire::Frame& packet,
                                                 const Departure& departure,
                                                 const HookResult& result) {
  if (departure.may_cut) return {};
  return result.same_route ? departure.way_out : wire::Ipv4View::over(packet.bytes())->source();
}

bool Host::obey(const HookResult& result, wire::Frame& packet, Departure departure,
                const Turn& turn) {
  cause_ = result.cause;
  switch (result.action) {
    case HookAction::pass:
      return false;
    case HookAction::forward:
      departure.mtu = result.mtu;
      if (!is_v6(packet)) settle_options(packet, recorder_of(packet, departure, result));
      output(std::move(packet), result.next_hop, departure, turn);
      return true;
    case HookAction::drop:
      break;
  }
  drop(DropReason::by_hook);
  if (const auto& answer = result.answer)
    send_error(packet, {answer->type, answer->code, answer->mtu, answer->source}, turn);
  return true;
}

// What take_options() left to do for a packet that goes on. One that has been put into a tunnel has
// another header in front, and stays as it is. way_out: the address of a packet that crosses.
void Host::settle_options(wire::Frame& packet, const std::optional<wire::IpAddress>& way_out) {
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  if (ip.header_length() == wire::kIpv4Size) return;
  if (options_.recorded && way_out)
    record_way_out(packet, options_, *way_out);
  else if (options_.changed)
    ip.fill_checksum();
}

}  // namespace lvslab::host
