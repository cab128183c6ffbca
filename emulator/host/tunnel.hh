#pragma once
// Taking IPIP off (RFC 2003), as tunl0 does.

#include <optional>

#include "emulator/host/drops.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

// Packets within packets within packets: more than this is someone's joke.
inline constexpr unsigned kTunnelNesting = 8;

// Removes the outer header of `packet` (protocol 4, checked). Congestion marks move inward by
// RFC 6040, 4.2. Returns nothing wrong, or why the packet is to be dropped.
std::optional<DropReason> decapsulate(wire::Frame& packet);

}  // namespace lvslab::host
