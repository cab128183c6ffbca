#pragma once
// IPv4 options (RFC 791, 3.1) as a host treats them on the way in.

#include <cstdint>
#include <optional>

#include "emulator/wire/address.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

struct OptionsResult {
  bool source_route = false;              // LSRR or SSRR is there
  std::optional<uint8_t> malformed_at{};  // offset in the header, for a parameter problem
};

// Walks the options of a packet whose header is checked. Record route: `recorder` is entered while
// there is room, and the header checksum follows. Timestamps are left as they are: this host knows
// no time of day.
OptionsResult take_options(wire::Frame& packet, const wire::IpAddress& recorder);

// Turns options whose copied flag is not set into no-operations. The header checksum is not
// updated.
void keep_copied_options(wire::Frame& packet);

}  // namespace lvslab::host
