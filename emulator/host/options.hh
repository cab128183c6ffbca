#pragma once
// IPv4 options (RFC 791, 3.1) as a host treats them on the way in, and on the way out of a packet
// that crosses it. Lengths, pointers and what is an error are those of Linux' ip_options.c.
//
// This host knows no time of day: time stamps are the milliseconds of its own clock, with the bit
// that says so (RFC 791, "Internet Timestamp").

#include <cstdint>
#include <optional>

#include "emulator/base/time.hh"
#include "emulator/host/routes.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

struct OptionsResult {
  bool source_route = false;              // LSRR or SSRR is there
  std::optional<uint8_t> malformed_at{};  // offset in the header, for a parameter problem
  bool recorded = false;  // a recorded route ends with the recorder: record_way_out() is due
};

// Walks the options of a packet whose header is checked. Record route and timestamp are entered
// while there is room, in the name of `recorder`; the header checksum follows. What was entered
// before something malformed stays, without a new checksum, and is so quoted.
OptionsResult take_options(wire::Frame& packet, const RouteTable& routes,
                           const wire::IpAddress& recorder, Time now);

// The route of a packet that crosses the host ends with the address of the way out instead (RFC
// 1812, 5.2.4.4); time stamps keep theirs, as seen of Linux 6.1. Only after take_options() has
// recorded.
void record_way_out(wire::Frame& packet, const wire::IpAddress& address);

// Turns options whose copied flag is not set into no-operations. The header checksum is not
// updated.
void keep_copied_options(wire::Frame& packet);

}  // namespace lvslab::host
