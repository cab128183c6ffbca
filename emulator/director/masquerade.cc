#include "emulator/director/masquerade.hh"

#include "emulator/director/protocols.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

void masquerade_error(const wire::IpEdit& outer, const Connection& connection,
                      Direction direction) {
  const auto icmp = *wire::IcmpEdit::over(outer.payload());
  const auto quoted = *wire::IpEdit::over_quoted(icmp.body(), outer.family());
  // AH and ESP have none.
  uint8_t* ports =
      protocol_of(quoted.protocol()) ? quoted.data() + quoted.header_length() : nullptr;
  // The quoted packet went the other way, so its ends stand the other way round. Its transport
  // checksum stays as it was: whoever is told has no use for it, and it may not be there.
  if (direction == Direction::request) {
    outer.replace(Side::destination, connection.real.address);
    quoted.replace(Side::source, connection.real.address);
    if (ports) store_be16(ports, connection.real.port);
  } else {
    outer.replace(Side::source, connection.virtual_end.address);
    quoted.replace(Side::destination, connection.virtual_end.address);
    if (ports) store_be16(ports + 2, connection.virtual_end.port);
  }
  if (quoted.is_v4()) quoted.v4().fill_checksum();
  const uint64_t pseudo = outer.is_v4() ? 0 : outer.pseudo_header_sum();
  icmp.set_checksum(0);
  icmp.set_checksum(wire::checksum_finish(wire::checksum_sum(outer.payload(), pseudo)));
}

}  // namespace lvslab::director
