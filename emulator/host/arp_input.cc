// The host's side of ARP: what it learns, whom it answers, how it asks. And for both families what
// becomes of the packets that waited.

#include <utility>

#include "emulator/host/host.hh"
#include "emulator/host/packet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

using wire::IpAddress;

void Host::receive_arp(uint32_t port, Bytes bytes, const Turn& turn) {
  const auto arp = wire::ArpView::over(bytes);
  const bool known =
      arp && (arp->operation() == wire::arp::kRequest || arp->operation() == wire::arp::kReply);
  if (!known || arp->target_ip().is_multicast() || arp->target_ip().is_loopback())
    return drop(DropReason::malformed_arp);
  const IpAddress sender = arp->sender_ip();
  if (arp->operation() == wire::arp::kRequest && routes_.is_local(arp->target_ip()))
    return answer_arp(port, *arp, turn);
  take();
  // An address conflict or a stray: nothing to learn.
  if (sender.is_unspecified() || routes_.is_local(sender)) return;
  const bool gratuitous = sender == arp->target_ip();
  const auto evidence = gratuitous ? Neighbours::Evidence::gratuitous : Neighbours::Evidence::seen;
  Neighbour* neighbour = neighbours_.learn({port, sender}, arp->sender_mac(), evidence, turn.now);
  if (neighbour) flush_waiting(*neighbour, turn);
}

void Host::answer_arp(uint32_t port, wire::ArpView request, const Turn& turn) {
  const IpAddress sender = request.sender_ip();
  const IpAddress target = request.target_ip();
  const bool probe = sender.is_unspecified();  // RFC 5227, 2.1.1
  if (!probe && check_source(sender, {port, false, 0})) return drop(DropReason::arp_source_invalid);
  if (!may_answer(routes_, policies_[port].arp_ignore, port, sender, target))
    return drop(DropReason::arp_suppressed);
  take();
  Neighbour* neighbour = nullptr;
  if (!probe)
    neighbour = neighbours_.learn({port, sender}, request.sender_mac(),
                                  Neighbours::Evidence::asked_us, turn.now);
  ++ledger_.made;
  send_ethernet(port,
                make_arp({wire::arp::kReply, config_.interfaces[port].mac, target,
                          request.sender_mac(), sender}),
                request.sender_mac(), wire::ethertype::kArp, turn);
  if (neighbour) flush_waiting(*neighbour, turn);
}

void Host::ask(const Neighbour& neighbour, const Turn& turn) {
  const uint64_t cause = std::exchange(cause_, 0);
  ++ledger_.made;
  if (neighbour.key.address.is_v6())
    solicit(neighbour, turn);
  else
    ask_arp(neighbour, turn);
  cause_ = cause;
}

void Host::ask_arp(const Neighbour& neighbour, const Turn& turn) {
  const auto [port, target] = neighbour.key;
  // Linux looks at the last packet that waits.
  IpAddress packet_source;
  if (!neighbour.waiting.empty()) {
    const auto ip = wire::Ipv4View::over_quoted(neighbour.waiting.back().packet.bytes());
    if (ip) packet_source = ip->source();
  }
  const IpAddress sender =
      announced_source(routes_, policies_[port].arp_announce, port, target, packet_source);
  const wire::Mac& mac = config_.interfaces[port].mac;
  send_ethernet(port, make_arp({wire::arp::kRequest, mac, sender, wire::Mac(), target}),
                wire::broadcast_mac(), wire::ethertype::kArp, turn);
}

void Host::flush_waiting(Neighbour& neighbour, const Turn& turn) {
  const uint64_t cause = cause_;
  for (WaitingPacket& waiting : neighbour.waiting) {
    cause_ = waiting.cause;
    const uint16_t type = ethertype_of(waiting.packet);
    send_ethernet(neighbour.key.port, std::move(waiting.packet), neighbour.mac, type, turn);
  }
  neighbour.waiting.clear();
  cause_ = cause;
}

void Host::give_up_waiting(Neighbour& neighbour, const Turn& turn) {
  // An error may itself wait for this neighbour: take the queue first.
  auto given_up = std::move(neighbour.waiting);
  neighbour.waiting.clear();
  for (WaitingPacket& waiting : given_up) {
    drop(DropReason::neighbour_failed);
    cause_ = waiting.cause;
    if (!waiting.forwarded) {
      tell_unreachable(waiting.packet.bytes(), turn.now);
      continue;
    }
    const Turn its{turn.now, turn.outbox, waiting.scope};
    if (is_v6(waiting.packet))
      send_error6(waiting.packet,
                  {wire::icmpv6::kUnreachable, wire::icmpv6::kAddressUnreachable, 0, {}}, its);
    else if (take_options_again(waiting.packet, turn))
      send_error(waiting.packet, {wire::icmp::kUnreachable, wire::icmp::kHostUnreachable, 0, {}},
                 its);
  }
  options_ = {};
  cause_ = 0;
}

}  // namespace lvslab::host
