#pragma once
// UDP: one state, any datagram makes a connection. Its length field is not looked at, as in IPVS.

#include "emulator/director/protocol.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

class Udp final : public Protocol {
 public:
  uint8_t number() const override { return wire::proto::kUdp; }
  size_t header_size() const override { return wire::kUdpSize; }
  bool opens(Bytes) const override { return false; }
  bool schedulable(Bytes, const Settings&) const override { return true; }
  bool resets(Bytes) const override { return false; }
  bool reusable(const Connection&, int) const override { return false; }

  // Never leaves InActConn.
  void advance(Connection& connection, Direction direction, Bytes,
               const Timeouts& timeouts) const override {
    if (direction == Direction::reply) connection.assure_template();
    connection.state = kNormal;
    connection.timeout = timeouts.udp;
  }

  std::string_view state_name(uint8_t) const override { return "UDP"; }

  void replace_end(const wire::Frame& packet, const wire::IpEdit& ip, Side side,
                   const ipvs::Endpoint& by, const Rewriting& change) const override {
    const auto datagram = *wire::UdpEdit::over(ip.payload());
    const wire::ChecksumDelta addresses(change.addresses);
    ip.put(side, by.address, addresses);
    store_be16(datagram.data() + (side == Side::source ? 0 : 2), by.port);
    const uint16_t old = datagram.checksum();
    if (checksum_is_partial(packet, ip))
      datagram.set_checksum(addresses.apply_partial(old));
    else if (old == 0)
      datagram.set_checksum(never_zero(whole_checksum(ip)));
    else
      datagram.set_checksum(never_zero(wire::ChecksumDelta(change.all).apply(old)));
  }

 private:
  static constexpr uint8_t kNormal = 1;

  // A checksum that comes out as 0 is sent as its other form, for 0 says "none" (RFC 768).
  static uint16_t never_zero(uint16_t checksum) { return checksum == 0 ? 0xffff : checksum; }

  // IPVS gives a checksum to datagrams that came without one, over the IP payload whatever the
  // datagram says of its length.
  static uint16_t whole_checksum(const wire::IpEdit& ip) {
    return wire::checksum_finish(wire::checksum_sum(ip.payload(), ip.pseudo_header_sum()));
  }
};

inline constinit const Udp kUdp;

}  // namespace lvslab::director
