#pragma once
// Between wire::Endpoint and the kernel's socket addresses. Sockets here are IPv6 ones that also
// take IPv4 (as ::ffff:a.b.c.d) or of one family; an Endpoint is the same either way.

#include <netinet/in.h>
#include <sys/socket.h>

#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// The one place where a socket address of a family is handed on as the general one.
template <class Address>
sockaddr* as_sockaddr(Address& address) {
  return static_cast<sockaddr*>(static_cast<void*>(&address));
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  SocketAddress() = default;  // to be filled in by the kernel
  explicit SocketAddress(const wire::Endpoint& endpoint);
  sockaddr* get() { return as_sockaddr(storage); }
  wire::Endpoint endpoint() const;
};

// ::ffff:a.b.c.d as the IPv4 address it stands for.
wire::IpAddress unmapped(const in6_addr& address);
in6_addr mapped(const wire::IpAddress& address);

// Any address, of the family; port in host order.
wire::Endpoint any_address(wire::Family family, uint16_t port);
wire::Endpoint local_endpoint(int fd);

}  // namespace lvslab::kernel
