#include "emulator/host/arp.hh"

#include <tins/arp.h>

namespace lvslab::host {

using wire::IpAddress;

bool may_answer(const RouteTable& routes, int arp_ignore, uint32_t port, const IpAddress& sender,
                const IpAddress& target) {
  if (arp_ignore <= 0) return true;
  if (!routes.is_on(port, target)) return false;
  return arp_ignore == 1 || sender.is_unspecified() || routes.on_link(port, sender, target);
}

IpAddress announced_source(const RouteTable& routes, int arp_announce, uint32_t port,
                           const IpAddress& target, const IpAddress& packet_source) {
  const bool ours = routes.is_local(packet_source);
  if (arp_announce <= 0 && ours) return packet_source;
  if (arp_announce == 1 && ours && routes.on_link(port, packet_source, target))
    return packet_source;
  return routes.source_towards(port, target).value_or(IpAddress());
}

wire::Frame make_arp(const ArpMessage& message) {
  Tins::ARP arp(message.target.v4(), message.sender.v4(), message.target_mac, message.sender_mac);
  arp.opcode(static_cast<Tins::ARP::Flags>(message.operation));
  const auto bytes = arp.serialize();
  return wire::Frame::copy_of(bytes);
}

}  // namespace lvslab::host
