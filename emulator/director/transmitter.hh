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
