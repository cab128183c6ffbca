#pragma once
// What the client requests do to a socket before they use it. Only their own files include this.

#include <cstdint>

#include "emulator/base/file_descriptor.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// Non-blocking; type and protocol as socket(2) takes them.
FileDescriptor open_client_socket(const Namespace& in, wire::Family family, int type, int protocol);
// Port 0: left to the kernel. Throws SystemError when it is taken.
void bind_client_port(int fd, wire::Family family, uint16_t port);
// ICMP errors about what was sent are queued on the socket (IP_RECVERR).
void report_errors(int fd, wire::Family family);

}  // namespace lvslab::kernel
