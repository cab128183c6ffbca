#pragma once
// Where random cases happen: a director between clients and servers.
//
//   remote clients 203.0.113.0/25 ── router .254 ─┐              ┌─ servers 198.51.100.11 to .16
//   clients 192.0.2.9 to .12 ─────────────────── eth0 director eth1 ─ router .254 ── remote servers
//                                 VIPs 192.0.2.100 to .103                     203.0.113.129 to
//                                 .134
//
// IPv6 the same with 2001:db8:1:: (clients), :2:: (servers), :3:: (remote clients), :4:: (remote
// servers). Addresses of RFC 5737 and RFC 3849.

#include "emulator/conform/case.hh"

namespace lvslab::conform::world {

inline constexpr uint32_t kOutside = 0, kInside = 1;  // ports of the director

// Without events.
Case surroundings(uint32_t inside_mtu);

wire::IpAddress vip(unsigned n, bool v6);            // n in 0..3
inline constexpr unsigned kMarkedVip = 3;            // what is sent there may be marked
wire::IpAddress client(unsigned n, bool v6);         // 0..3 on link
wire::IpAddress remote_client(unsigned n, bool v6);  // 0..99
wire::IpAddress server(unsigned n, bool v6);         // 0..5
wire::IpAddress remote_server(unsigned n, bool v6);  // 0..5
wire::IpAddress director(uint32_t port, bool v6);
wire::IpAddress router(uint32_t port, bool v6);

wire::Mac director_mac(uint32_t port);
// Whose frames carry packets from that address: a neighbour's or the router's.
wire::Mac mac_of(uint32_t port, const wire::IpAddress& address);

}  // namespace lvslab::conform::world
