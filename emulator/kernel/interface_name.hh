#pragma once
// Interface names are checked, never cut: "realserver-frontend0" cut to 15 characters is a
// different interface, and two such names may become one.

#include <net/if.h>

#include <string_view>

namespace lvslab::kernel {

// Characters in a name (IFNAMSIZ less the terminating zero).
inline constexpr size_t kLongestInterfaceName = IFNAMSIZ - 1;

// Throws UsageError unless the kernel would take it (dev_valid_name: 1 to 15 characters, no '/',
// ':' or space, not "." or "..").
void check_interface_name(std::string_view name);

// An ioctl request for the interface, otherwise zero; the name is checked.
ifreq interface_request(std::string_view name);

}  // namespace lvslab::kernel
