#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "emulator/kernel/client.hh"
#include "emulator/kernel/client_socket.hh"
#include "emulator/kernel/socket_address.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::kernel {

namespace {

constexpr size_t kLargestPacket = 65535;

uint16_t next_identifier() {
  static uint16_t last = 0x1000;
  return ++last;
}

// RFC 792, "Echo or Echo Reply Message"; RFC 4443, 4.1. The kernel fills in ICMPv6's checksum
// (RFC 3542, 3.1), which covers a pseudo header.
std::vector<uint8_t> echo_request(wire::Family family, uint16_t identifier, uint16_t sequence,
                                  std::string_view payload) {
  std::vector<uint8_t> message(wire::kIcmpSize + payload.size(), 0);
  message[0] = family == wire::Family::v4 ? wire::icmp::kEchoRequest : uint8_t{ICMP6_ECHO_REQUEST};
  store_be16(message.data() + 4, identifier);
  store_be16(message.data() + 6, sequence);
  std::copy(payload.begin(), payload.end(), message.begin() + wire::kIcmpSize);
  if (family == wire::Family::v4)
    store_be16(message.data() + 2, wire::checksum_finish(wire::checksum_sum(message)));
  return message;
}

}  // namespace

PingRequest::PingRequest(EventLoop& loop, const Namespace& in, const wire::IpAddress& target,
                         uint16_t identifier, uint16_t sequence, std::string_view payload,
                         Duration timeout)
    : ClientRequest(loop, timeout),
      target_(target),
      identifier_(identifier ? identifier : next_identifier()),
      sequence_(sequence) {
  const wire::Family family = target.family();
  const int protocol = family == wire::Family::v4 ? IPPROTO_ICMP : int{IPPROTO_ICMPV6};
  socket_ = open_client_socket(in, family, SOCK_RAW, protocol);
  report_errors(socket_.get(), family);
  SocketAddress to(wire::Endpoint{target, 0});
  result_.local.port = identifier_;
  if (::connect(socket_.get(), to.get(), to.size) != 0) fail(errno);
  if (!done()) result_.local.address = local_endpoint(socket_.get()).address;
  const std::vector<uint8_t> message = echo_request(family, identifier_, sequence_, payload);
  if (!done() && ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0)
    fail(errno);
  watch(EPOLLIN);
}

bool PingRequest::is_answer(Bytes message) {
  const auto echo = wire::IcmpView::over(message);
  const uint8_t reply = target_.is_v4() ? wire::icmp::kEchoReply : uint8_t{ICMP6_ECHO_REPLY};
  if (!echo || echo->type() != reply || echo->identifier() != identifier_ ||
      echo->sequence() != sequence_)
    return false;
  const Bytes body = echo->body();
  result_.reply.assign(body.begin(), body.end());
  return true;
}

void PingRequest::ready(uint32_t events) {
  if (events & EPOLLERR) return fail(queued_error());
  thread_local std::array<uint8_t, kLargestPacket> buffer;
  while (!done()) {
    const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (n < 0) return fail(errno);
    Bytes message(buffer.data(), static_cast<size_t>(n));
    if (target_.is_v4()) {  // an IPv4 raw socket hands over the IP header too (raw(7))
      const auto ip = wire::Ipv4View::over(message);
      if (!ip) continue;
      message = ip->payload();
    }
    if (is_answer(message)) end(ClientOutcome::answered);
  }
}

}  // namespace lvslab::kernel
