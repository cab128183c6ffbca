#pragma once
// The way of a client's packet out to its server: route, TTL, MTU, then the forwarding method. In
// the kernel's order: a packet that is refused has made its connection before.
//
// Not here: neighbours, fragmenting (the host does it where DF allows) and sending.

#include <algorithm>

#include "emulator/base/random.hh"
#include "emulator/director/director.hh"
#include "emulator/director/protocol.hh"
#include "emulator/director/real_server.hh"
#include "emulator/director/refusal.hh"
#include "emulator/director/service_table.hh"

namespace lvslab::director {

// What is sent: data of a connection, or an ICMP error about one.
enum class Content : uint8_t { segment, icmp_error };

// One packet on its way out. `ip` is the packet's header.
struct Sending {
  wire::Frame& packet;
  const wire::IpEdit& ip;
  const Connection& connection;
  Content content;
  Time now;
  Verdict& verdict;

  // No ICMP error about an ICMP error (RFC 1122, 3.2.2).
  void refuse_with(DropReason reason, Complaint complaint, uint32_t mtu = 0) const {
    if (content == Content::icmp_error) return refuse(verdict, reason);
    refuse(verdict, reason, complaint, ip.destination(), mtu);
    // The error leaves this host as a reply of the connection would, unless that had to be
    // translated: the kernel counts it as one.
    if (connection.server && connection.method != ipvs::Method::masquerade)
      connection.server->count_out(error_size());
  }

 private:
  // Of an ICMP error that quotes the packet (RFC 1812, 4.3.2.3; RFC 4443, 3), bytes.
  size_t error_size() const {
    constexpr size_t kLargest4 = 576, kHeaders4 = 28, kLargest6 = 1280, kHeaders6 = 48;
    return ip.is_v4() ? std::min(kLargest4, kHeaders4 + packet.size())
                      : std::min(kLargest6, kHeaders6 + packet.size());
  }
};

class Transmitter {
 public:
  // Both must outlive it.
  Transmitter(const Settings& settings, const Routes& routes, Random random)
      : settings_(settings), routes_(routes), tunnel_id_(static_cast<uint16_t>(random.next())) {}

  // Edits the packet and sets the verdict's action: forward, drop, or pass if the server is this
  // host itself.
  template <class P>
  void send(const Sending& sending, const P& protocol);

  // What a tunnel packet to this server may be long, or 0 without a route to it.
  uint32_t tunnel_path_mtu(RealServer& server, Time now) const;
  // An ICMP error told that the way to the server takes only `mtu` bytes.
  void learn_path_mtu(RealServer& server, uint32_t mtu, Time now) const;

 private:
  const Route* route_of(const Sending& sending);
  bool prepare(const Sending& sending, const Route& route) const;
  void tunnel(const Sending& sending, const Route& route);

  const Settings& settings_;
  const Routes& routes_;
  std::optional<Route> bypass_;  // of the packet at hand
  uint16_t tunnel_id_;
};

}  // namespace lvslab::director
