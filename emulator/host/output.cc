// The way out: a route, pieces that fit, a MAC, the wire.

#include <array>

#include "emulator/host/fragment.hh"
#include "emulator/host/host.hh"
#include "emulator/host/packet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmp;

namespace {

wire::IpAddress destination_of(const wire::Frame& packet) {
  return is_v6(packet) ? wire::Ipv6View::over_quoted(packet.bytes())->destination()
                       : wire::Ipv4View::over(packet.bytes())->destination();
}

constexpr uint16_t kDontFragment = 0x4000;

// RFC 1112, 6.4; RFC 2464, 7.
wire::Mac group_mac(const wire::IpAddress& group) {
  if (group.is_v6()) return wire::multicast_mac_of(group);
  const Bytes at = group.bytes();
  const std::array<uint8_t, 6> mac{0x01,  0x00, 0x5e, static_cast<uint8_t>(at[1] & 0x7f),
                                   at[2], at[3]};
  return wire::Mac(mac.data());
}

}  // namespace

void Host::originate(wire::Frame packet, const Turn& turn) {
  ++ledger_.made;
  if (hooks_ && local_out(packet, turn)) return;
  const auto to = destination_of(packet);
  if (routes_.is_local(to)) return drop(DropReason::loops_back);
  if (is_v6(packet)) return output(std::move(packet), to, {.may_cut = true}, turn);
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  const auto route = way_to(to, turn.scope);
  // Linux sets DF on datagrams that fit and fragments those that do not (IP_PMTUDISC_WANT).
  if (route && ip.dont_fragment() && ip.protocol() != wire::proto::kTcp &&
      packet.size() > route->mtu) {
    ip.set_fragment_word(0);
    ip.set_id(next_id());
    ip.fill_checksum();
  }
  output(std::move(packet), to, {}, turn);
}

bool Host::local_out(wire::Frame& packet, const Turn& turn) {
  largest_fragment_ = 0;
  HookResult result = hooks_->local_out(packet, turn.now);
  if (result.cause == 0) result.cause = cause_;
  return obey(result, packet, {.forwarded = true, .may_cut = true}, turn);
}

// What crosses this host is not held to what its own packets learned (net.ipv4.ip_forward_use_pmtu
// is 0), unless it was less than may be.
std::optional<Route> Host::way_out(const wire::IpAddress& to, const Departure& departure,
                                   const Turn& turn) const {
  if (routes_.is_local(to)) return {};
  const bool crosses = departure.forwarded && !departure.may_cut;
  const auto* learned = crosses ? path_mtus_.find(to) : nullptr;
  return crosses && !(learned && learned->locked) ? routes_.lookup(to, turn.scope)
                                                  : way_to(to, turn.scope);
}

std::optional<Route> Host::way_by_hook(wire::Frame& packet, const wire::IpAddress& towards,
                                       const Departure& departure, const Turn& turn) {
  if (!routes_.is_local(towards)) return {};
  const auto instead = hooks_->way_of(packet);
  if (!instead) return {};
  auto route = way_out(*instead, departure, turn);
  if (route && route->next_hop == *instead) route->next_hop = towards;
  return route;
}

void Host::output(wire::Frame packet, const wire::IpAddress& towards, Departure departure,
                  const Turn& turn) {
  auto route = way_out(towards, departure, turn);
  if (!route && departure.forwarded && hooks_)
    route = way_by_hook(packet, towards, departure, turn);
  if (route && departure.mtu != 0) route->mtu = departure.mtu;
  if (!route) {
    drop(routes_.is_local(towards) ? DropReason::loops_back : DropReason::no_route);
    if (departure.forwarded && is_v6(packet))
      send_error6(packet, {wire::icmpv6::kUnreachable, wire::icmpv6::kNoRoute, 0, {}}, turn);
    else if (departure.forwarded)
      send_error(packet, {icmp::kUnreachable, icmp::kNetUnreachable, 0, {}}, turn);
    return;
  }
  if (is_v6(packet)) return output6(std::move(packet), *route, departure, turn);
  const bool was_cut = departure.largest_fragment != 0;
  const uint32_t mtu = was_cut ? std::min(route->mtu, departure.largest_fragment) : route->mtu;
  if (size_on_wire(packet) <= mtu)
    return transmit(std::move(packet), *route, departure.forwarded, turn);
  // Linux cuts what a hook at LOCAL_IN sends on in spite of DF, if it came in pieces that fit; so
  // it does with what was put together before all else.
  const bool as_it_came = was_cut && (departure.may_cut || departure.gathered_first) &&
                          departure.largest_fragment <= route->mtu;
  if (wire::Ipv4View::over(packet.bytes())->dont_fragment() && !as_it_came) {
    drop(DropReason::fragmentation_needed);
    if (departure.forwarded)
      send_error(packet, {icmp::kUnreachable, icmp::kFragmentationNeeded, route->mtu, {}}, turn);
    return;
  }
  finish_checksum(packet);
  // Linux' ip_do_fragment sends the pieces on that came, without DF.
  if (departure.gathered_first) wire::Ipv4Edit::over(packet.bytes())->set_fragment_word(0);
  if (departure.cut_with_df && was_cut)
    wire::Ipv4Edit::over(packet.bytes())->set_fragment_word(kDontFragment);
  Fragmenter fragments(packet, mtu);
  for (; !fragments.done(); ++ledger_.cut)
    transmit(fragments.next(), *route, departure.forwarded, turn);
  --ledger_.cut;  // the first is the packet itself
}

