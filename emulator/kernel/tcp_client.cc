#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/client_socket.hh"
#include "emulator/kernel/socket_address.hh"

namespace lvslab::kernel {

TcpRequest::TcpRequest(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
                       uint16_t source_port, std::string_view request, Duration timeout)
    : ClientRequest(loop, timeout), request_(request) {
  const wire::Family family = target.address.family();
  socket_ = open_client_socket(in, family, SOCK_STREAM, 0);
  bind_client_port(socket_.get(), family, source_port);
  SocketAddress to(target);
  const int error = ::connect(socket_.get(), to.get(), to.size) == 0 ? 0 : errno;
  result_.local = local_endpoint(socket_.get());
  if (error != EINPROGRESS) fail(error);
  watch(EPOLLOUT);
}

TcpRequest::TcpRequest(EventLoop& loop, FileDescriptor kept, std::string_view request,
                       Duration timeout)
    : ClientRequest(loop, timeout), request_(request) {
  socket_ = std::move(kept);
  result_.local = local_endpoint(socket_.get());
  watch(EPOLLOUT);
}

bool TcpRequest::connected() {
  if (connected_) return true;
  if (const int error = queued_error()) {
    fail(error);
    return false;
  }
  result_.local = local_endpoint(socket_.get());
  return connected_ = true;
}

void TcpRequest::send_rest() {
  while (sent_ < request_.size()) {
    const ssize_t n =
        ::send(socket_.get(), request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
    if (n < 0) return fail(errno);
    sent_ += static_cast<size_t>(n);
  }
  watch(EPOLLIN);
}

void TcpRequest::receive() {
  char bytes[16384];
  while (!done()) {
    const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (n < 0) {
      const int error = errno;
      fail(error);
      if (error == EAGAIN) return;
    } else if (n == 0) {
      // Closed before a byte of reply: in order, but no answer.
      end(result_.reply.empty() ? ClientOutcome::reset : ClientOutcome::answered);
    } else {
      result_.reply.append(bytes, static_cast<size_t>(n));
      if (complete_ && complete_(result_.reply)) keep();
    }
  }
}

void TcpRequest::keep() {
  // Acknowledged now, not 40 ms later or with the next request: what follows begins in silence.
  const int on = 1;
  check(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on), "set up socket",
        "TCP_QUICKACK");
  kept_ = end_but_keep(ClientOutcome::answered);
}

void TcpRequest::ready(uint32_t events) {
  if (!connected()) return;
  // A server may answer and close before it has read all: its answer counts.
  if (sent_ < request_.size() && (events & EPOLLOUT)) send_rest();
  if (!done() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) receive();
}

}  // namespace lvslab::kernel
