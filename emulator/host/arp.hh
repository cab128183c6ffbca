#pragma once
// ARP (RFC 826) as Linux speaks it: who is answered (arp_ignore), which address of ours a request
// names (arp_announce), and the messages. State is elsewhere (neighbours.hh).

#include "emulator/host/routes.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

// net.ipv4.conf.*.arp_ignore, for a target that is local to the host. 0: always; 1: target is on
// the interface asked; 2: and a network of that interface holds sender and target (a sender of
// 0.0.0.0, RFC 5227 probe, counts as within).
bool may_answer(const RouteTable& routes, int arp_ignore, uint32_t port,
                const wire::IpAddress& sender, const wire::IpAddress& target);

// net.ipv4.conf.*.arp_announce: the sender address of a request for target. 0: the source of the
// packet that is to be sent, if it is an address of ours (this is how a VIP on lo leaks); 1: that
// one only when on link with target; 2: never that one. What is left chooses the interface's best.
wire::IpAddress announced_source(const RouteTable& routes, int arp_announce, uint32_t port,
                                 const wire::IpAddress& target,
                                 const wire::IpAddress& packet_source);

struct ArpMessage {
  uint16_t operation = wire::arp::kRequest;
  wire::Mac sender_mac;
  wire::IpAddress sender;
  wire::Mac target_mac;  // zero in requests
  wire::IpAddress target;
};
// Without Ethernet header.
wire::Frame make_arp(const ArpMessage& message);

}  // namespace lvslab::host
