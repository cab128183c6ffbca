#pragma once
// Whether something listens on a port of a namespace, asked of the kernel's socket tables.

#include <cstdint>

#include "emulator/kernel/namespace.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

// TCP: a socket in LISTEN; UDP: a socket bound to the port. IPv4 and IPv6.
bool is_listening(const kernel::Namespace& in, topology::Transport transport, uint16_t port);

}  // namespace lvslab::lab
