#pragma once
// Forwarding by tunnel (ipvsadm -i, LVS-TUN): IP in IP (RFC 2003). The packet gets a second header
// in front and is not touched itself.

#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::director {

inline constexpr uint32_t kTunnelOverhead = wire::kIpv4Size;  // bytes
// RFC 791: what every link takes. A tunnel that takes less inside is not used.
inline constexpr uint32_t kSmallestMtu = 68;

struct TunnelHeader {
  wire::IpAddress source, destination;
  bool copy_dont_fragment = true;  // vs.pmtu_disc: DF as the packet's, else never
  uint16_t id = 0;                 // used without DF; with it the id is 0 (RFC 6864)
};

// `packet` is a whole IPv4 packet of at most 65,515 bytes, its TTL already decremented: the outer
// header has the same one. Its frame has headroom for the overhead.
void encapsulate(wire::Frame& packet, const TunnelHeader& header);

}  // namespace lvslab::director
