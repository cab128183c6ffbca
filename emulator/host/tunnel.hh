#pragma once
// Taking an outer header off: IPIP (RFC 2003), IPv6 in either (RFC 4213, RFC 2473), IPv4 in IPv6,
// as tunl0, sit0 and ip6tnl0 do.

#include <optional>

#include "emulator/host/drops.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

// Packets within packets within packets: more than this is someone's joke.
inline constexpr unsigned kTunnelNesting = 8;

// Removes the outer header of `packet` (protocol 4 or 41, checked), with its options or extension
// headers. Congestion marks move inward by
// RFC 6040, 4.2. Returns nothing wrong, or why the packet is to be dropped.
std::optional<DropReason> decapsulate(wire::Frame& packet);

}  // namespace lvslab::host
