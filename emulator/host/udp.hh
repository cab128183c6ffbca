#pragma once
// UDP services of a host (RFC 768): a datagram in, at most one back, from the address that was
// used.

#include <map>

#include "emulator/host/drops.hh"
#include "emulator/host/egress.hh"
#include "emulator/host/service.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

// A whole datagram with its headers. DF is set (IPv4); the caller clears it for
// what must be fragmented.
wire::Frame make_datagram(const wire::Endpoint& from, const wire::Endpoint& to,
                          std::string_view payload);

class UdpServices {
 public:
  void listen(uint16_t port, UdpHandler handler) { handlers_[port] = std::move(handler); }

  enum class Outcome : uint8_t { taken, malformed, no_listener };
  // `local`: the address that replies come from. A partial checksum is not verified: its device
  // vouches for it.
  Outcome receive(const wire::Frame& packet, const wire::IpAddress& local, Egress& out) const;

 private:
  std::map<uint16_t, UdpHandler> handlers_;
};

}  // namespace lvslab::host
