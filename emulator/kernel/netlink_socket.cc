#include "emulator/kernel/netlink_socket.hh"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "emulator/base/error.hh"

namespace lvslab::kernel {

namespace {

// As many requests as travel together: their acknowledgements must fit the socket's buffer (an
// acknowledgement is charged about 1 KiB; 208 KiB is the default).
constexpr size_t kMostWaiting = 64;
// The kernel fills a dump's parts up to 32 KiB (NLMSG_GOODSIZE and max_recvmsg_len).
constexpr size_t kReceiveSize = 64 * 1024;

void built(int result, const NetlinkRequest& request) {
  if (result < 0)
    throw SystemError("put together: " + request.attempt(), request.object(), ENOBUFS);
}

// The errno of an NLMSG_ERROR message, 0 of an acknowledgement.
int error_of(nlmsghdr* message) {
  nlmsgerr error{};
  std::memcpy(&error, nlmsg_data(message), sizeof error);
  return -error.error;
}

// Calls each(message) for every message of one datagram.
template <class F>
void each_message(uint8_t* bytes, size_t size, F&& each) {
  int left = static_cast<int>(size);
  for (auto* at = static_cast<nlmsghdr*>(static_cast<void*>(bytes)); nlmsg_ok(at, left);
       at = nlmsg_next(at, &left))
    each(at);
}

}  // namespace

NetlinkRequest::NetlinkRequest(int type, int flags, std::string attempt, std::string object)
    : message_(nlmsg_alloc_simple(type, flags | NLM_F_REQUEST | NLM_F_ACK)),
      attempt_(std::move(attempt)),
      object_(std::move(object)) {
  if (!message_) throw SystemError(attempt_, object_, ENOMEM);
}

NetlinkRequest& NetlinkRequest::raw(const void* bytes, size_t size) {
  built(nlmsg_append(message_.get(), const_cast<void*>(bytes), size, NLMSG_ALIGNTO), *this);
  return *this;
}

NetlinkRequest& NetlinkRequest::put(int attribute, const void* bytes, size_t size) {
  built(nla_put(message_.get(), attribute, static_cast<int>(size), bytes), *this);
  return *this;
}

NetlinkRequest& NetlinkRequest::put_u8(int attribute, uint8_t value) {
  return put(attribute, &value, sizeof value);
}
NetlinkRequest& NetlinkRequest::put_u16(int attribute, uint16_t value) {
  return put(attribute, &value, sizeof value);
}
NetlinkRequest& NetlinkRequest::put_u32(int attribute, uint32_t value) {
  return put(attribute, &value, sizeof value);
}
NetlinkRequest& NetlinkRequest::put_string(int attribute, std::string_view text) {
  const std::string terminated(text);
  return put(attribute, terminated.c_str(), terminated.size() + 1);
}
NetlinkRequest& NetlinkRequest::put_mac(int attribute, const wire::Mac& mac) {
  return put(attribute, mac.begin(), 6);
}
NetlinkRequest& NetlinkRequest::put_address(int attribute, const wire::IpAddress& address) {
  return put(attribute, address.bytes().data(), address.size());
}

NetlinkRequest& NetlinkRequest::nest(int attribute,
                                     const std::function<void(NetlinkRequest&)>& fill) {
  nlattr* start = nla_nest_start(message_.get(), attribute);
  built(start ? 0 : -1, *this);
  fill(*this);
  nla_nest_end(message_.get(), start);
  return *this;
}

NetlinkSocket::NetlinkSocket(const Namespace& in, int protocol) : buffer_(kReceiveSize) {
  const Entered inside(in.fd());
  socket_.reset(nl_socket_alloc());
  if (!socket_) throw SystemError("make netlink socket", "", ENOMEM);
  // libnl's own port numbers count on nobody else in the process using netlink: 0 lets the
  // kernel choose.
  nl_socket_set_local_port(socket_.get(), 0);
  errno = 0;
  if (nl_connect(socket_.get(), protocol) < 0)
    throw SystemError("make netlink socket", std::to_string(protocol), errno);
}

void NetlinkSocket::queue(const NetlinkRequest& request) {
  nlmsghdr* message = request.message();
  message->nlmsg_seq = ++sequence_;
  message->nlmsg_pid = nl_socket_get_local_port(socket_.get());
  const size_t at = queue_.size();
  queue_.resize(at + NLMSG_ALIGN(message->nlmsg_len));
  std::memcpy(queue_.data() + at, message, message->nlmsg_len);
  waiting_.push_back({sequence_, request.attempt(), request.object()});
}

void NetlinkSocket::send_queue() {
  check(::send(fd(), queue_.data(), queue_.size(), 0), "send netlink request",
        waiting_.empty() ? "" : waiting_.front().attempt);
  queue_.clear();
}

size_t NetlinkSocket::receive() {
  for (;;) {
    const ssize_t size = ::recv(fd(), buffer_.data(), buffer_.size(), MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    check(size, "read netlink answer", "");
    if (static_cast<size_t>(size) > buffer_.size())
      throw SystemError("read netlink answer", "", EMSGSIZE);
    return static_cast<size_t>(size);
  }
}

int NetlinkSocket::collect(std::string& attempt, std::string& object) {
  int first = 0;
  for (size_t answered = 0; answered < waiting_.size();) {
    each_message(buffer_.data(), receive(), [&](nlmsghdr* message) {
      const auto asked = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) {
        return w.sequence == message->nlmsg_seq;
      });
      if (message->nlmsg_type != NLMSG_ERROR || asked == waiting_.end()) return;
      ++answered;
      if (const int error = error_of(message); error != 0 && first == 0) {
        first = error;
        attempt = asked->attempt;
        object = asked->object;
      }
    });
  }
  waiting_.clear();
  return first;
}

