#pragma once
// Says on a link whose an address is now, as a virtual router's hosts do when it moves: a
// gratuitous ARP request (RFC 5227, 3), an unsolicited neighbour advertisement (RFC 4861, 7.2.6).
// Linux has no sysctl that would say it of an address that was just added.

#include <string_view>

#include "emulator/kernel/namespace.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// mac: of the interface. is_router: the host forwards, which IPv6 tells along.
void announce(const Namespace& in, std::string_view interface, const wire::Mac& mac,
              const wire::IpAddress& address, bool is_router);

}  // namespace lvslab::kernel
