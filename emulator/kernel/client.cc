#include "emulator/kernel/client.hh"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "emulator/base/error.hh"
#include "emulator/kernel/client_socket.hh"
#include "emulator/kernel/socket_address.hh"

namespace lvslab::kernel {

namespace {

ClientOutcome outcome_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return ClientOutcome::refused;
    case EMSGSIZE:
      return ClientOutcome::too_big;
    case ETIMEDOUT:
      return ClientOutcome::timeout;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return ClientOutcome::reset;
    // No route, nobody answers ARP (EHOSTUNREACH), or an ICMP error that says so; also
    // administratively prohibited, time exceeded, protocol unreachable.
    default:
      return ClientOutcome::unreachable;
  }
}

}  // namespace

std::string_view name_of(ClientOutcome outcome) {
  switch (outcome) {
    case ClientOutcome::answered:
      return "answered";
    case ClientOutcome::timeout:
      return "timeout";
    case ClientOutcome::refused:
      return "refused";
    case ClientOutcome::unreachable:
      return "unreachable";
    case ClientOutcome::too_big:
      return "too big";
    case ClientOutcome::reset:
      return "reset";
  }
  return "";
}

ClientRequest::ClientRequest(EventLoop& loop, Duration timeout)
    : loop_(loop),
      began_(loop.now()),
      deadline_(loop.add_timer(began_ + timeout, [this](Time) { end(ClientOutcome::timeout); })) {}

void ClientRequest::watch(uint32_t events) {
  if (done_) return;
  if (watching_)
    loop_.change(watching_, events);
  else
    watching_ = loop_.add(socket_.get(), events, [this](uint32_t seen) { ready(seen); });
}

void ClientRequest::end(ClientOutcome outcome) {
  end_but_keep(outcome);
}

FileDescriptor ClientRequest::end_but_keep(ClientOutcome outcome) {
  if (done_) return {};
  done_ = true;
  result_.outcome = outcome;
  result_.took = loop_.now() - began_;
  watching_.reset();
  deadline_.reset();
  return std::move(socket_);
}

void ClientRequest::fail(int error) {
  if (error == EAGAIN || error == EINTR || error == 0) return;
  end(outcome_of(error));
}

int ClientRequest::queued_error() const {
  alignas(cmsghdr) uint8_t control[512];
  uint8_t quoted[64];
  iovec part{quoted, sizeof quoted};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(socket_.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
      const bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
      const bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
      if (!v4 && !v6) continue;
      sock_extended_err error{};
      std::memcpy(&error, CMSG_DATA(c), sizeof error);
      return static_cast<int>(error.ee_errno);
    }
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

RequestResult ClientRequest::finish() {
  loop_.run_until([this] { return done_; });
  return result_;
}

FileDescriptor open_client_socket(const Namespace& in, wire::Family family, int type,
                                  int protocol) {
  const int domain = family == wire::Family::v4 ? AF_INET : AF_INET6;
  return in.run([&] {
    return FileDescriptor(static_cast<int>(check(
        ::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol), "make socket", "client")));
  });
}

void bind_client_port(int fd, wire::Family family, uint16_t port) {
  if (port == 0) return;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  SocketAddress any(any_address(family, port));
  check(::bind(fd, any.get(), any.size), "bind client", "port " + std::to_string(port));
}

void report_errors(int fd, wire::Family family) {
  const int on = 1;
  const bool v4 = family == wire::Family::v4;
  check(::setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on,
                     sizeof on),
        "set up socket", "IP_RECVERR");
}

RequestResult tcp_request(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
                          uint16_t source_port, std::string_view request, Duration timeout) {
  return TcpRequest(loop, in, target, source_port, request, timeout).finish();
}

RequestResult udp_request(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
                          uint16_t source_port, std::string_view request, bool dont_fragment,
                          Duration timeout) {
  return UdpRequest(loop, in, target, source_port, request, dont_fragment, timeout).finish();
}

RequestResult ping(EventLoop& loop, const Namespace& in, const wire::IpAddress& target,
                   uint16_t sequence, Duration timeout, std::string_view payload) {
  return PingRequest(loop, in, target, 0, sequence, payload, timeout).finish();
}

}  // namespace lvslab::kernel
