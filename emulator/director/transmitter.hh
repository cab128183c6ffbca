#pragma once
// The way of a client's packet out to its server: route, TTL, MTU, then the forwarding method. In
// the kernel's order: a packet that is refused has made its connection before.
//
// Not here: neighbours, fragmenting (the host does it where DF allows) and sending.

#include "emulator/base/random.hh"
#include "emulator/director/director.hh"
#include "emulator/director/protocol.hh"

namespace lvslab::director {

// What is sent: data of a connection, or an ICMP error about one.
enum class Content : uint8_t { segment, icmp_error };

class Transmitter {
 public:
  // Both must outlive it.
  Transmitter(const Settings& settings, const Routes& routes, Random random)
      : settings_(settings), routes_(routes), tunnel_id_(static_cast<uint16_t>(random.next())) {}

  // Edits the packet and sets the verdict's action: forward, drop, or pass if the server is this
  // host itself. The connection has a server.
  // `ip` is the packet's header.
  void send(wire::Frame& packet, const wire::Ipv4Edit& ip, const Protocol& protocol,
            const Connection& connection, Content content, Time now, Verdict& verdict);

  // What an IPIP packet to this server may be long, or 0 without a route to it.
  uint32_t tunnel_path_mtu(const RealServer& server, Time now) const;
  // An ICMP error told that the way to the server takes only `mtu` bytes.
  void learn_path_mtu(RealServer& server, uint32_t mtu, Time now) const;

 private:
  const Settings& settings_;
  const Routes& routes_;
  uint16_t tunnel_id_;
};

// Drops with a reason; the ICMP error, if any, is about the packet as it stands, from its
// destination.
void refuse(Verdict& verdict, DropReason reason);
void refuse(Verdict& verdict, DropReason reason, uint8_t type, uint8_t code,
            const wire::IpAddress& source, uint32_t mtu = 0);

}  // namespace lvslab::director
