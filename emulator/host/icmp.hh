#pragma once
// ICMP messages (RFC 792) that a host originates, and the rules of when it may (RFC 1122, 3.2.2;
// RFC 1812, 4.3.2). Built in place, not by libtins: that one writes an RFC 4884 length into every
// error with more than 128 bytes of quote, which Linux does not.
//
// There is no rate limit: a lab wants every error it asked for.

#include "emulator/host/options.hh"
#include "emulator/host/routes.hh"
#include "emulator/wire/frame.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

struct IcmpError {
  uint8_t type = 0;
  uint8_t code = 0;
  uint32_t rest = 0;       // second word: MTU, gateway, pointer << 24
  wire::IpAddress source;  // 0.0.0.0: the address it was sent to if local, else the way's own
};

inline constexpr size_t kIcmpErrorSize = 576;  // bytes of IP packet, at most (RFC 1812, 4.3.2.3)

// Not about ICMP errors, fragments beyond the first, or packets to or from no single host.
bool may_report(const RouteTable& routes, Bytes packet);

// The error to the source of `packet`, quoting it as it stands. TOS: internetwork control and the
// packet's own delay, throughput and reliability bits.
// `options` go into its header.
wire::Frame make_icmp_error(Bytes packet, const IcmpError& error, const Echoed& options,
                            uint16_t id);

// Turns an echo request, whose IP and ICMP checksums are right, into its reply, without options.
void turn_into_echo_reply(wire::Frame& packet, uint16_t id);

}  // namespace lvslab::host
