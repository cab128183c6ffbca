#include "emulator/kernel/socket_address.hh"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace lvslab::kernel {

namespace {
constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

SocketAddress::SocketAddress(const wire::Endpoint& endpoint) {
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes().data(), 4);
    std::memcpy(&storage, &v4, size = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), 16);
    std::memcpy(&storage, &v6, size = sizeof v6);
  }
}

wire::Endpoint SocketAddress::endpoint() const {
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    return {wire::IpAddress::v4_from(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof v6);
  return {unmapped(v6.sin6_addr), ntohs(v6.sin6_port)};
}

wire::IpAddress unmapped(const in6_addr& address) {
  const uint8_t* bytes = address.s6_addr;
  if (std::memcmp(bytes, kMapped.data(), kMapped.size()) == 0)
    return wire::IpAddress::v4_at(bytes + kMapped.size());
  return wire::IpAddress::v6_at(bytes);
}

in6_addr mapped(const wire::IpAddress& address) {
  in6_addr result{};
  uint8_t* bytes = result.s6_addr;
  if (address.is_v4()) {
    std::memcpy(bytes, kMapped.data(), kMapped.size());
    address.store(bytes + kMapped.size());
  } else {
    address.store(bytes);
  }
  return result;
}

wire::Endpoint any_address(wire::Family family, uint16_t port) {
  constexpr std::array<uint8_t, 16> kAny{};
  if (family == wire::Family::v4) return {wire::IpAddress::v4_at(kAny.data()), port};
  return {wire::IpAddress::v6_at(kAny.data()), port};
}

wire::Endpoint local_endpoint(int fd) {
  SocketAddress address;
  if (::getsockname(fd, address.get(), &address.size) != 0) return {};
  return address.endpoint();
}

}  // namespace lvslab::kernel
