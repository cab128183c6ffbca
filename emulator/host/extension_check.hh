#pragma once
// What a host makes of the extension headers of a packet that it handles: options by the action
// bits of their type (RFC 8200, 4.2), routing headers by their segments left (4.4). As Linux does
// with its defaults: eight options a header at most, seven bytes of padding in a row, no routing
// header taken but one that is used up.

#include <optional>

#include "emulator/host/drops.hh"
#include "emulator/host/icmp.hh"
#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::host {

// Why a packet ends here, and the parameter problem that its source is told, if any.
struct ExtensionFault {
  DropReason reason = DropReason::bad_extension_header;
  std::optional<IcmpError> answer{};
};

// The header at `walk`, which is neither a fragment header nor necessarily whole. Nothing: it does
// not stand in the way. packet: from the IPv6 header on.
std::optional<ExtensionFault> check_extension(Bytes packet, const wire::ExtensionWalk& walk);

}  // namespace lvslab::host
