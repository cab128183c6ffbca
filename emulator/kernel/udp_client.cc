#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/client_socket.hh"
#include "emulator/kernel/socket_address.hh"

namespace lvslab::kernel {

namespace {

constexpr size_t kLargestDatagram = 65535;

// DO: DF set, never fragmented here. DONT: DF clear.
void set_dont_fragment(int fd, wire::Family family, bool on) {
  const bool v4 = family == wire::Family::v4;
  const int v4_mode = on ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
  const int v6_mode = on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT;
  const int& mode = v4 ? v4_mode : v6_mode;
  check(::setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
                     &mode, sizeof mode),
        "set up UDP client", "IP_MTU_DISCOVER");
}

}  // namespace

UdpRequest::UdpRequest(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
                       uint16_t source_port, std::string_view request, bool dont_fragment,
                       Duration timeout)
    : ClientRequest(loop, timeout) {
  const wire::Family family = target.address.family();
  socket_ = open_client_socket(in, family, SOCK_DGRAM, 0);
  const int fd = socket_.get();
  set_dont_fragment(fd, family, dont_fragment);
  report_errors(fd, family);
  bind_client_port(fd, family, source_port);
  SocketAddress to(target);
  // Connected: only the target's datagrams and ICMP errors about ours are for this socket.
  if (::connect(fd, to.get(), to.size) != 0) fail(errno);
  if (!done()) result_.local = local_endpoint(fd);
  if (!done() && ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail(errno);
  watch(EPOLLIN);
}

void UdpRequest::ready(uint32_t events) {
  if (events & EPOLLERR) return fail(queued_error());
  result_.reply.resize(kLargestDatagram);
  const ssize_t n = ::recv(socket_.get(), result_.reply.data(), result_.reply.size(), 0);
  const int error = errno;
  result_.reply.resize(n < 0 ? 0 : static_cast<size_t>(n));
  if (n < 0) return fail(error);
  end(ClientOutcome::answered);
}

}  // namespace lvslab::kernel