void NetlinkSocket::flush() {
  if (waiting_.empty()) return;
  send_queue();
  std::string attempt, object;
  if (const int error = collect(attempt, object)) throw SystemError(attempt, object, error);
}

void NetlinkSocket::end_batch() {
  batching_ = false;
  flush();
}

void NetlinkSocket::submit(const NetlinkRequest& request) {
  queue(request);
  if (!batching_ || waiting_.size() >= kMostWaiting) flush();
}

int NetlinkSocket::attempt(const NetlinkRequest& request) {
  flush();
  queue(request);
  send_queue();
  std::string attempt, object;
  return collect(attempt, object);
}

void NetlinkSocket::dump(int type, int family, const std::function<void(nlmsghdr*)>& each) {
  flush();
  NetlinkRequest request(type, NLM_F_DUMP, "list kernel objects", std::to_string(type));
  request.header(rtgenmsg{static_cast<unsigned char>(family)});
  queue(request);
  send_queue();
  const uint32_t sequence = sequence_;
  waiting_.clear();
  for (bool more = true; more;) {
    each_message(buffer_.data(), receive(), [&](nlmsghdr* message) {
      if (message->nlmsg_seq != sequence) return;
      if (message->nlmsg_type == NLMSG_DONE) {
        more = false;
      } else if (message->nlmsg_type == NLMSG_ERROR) {
        more = false;
        if (const int error = error_of(message))
          throw SystemError(request.attempt(), request.object(), error);
      } else {
        each(message);
      }
    });
  }
}

void NetlinkSocket::subscribe(int group) {
  if (nl_socket_add_membership(socket_.get(), group) < 0)
    throw SystemError("subscribe to netlink group", std::to_string(group), errno);
}

void NetlinkSocket::drain() {
  // ENOBUFS says that notifications were lost: the reader looks at the whole again anyway.
  while (::recv(fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT) >= 0 || errno == ENOBUFS) {
  }
}

}  // namespace lvslab::kernel
