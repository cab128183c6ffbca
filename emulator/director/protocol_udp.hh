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
  void advance(Connection& connection, Direction, Bytes, const Timeouts& timeouts) const override {
    connection.state = kNormal;
    connection.timeout = timeouts.udp;
  }

  std::string_view state_name(uint8_t) const override { return "UDP"; }

  void replace_end(const wire::Frame& packet, const wire::Ipv4Edit& ip, Side side,
                   const ipvs::Endpoint& by) const override {
    const auto datagram = *wire::UdpEdit::over(ip.payload());
    wire::ChecksumDelta addresses;
    addresses.replace32(exchange_address(ip, side, by.address).v4_value(), by.address.v4_value());
    wire::ChecksumDelta all = addresses;
    if (side == Side::source) {
      all.replace16(datagram.source_port(), by.port);
      datagram.set_source_port(by.port);
    } else {
      all.replace16(datagram.destination_port(), by.port);
      datagram.set_destination_port(by.port);
    }
    if (checksum_is_partial(packet, ip))
      datagram.set_checksum(addresses.apply_partial(datagram.checksum()));
    else
      datagram.set_checksum(never_zero(datagram.checksum() == 0 ? whole_checksum(ip)
                                                                : all.apply(datagram.checksum())));
  }

 private:
  static constexpr uint8_t kNormal = 1;

  // A checksum that comes out as 0 is sent as its other form, for 0 says "none" (RFC 768).
  static uint16_t never_zero(uint16_t checksum) { return checksum == 0 ? 0xffff : checksum; }

  // IPVS gives a checksum to datagrams that came without one, over the IP payload whatever the
  // datagram says of its length.
  static uint16_t whole_checksum(const wire::Ipv4Edit& ip) {
    const auto payload = ip.payload();
    return wire::checksum_finish(wire::checksum_sum(
        payload, wire::pseudo_header_sum(ip.source(), ip.destination(), wire::proto::kUdp,
                                         static_cast<uint32_t>(payload.size()))));
  }
};

inline constinit const Udp kUdp;

}  // namespace lvslab::director