// As Linux' ip6_fragment: fragments are those that came, or else no larger (but of 1280 bytes).
void Host::output6(wire::Frame packet, const Route& route, Departure departure, const Turn& turn) {
  constexpr uint32_t kLeast = 1280;  // RFC 8200, 5
  const uint32_t largest = departure.largest_fragment;
  const size_t size = size_on_wire(packet);
  if (size <= route.mtu && (largest == 0 || size <= largest))
    return transmit(std::move(packet), route, departure.forwarded, turn);
  const bool may_cut = departure.may_cut || largest != 0;
  const uint32_t mtu = largest == 0 ? route.mtu : std::min(std::max(largest, kLeast), route.mtu);
  finish_checksum(packet);
  Fragmenter6 fragments(packet, mtu, next_fragment_id_, departure.cuts);
  if (!may_cut || largest > route.mtu || !fragments.possible()) {
    drop(DropReason::fragmentation_needed);
    if (departure.forwarded)
      send_error6(packet, {wire::icmpv6::kTooBig, 0, std::max(route.mtu, kLeast), {}}, turn);
    return;
  }
  ++next_fragment_id_;
  for (; !fragments.done(); ++ledger_.cut)
    transmit(fragments.next(), route, departure.forwarded, turn);
  --ledger_.cut;
}

void Host::multicast(uint32_t port, wire::Frame packet, Time now, Outbox& outbox) {
  cause_ = 0;
  ++ledger_.made;
  const Turn turn{now, outbox};
  const uint32_t mtu = config_.interfaces[port].mtu;
  const wire::Mac mac = group_mac(destination_of(packet));
  const uint16_t type = ethertype_of(packet);
  if (packet.size() <= mtu) return send_ethernet(port, std::move(packet), mac, type, turn);
  const auto send_pieces = [&](auto fragments) {
    for (; !fragments.done(); ++ledger_.cut) send_ethernet(port, fragments.next(), mac, type, turn);
    --ledger_.cut;
  };
  if (is_v6(packet))
    send_pieces(Fragmenter6(packet, mtu, next_fragment_id_++));
  else
    send_pieces(Fragmenter(packet, mtu));
}

void Host::transmit(wire::Frame packet, const Route& route, bool forwarded, const Turn& turn) {
  const uint16_t type = ethertype_of(packet);
  if (const wire::Mac* mac = neighbours_.find(route.port, route.next_hop))
    return send_ethernet(route.port, std::move(packet), *mac, type, turn);
  const auto queued = neighbours_.wait(
      {route.port, route.next_hop}, {std::move(packet), forwarded, cause_, turn.scope}, turn.now);
  if (queued.full) return drop(DropReason::neighbour_table_full);
  if (queued.pushed_out) drop(DropReason::neighbour_queue_full);
  if (queued.ask) ask(*queued.ask, turn);
}

void Host::send_ethernet(uint32_t port, wire::Frame payload, const wire::Mac& to, uint16_t type,
                         const Turn& turn) {
  payload.prepend(wire::kEthernetSize);
  const auto ethernet = *wire::EthernetEdit::over(payload.bytes());
  ethernet.set_destination(to);
  ethernet.set_source(config_.interfaces[port].mac);
  ethernet.set_type(type);
  ++ledger_.sent;
  turn.outbox.send(port, std::move(payload));
}

void Host::send_error(const wire::Frame& about, IcmpError error, const Turn& turn) {
  if (is_v6(about)) return send_error6(about, error, turn);
  if (!may_report(routes_, about.bytes())) return;
  const auto ip = *wire::Ipv4View::over_quoted(about.bytes());
  const auto route = routes_.lookup(ip.source());
  if (!route) return;
  if (error.source.is_unspecified())
    error.source = routes_.is_local(ip.destination()) ? ip.destination() : route->source;
  const auto options = echo_options(about.bytes(), options_, routes_, error.source, turn.now);
  if (options) originate(make_icmp_error(about.bytes(), error, *options, next_id()), turn);
}

void Host::send_error6(const wire::Frame& about, IcmpError error, const Turn& turn, bool group) {
  if (!may_report6(about.bytes(), group, error)) return;
  const auto ip = *wire::Ipv6View::over_quoted(about.bytes());
  const auto route = routes_.lookup(ip.source(), turn.scope);
  // RFC 4443, 2.4 (e.6): nobody in particular is told.
  if (!route || routes_.is_routers(ip.source())) return;
  const bool asked = !ip.destination().is_multicast() && is_for_us6(ip.destination(), turn.scope);
  // As Linux since 5.12: else an address that suits the interface that the packet came by.
  if (error.source.is_unspecified())
    error.source = asked ? ip.destination()
                   : routes_.is_local(ip.source())
                       ? ip.source()
                       : *routes_.source_towards(turn.scope, ip.source());
  originate(make_icmp6_error(about.bytes(), error), turn);
}

}  // namespace lvslab::host
