#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "emulator/base/error.hh"
#include "emulator/kernel/server.hh"
#include "emulator/kernel/socket_address.hh"

namespace lvslab::kernel {

namespace {

constexpr size_t kLargestDatagram = 65535;
constexpr int kMostAtOnce = 64;

FileDescriptor open_socket(uint16_t port) {
  const std::string object = "UDP port " + std::to_string(port);
  const int on = 1, off = 0;
  FileDescriptor fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd) {
    check(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), "set up", object);
    check(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on), "set up", object);
    SocketAddress any(any_address(wire::Family::v6, port));
    check(::bind(fd.get(), any.get(), any.size), "bind", object);
    return fd;
  }
  // A kernel started with ipv6.disable=1.
  fd = FileDescriptor(static_cast<int>(check(
      ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "make socket", object)));
  check(::setsockopt(fd.get(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on), "set up", object);
  SocketAddress any(any_address(wire::Family::v4, port));
  check(::bind(fd.get(), any.get(), any.size), "bind", object);
  return fd;
}

// The address a datagram was sent to.
wire::IpAddress destination_of(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return unmapped(info.ipi6_addr);
    }
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return wire::IpAddress::v4_from(ntohl(info.ipi_addr.s_addr));
    }
  }
  return {};
}

// The message then goes out from `source`. No interface is named, so the route to the peer decides:
// a DR server answers by its gateway, whatever device the VIP is on.
template <class Info>
void put_control(msghdr& message, int level, int type, const Info& info) {
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(c), &info, sizeof info);
}

void put_source(msghdr& message, sa_family_t family, const wire::IpAddress& source) {
  if (family == AF_INET6) {
    in6_pktinfo info{};
    info.ipi6_addr = mapped(source);
    put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(source.v4_value());
    put_control(message, IPPROTO_IP, IP_PKTINFO, info);
  }
}

}  // namespace

UdpServer::UdpServer(EventLoop& loop, const Namespace& in, uint16_t port, Service service)
    : service_(std::move(service)),
      port_(port),
      socket_(in.run([&] { return open_socket(port); })),
      buffer_(kLargestDatagram, '\0'),
      watching_(loop.add(socket_.get(), EPOLLIN, [this](uint32_t) { answer_all(); })) {}

void UdpServer::answer_all() {
  for (int n = 0; n < kMostAtOnce; ++n) {
    SocketAddress peer;
    alignas(cmsghdr) uint8_t control[256] = {};
    iovec part{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = peer.get();
    message.msg_namelen = peer.size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(socket_.get(), &message, 0);
    if (size < 0) return;
    const wire::IpAddress local = destination_of(message);
    auto reply = service_({peer.endpoint(),
                           {local, port_},
                           std::string_view(buffer_).substr(0, static_cast<size_t>(size))});
    if (!reply) continue;
    part = {reply->bytes.data(), reply->bytes.size()};
    message.msg_flags = 0;
    put_source(message, peer.storage.ss_family, local);
    // Lost like any datagram when it cannot be sent now.
    ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  }
}

}  // namespace lvslab::kernel
