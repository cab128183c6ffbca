// The way out: a route, pieces that fit, a MAC, the wire.

#include "emulator/host/fragment.hh"
#include "emulator/host/host.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace icmp = wire::icmp;

void Host::originate(wire::Frame packet, const Turn& turn) {
  const auto to = wire::Ipv4View::over(packet.bytes())->destination();
  if (routes_.is_local(to)) return drop(DropReason::loops_back);
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  const auto route = routes_.lookup(to);
  // Linux sets DF on datagrams that fit and fragments those that do not (IP_PMTUDISC_WANT).
  if (route && ip.dont_fragment() && ip.protocol() != wire::proto::kTcp &&
      packet.size() > route->mtu) {
    ip.set_fragment_word(0);
    ip.set_id(next_id());
    ip.fill_checksum();
  }
  output(std::move(packet), to, {}, turn);
}

void Host::output(wire::Frame packet, const wire::IpAddress& towards, Departure departure,
                  const Turn& turn) {
  const auto route = routes_.is_local(towards) ? std::nullopt : routes_.lookup(towards);
  if (!route) {
    drop(routes_.is_local(towards) ? DropReason::loops_back : DropReason::no_route);
    if (departure.forwarded)
      send_error(packet, {icmp::kUnreachable, icmp::kNetUnreachable, 0, {}}, turn);
    return;
  }
  const bool was_cut = departure.largest_fragment != 0;
  const uint32_t mtu = was_cut ? std::min(route->mtu, departure.largest_fragment) : route->mtu;
  if (size_on_wire(packet) <= mtu)
    return transmit(std::move(packet), *route, departure.forwarded, turn);
  if (wire::Ipv4View::over(packet.bytes())->dont_fragment()) {
    drop(DropReason::fragmentation_needed);
    if (departure.forwarded)
      send_error(packet, {icmp::kUnreachable, icmp::kFragmentationNeeded, route->mtu, {}}, turn);
    return;
  }
  finish_checksum(packet);
  Fragmenter fragments(packet, mtu);
  while (!fragments.done()) transmit(fragments.next(), *route, departure.forwarded, turn);
}

void Host::transmit(wire::Frame packet, const Route& route, bool forwarded, const Turn& turn) {
  if (const wire::Mac* mac = neighbours_.find(route.port, route.next_hop))
    return send_ethernet(route.port, std::move(packet), *mac, wire::ethertype::kIpv4, turn);
  const auto queued = neighbours_.wait({route.port, route.next_hop},
                                       {std::move(packet), forwarded, cause_}, turn.now);
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
  turn.outbox.send(port, std::move(payload));
}

void Host::send_error(const wire::Frame& about, IcmpError error, const Turn& turn) {
  if (!may_report(routes_, about.bytes())) return;
  const auto ip = *wire::Ipv4View::over_quoted(about.bytes());
  const auto route = routes_.lookup(ip.source());
  if (!route) return;
  if (error.source.is_unspecified())
    error.source = routes_.is_local(ip.destination()) ? ip.destination() : route->source;
  originate(make_icmp_error(about.bytes(), error, next_id()), turn);
}

}  // namespace lvslab::host
