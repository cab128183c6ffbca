#pragma once
// Echo requests that a host makes (RFC 792; RFC 4443, 4.1).

#include <string_view>

#include "emulator/wire/address.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

// An IP packet. The port of `from` is the identifier.
wire::Frame make_echo_request(const wire::Endpoint& from, const wire::IpAddress& to,
                              uint16_t sequence, std::string_view payload);

}  // namespace lvslab::host
