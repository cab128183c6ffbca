#pragma once
// UDP services of a host (RFC 768): a datagram in, at most one back, from the address that was
// used.

#include <functional>
#include <map>
#include <utility>

#include "emulator/base/time.hh"
#include "emulator/host/drops.hh"
#include "emulator/host/egress.hh"
#include "emulator/host/service.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

// A whole datagram with its headers. DF is set (IPv4); the caller clears it for
// what must be fragmented.
wire::Frame make_datagram(const wire::Endpoint& from, const wire::Endpoint& to,
                          std::string_view payload);

// What a whole UDP packet carries; nothing when lengths or checksum are wrong. A partial checksum
// is not verified: its device vouches for it.
std::optional<Bytes> datagram_in(const wire::Frame& packet);

// A datagram to a group that was joined.
using GroupHandler = std::function<void(Bytes datagram, Time now)>;

class UdpServices {
 public:
  void listen(uint16_t port, UdpHandler handler) { handlers_[port] = std::move(handler); }

  enum class Outcome : uint8_t { taken, malformed, no_listener };
  // `local`: the address that replies come from. A partial checksum is not verified: its device
  // vouches for it.
  Outcome receive(const wire::Frame& packet, const wire::IpAddress& local, Egress& out) const;

  // A socket bound to a group and an interface (IP_ADD_MEMBERSHIP, SO_BINDTODEVICE).
  void join(uint32_t interface, const wire::Endpoint& group, GroupHandler handler) {
    groups_.insert_or_assign({interface, group}, std::move(handler));
  }
  void leave(uint32_t interface, const wire::Endpoint& group) { groups_.erase({interface, group}); }
  void leave_all() { groups_.clear(); }
  bool is_joined(uint32_t interface, const wire::IpAddress& group) const;
  // A packet to such a group.
  Outcome receive_group(const wire::Frame& packet, uint32_t interface, Time now) const;

 private:
  std::map<uint16_t, UdpHandler> handlers_;
  std::map<std::pair<uint32_t, wire::Endpoint>, GroupHandler> groups_;
};

}  // namespace lvslab::host
