// The host's side of neighbour discovery (RFC 4861, 7.2), as Linux' ndisc.c: whom it answers, what
// it learns, how it asks. Unlike ARP, only an address of the very interface is answered for: a VIP
// on lo stays silent without a sysctl. The entries are those of neighbours.hh.

#include <tins/icmpv6.h>
#include <tins/ipv6.h>

#include "emulator/host/host.hh"
#include "emulator/host/packet.hh"

namespace lvslab::host {

namespace icmp = wire::icmpv6;
using wire::IpAddress;

namespace {

constexpr uint8_t kHopLimit = 255;  // RFC 4861, 7.1: proof that no router was on the way

wire::Frame make_message(const IpAddress& from, const IpAddress& to, const Tins::ICMPv6& message) {
  Tins::IPv6 ip(to.v6(), from.v6());
  ip.hop_limit(kHopLimit);
  const auto bytes = (ip / message).serialize();
  return wire::Frame::copy_of(bytes);
}

}  // namespace

void Host::receive_nd(const wire::Frame& packet, Bytes message, const Arrival& at,
                      const Turn& turn) {
  const auto ip = *wire::Ipv6View::over(packet.bytes());
  const auto nd = wire::NeighbourMessageView::over(message);
  if (!nd || ip.hop_limit() != kHopLimit || at.tunnels > 0 || nd->target().is_multicast())
    return drop(DropReason::malformed_nd);
  if (nd->type() == icmp::kNeighbourSolicitation)
    answer_solicitation(ip, *nd, at, turn);
  else
    learn_advertisement(ip, *nd, at, turn);
}

void Host::answer_solicitation(wire::Ipv6View ip, wire::NeighbourMessageView message,
                               const Arrival& arrival, const Turn& turn) {
  const IpAddress from = ip.source();
  const IpAddress target = message.target();
  const uint32_t port = arrival.port;
  const bool multicast = ip.destination().is_multicast();
  const bool probe = from.is_unspecified();  // RFC 4862, 5.4.2
  const auto mac = message.link_layer(wire::LinkLayerOption::source);
  if (probe && (mac || ip.destination() != wire::solicited_node_of(target)))
    return drop(DropReason::malformed_nd);
  const bool own = routes_.is_on(port, target);
  if (!own && !(config_.forwarding && routes_.is_routers(port, target)))
    return drop(DropReason::nd_ignored);
  if (!probe && multicast && !mac) return drop(DropReason::nd_ignored);
  take();
  if (probe) return advertise(port, target, wire::all_nodes(), true, turn);
  Neighbour* neighbour = nullptr;
  if (mac)
    neighbour = neighbours_.learn({port, from}, *mac, Neighbours::Evidence::asked_us, turn.now);
  advertise(port, target, from, multicast, turn);
  if (neighbour) flush_waiting(*neighbour, turn);
}

// To a multicast solicitation the answer says the MAC and overrides what others told, but for an
// address that other routers have too (RFC 4861, 7.2.7; the delay that spreads their answers is not
// kept); whoever asked by unicast knows the MAC, and hears that it is still right.
void Host::advertise(uint32_t port, const IpAddress& target, const IpAddress& to, bool multicast,
                     const Turn& turn) {
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_ADVERT);
  message.router(config_.forwarding);
  message.solicited(!to.is_multicast());
  const bool shared = routes_.is_routers(port, target);
  message.override(multicast && !shared);
  message.target_addr(target.v6());
  if (multicast) message.target_link_layer_addr(config_.interfaces[port].mac);
  wire::Frame packet =
      make_message(shared ? *routes_.source_towards(port, to) : target, to, message);
  ++ledger_.made;
  if (to.is_multicast())
    return send_ethernet(port, std::move(packet), wire::multicast_mac_of(to),
                         wire::ethertype::kIpv6, turn);
  transmit(std::move(packet), {port, to, target, config_.interfaces[port].mtu}, false, turn);
}

void Host::learn_advertisement(wire::Ipv6View ip, wire::NeighbourMessageView message,
                               const Arrival& arrival, const Turn& turn) {
  const NeighbourKey key{arrival.port, message.target()};
  if (ip.destination().is_multicast() && message.solicited()) return drop(DropReason::malformed_nd);
  const auto mac = message.link_layer(wire::LinkLayerOption::target);
  const Neighbour* known = neighbours_.entry(key.port, key.address);
  // An address of ours is a conflict or a stray; who is not looked for is not learned.
  const bool useful = mac && known && known->state != Neighbour::State::failed &&
                      !routes_.is_on(key.port, key.address);
  if (!useful) return drop(DropReason::nd_ignored);
  const bool contradicts = known->state == Neighbour::State::reachable && known->mac != *mac;
  if (contradicts && !message.overrides()) return drop(DropReason::nd_ignored);
  take();
  Neighbour* neighbour = neighbours_.learn(key, *mac, Neighbours::Evidence::gratuitous, turn.now);
  if (neighbour) flush_waiting(*neighbour, turn);
}

void Host::solicit(const Neighbour& neighbour, const Turn& turn) {
  const auto [port, target] = neighbour.key;
  // The source of the last packet that waits, if it is the interface's own.
  IpAddress from = routes_.link_local(port);
  if (!neighbour.waiting.empty()) {
    const Bytes packet = neighbour.waiting.back().packet.bytes();
    const auto ip = is_v6(packet) ? wire::Ipv6View::over_quoted(packet) : std::nullopt;
    if (ip && routes_.is_on(port, ip->source())) from = ip->source();
  }
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_SOLICIT);
  message.target_addr(target.v6());
  message.source_link_layer_addr(config_.interfaces[port].mac);
  const IpAddress group = wire::solicited_node_of(target);
  send_ethernet(port, make_message(from, group, message), wire::multicast_mac_of(group),
                wire::ethertype::kIpv6, turn);
}

}  // namespace lvslab::host
