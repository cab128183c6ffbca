#pragma once
// IPv4 options (RFC 791, 3.1) as a host treats them on the way in, and on the way out of a packet
// that crosses it. Lengths, pointers and what is an error are those of Linux' ip_options.c.
//
// This host knows no time of day: time stamps are the milliseconds of its own clock, with the bit
// that says so (RFC 791, "Internet Timestamp").

#include <array>
#include <cstdint>
#include <optional>

#include "emulator/base/time.hh"
#include "emulator/host/routes.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

// What a packet's options were found to be, and what was entered into them.
struct Options {
  bool source_route = false;              // LSRR or SSRR is there
  std::optional<uint8_t> malformed_at{};  // offset in the header, for a parameter problem
  bool changed = false;    // the header checksum is still that of before: fill_checksum() is due
  uint8_t route_at = 0;    // where record route is, as an offset in the header; 0: nowhere
  uint8_t time_at = 0;     // and the time stamp
  bool recorded = false;   // the route ends with the recorder: record_way_out() is due
  bool addressed = false;  // so does the time stamp
  bool stamped = false;
};

// Walks the options of a packet whose header is checked. Record route and time stamp are entered
// while there is room, in the name of `recorder`. As in Linux, the header checksum stays what it
// was until the packet leaves: an ICMP error quotes it so.
Options take_options(wire::Frame& packet, const RouteTable& routes, const wire::IpAddress& recorder,
                     Time now);

// The route of a packet that crosses the host ends with the address of the way out instead (RFC
// 1812, 5.2.4.4); time stamps keep theirs, as seen of Linux 6.1. The header checksum follows.
void record_way_out(wire::Frame& packet, const Options& taken, const wire::IpAddress& address);

// Options of an answer.
struct Echoed {
  std::array<uint8_t, 40> bytes{};
  uint8_t size = 0;  // a multiple of 4
  Bytes all() const { return Bytes(bytes).first(size); }
};

// What the answer to a packet bears (RFC 1122, 3.2.2.6): its record route and time stamp, with an
// entry of the answer's own. `from`: the answer's source. Nothing: Linux sends no answer, as an
// option has no room for a whole entry. `packet` begins with the IP header that was taken.
std::optional<Echoed> echo_options(Bytes packet, const Options& taken, const RouteTable& routes,
                                   const wire::IpAddress& from, Time now);

// Puts options behind the header of a packet that has none; length and checksum follow.
void add_options(wire::Frame& packet, const Echoed& options);

// Turns options whose copied flag is not set into no-operations. The header checksum is not
// updated.
void keep_copied_options(wire::Frame& packet);

}  // namespace lvslab::host
