#pragma once
// AH and ESP (RFC 4302, RFC 4303): they have no ports and never make a connection, but follow that
// of their key exchange, UDP port 500 to port 500 (RFC 7296, 2), to its server.

#include "emulator/director/protocol.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

inline constexpr uint16_t kIkePort = 500;

class Ipsec final : public Protocol {
 public:
  uint8_t number() const override { return wire::proto::kUdp; }  // whose connection it follows
  size_t header_size() const override { return 0; }
  bool opens(Bytes) const override { return false; }
  bool schedulable(Bytes, const Settings&) const override { return false; }
  bool resets(Bytes) const override { return false; }
  bool reusable(const Connection&, int) const override { return false; }
  void advance(Connection&, Direction, Bytes, const Timeouts&) const override {}
  std::string_view state_name(uint8_t) const override { return "NONE"; }
  void replace_end(const wire::Frame&, const wire::IpEdit& ip, Side side, const ipvs::Endpoint& by,
                   const Rewriting& change) const override {
    ip.put(side, by.address, wire::ChecksumDelta(change.addresses));
  }
};

inline constinit const Ipsec kIpsec;

}  // namespace lvslab::director
