#pragma once
// The lab's built-in services on kernel hosts: sockets in the host's namespace, answered from the
// loop of the lab, so a host needs no process. IPv4 and IPv6 by one socket where the kernel has
// IPv6.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// What a service is asked.
struct Arrival {
  wire::Endpoint peer;
  wire::Endpoint local;    // the address the peer spoke to (the VIP, on a DR or TUN server)
  std::string_view bytes;  // TCP: all since the last reply
};

struct Reply {
  Reply(std::string bytes_in, bool keep_open_in = false)
      : bytes(std::move(bytes_in)), keep_open(keep_open_in) {}
  std::string bytes;
  bool keep_open;  // TCP: more may be asked on this connection
};
// Nothing: TCP waits for more, UDP stays silent.
using Service = std::function<std::optional<Reply>(const Arrival&)>;

// Listens on every address. The service is asked at each arrival of bytes and once more when the
// peer closed its side; after its reply the connection is closed in order, unless it is to stay
// open. At most 1024 connections at a time (more wait in the backlog), 1 MiB of request each, 120 s
// without progress.
class TcpServer {
 public:
  TcpServer(EventLoop& loop, const Namespace& in, uint16_t port, Service service);
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  size_t connections() const;

 private:
  struct Connection;
  void accept_all();
  void serve(Connection& connection);
  bool advance(Connection& connection);
  static bool receive(Connection& connection);
  void expire(Time now);
  Time oldest() const;

  EventLoop& loop_;
  Service service_;
  FileDescriptor listener_;
  EventLoop::Token listening_;
  EventLoop::Token expiry_;
  std::map<int, std::unique_ptr<Connection>> connections_;
};

// Answers from the address the datagram was sent to (IP_PKTINFO, IPV6_RECVPKTINFO), by whatever
// route leads to the peer.
class UdpServer {
 public:
  UdpServer(EventLoop& loop, const Namespace& in, uint16_t port, Service service);
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

 private:
  void answer_all();

  Service service_;
  uint16_t port_;
  FileDescriptor socket_;
  std::string buffer_;
  EventLoop::Token watching_;
};

}  // namespace lvslab::kernel
