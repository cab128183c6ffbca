#pragma once
// What an interface does with frames on the host's behalf (ethtool(8) -K), by ioctl SIOCETHTOOL.

#include <string_view>

#include "emulator/kernel/namespace.hh"

namespace lvslab::kernel {

// Checksums of both directions, scatter-gather, TSO, GSO and GRO together. Off: every frame on the
// link is what it claims to be, checksums filled in, none larger than the MTU. On: super-packets
// with partial checksums pass whole, for speed. A feature the device has no switch for is left.
void set_offloads(const Namespace& in, std::string_view interface, bool on);

}  // namespace lvslab::kernel
