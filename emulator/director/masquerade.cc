#include "emulator/director/masquerade.hh"

#include "emulator/wire/transport.hh"

namespace lvslab::director {

void masquerade_error(const wire::Ipv4Edit& outer, const Connection& connection,
                      Direction direction) {
  const auto icmp = *wire::IcmpEdit::over(outer.payload());
  const auto quoted = *wire::Ipv4Edit::over_quoted(icmp.body());
  uint8_t* ports = quoted.data() + quoted.header_length();
  // The quoted packet went the other way, so its ends stand the other way round. Its transport
  // checksum stays as it was: whoever is told has no use for it, and it may not be there.
  if (direction == Direction::request) {
    exchange_address(outer, Side::destination, connection.real.address);
    quoted.set_source(connection.real.address);
    store_be16(ports, connection.real.port);
  } else {
    exchange_address(outer, Side::source, connection.virtual_end.address);
    quoted.set_destination(connection.virtual_end.address);
    store_be16(ports + 2, connection.virtual_end.port);
  }
  quoted.fill_checksum();
  icmp.set_checksum(0);
  icmp.set_checksum(wire::checksum_finish(wire::checksum_sum(outer.payload())));
}

}  // namespace lvslab::director
