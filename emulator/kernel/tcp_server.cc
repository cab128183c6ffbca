#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "emulator/base/error.hh"
#include "emulator/kernel/server.hh"
#include "emulator/kernel/socket_address.hh"

namespace lvslab::kernel {

namespace {

constexpr size_t kMostConnections = 1024;
constexpr size_t kMostRequest = 1 << 20;  // bytes
constexpr Duration kIdle = std::chrono::seconds(120);
constexpr int kBacklog = 1024;

FileDescriptor open_listener(uint16_t port) {
  // A kernel started with ipv6.disable=1 has no IPv6 sockets.
  wire::Family family = wire::Family::v6;
  FileDescriptor fd(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) {
    family = wire::Family::v4;
    fd = FileDescriptor(static_cast<int>(check(
        ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "make socket", "TCP")));
  }
  const std::string object = "TCP port " + std::to_string(port);
  const int on = 1, off = 0;
  check(::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "set up", object);
  if (family == wire::Family::v6)
    check(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), "set up", object);
  SocketAddress any(any_address(family, port));
  check(::bind(fd.get(), any.get(), any.size), "bind", object);
  check(::listen(fd.get(), kBacklog), "listen", object);
  return fd;
}

}  // namespace

// From accepted to closed: asking the service until it replies, sending the reply, then, our side
// shut, reading away what still comes until the peer has closed too (closing with unread bytes
// would send RST after the reply).
struct TcpServer::Connection {
  FileDescriptor fd;
  EventLoop::Token watching;
  wire::Endpoint peer, local;
  std::string request;
  std::optional<Reply> reply;
  size_t sent = 0;
  bool peer_closed = false;
  bool shut = false;
  Time last_progress{};

  bool is_last() const { return reply && !reply->keep_open; }
};

TcpServer::TcpServer(EventLoop& loop, const Namespace& in, uint16_t port, Service service)
    : loop_(loop),
      service_(std::move(service)),
      listener_(in.run([&] { return open_listener(port); })),
      listening_(loop.add(listener_.get(), EPOLLIN, [this](uint32_t) { accept_all(); })),
      expiry_(loop.add_ticker([this] { return oldest(); }, [this](Time now) { expire(now); })) {}

TcpServer::~TcpServer() = default;

size_t TcpServer::connections() const {
  return connections_.size();
}

void TcpServer::accept_all() {
  while (connections_.size() < kMostConnections) {
    SocketAddress peer;
    FileDescriptor fd(
        ::accept4(listener_.get(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;  // none left, or the peer gave up meanwhile
    const int key = fd.get();
    auto connection = std::make_unique<Connection>();
    connection->fd = std::move(fd);
    connection->peer = peer.endpoint();
    connection->local = local_endpoint(key);
    connection->last_progress = loop_.now();
    Connection& ref = *connection;
    connection->watching = loop_.add(key, EPOLLIN, [this, &ref](uint32_t) { serve(ref); });
    connections_.emplace(key, std::move(connection));
  }
  loop_.change(listening_, 0);  // full: the others wait in the backlog
}

// False: it broke, or asked too much.
bool TcpServer::receive(Connection& connection) {
  char bytes[16384];
  for (ssize_t n; !connection.peer_closed;) {
    n = ::recv(connection.fd.get(), bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return false;
    connection.peer_closed = n == 0;
    if (!connection.is_last()) connection.request.append(bytes, static_cast<size_t>(n));
    if (connection.request.size() > kMostRequest) return false;
  }
  return true;
}

// Whether the connection goes on.
bool TcpServer::advance(Connection& connection) {
  if (!receive(connection)) return false;
  if (!connection.reply) {
    connection.reply = service_({connection.peer, connection.local, connection.request});
    if (connection.reply) connection.request.clear();
  }
  if (!connection.reply) return !connection.peer_closed;
  const std::string& reply = connection.reply->bytes;
  while (connection.sent < reply.size()) {
    const ssize_t n = ::send(connection.fd.get(), reply.data() + connection.sent,
                             reply.size() - connection.sent, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    connection.sent += static_cast<size_t>(n);
  }
  if (!connection.is_last() && !connection.peer_closed) {
    connection.reply.reset();
    connection.sent = 0;
    return connection.request.empty() || advance(connection);
  }
  if (!connection.shut) ::shutdown(connection.fd.get(), SHUT_WR);
  connection.shut = true;
  return !connection.peer_closed;
}

void TcpServer::serve(Connection& connection) {
  connection.last_progress = loop_.now();
  if (advance(connection)) {
    const bool sending = connection.reply && connection.sent < connection.reply->bytes.size();
    const uint32_t reading = connection.peer_closed ? 0U : uint32_t{EPOLLIN};
    loop_.change(connection.watching, reading | (sending ? uint32_t{EPOLLOUT} : 0U));
    return;
  }
  connections_.erase(connection.fd.get());
  loop_.change(listening_, EPOLLIN);
}

Time TcpServer::oldest() const {
  Time earliest = kNever;
  for (const auto& [fd, connection] : connections_)
    earliest = std::min(earliest, connection->last_progress + kIdle);
  return earliest;
}

void TcpServer::expire(Time now) {
  std::erase_if(connections_,
                [&](const auto& entry) { return entry.second->last_progress + kIdle <= now; });
  loop_.change(listening_, EPOLLIN);
}

}  // namespace lvslab::kernel
