#pragma once
// Forwarding by tunnel (ipvsadm -i): an outer IPv4 or IPv6 header around the packet, alone (IPIP,
// RFC 2003), with GRE (RFC 2784) or with UDP and GUE (draft-ietf-intarea-gue) before the packet.
// Routes, TTL and MTU are not looked at here.

#include "emulator/ipvs/service.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/ip_edit.hh"

namespace lvslab::director {

// Bytes of the tunnels' own headers, between the outer IP header and the packet.
inline constexpr size_t kTunnelUdpSize = 8;
inline constexpr size_t kGueSize = 4;
inline constexpr size_t kGreSize = 4;
inline constexpr size_t kGreChecksumSize = 4;

struct TunnelHeader {
  const wire::IpAddress& source;
  const wire::IpAddress& destination;
  const ipvs::Tunnel& tunnel;
  bool copy_dont_fragment = true;  // vs.pmtu_disc; else the outer header never has DF
  uint16_t id = 0;                 // of an outer IPv4 header that may be fragmented
  uint16_t flow_port = 0;          // UDP source of GUE
};

// Bytes that go in front of a packet.
size_t overhead_of(const ipvs::Tunnel& tunnel, wire::Family outer);

// `inner` is the header of `packet`, which has kHeadroom. The whole must not become longer than
// 65,535 bytes.
void encapsulate(wire::Frame& packet, const wire::IpEdit& inner, const TunnelHeader& header);

}  // namespace lvslab::director
