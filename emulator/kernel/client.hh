#pragma once
// Requests from kernel hosts, by sockets in the host's namespace. Each is an object that works from
// the loop and is done at some time, so that many can be under way; the functions below run the
// loop until one is. The frames are the capture's business: this is the client's word only.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/wire/address.hh"

namespace lvslab::kernel {

// reset: the connection ended by RST (or the peer's kernel forgot it) after it was established.
enum class ClientOutcome : uint8_t { answered, timeout, refused, unreachable, too_big, reset };
std::string_view name_of(ClientOutcome outcome);

struct RequestResult {
  ClientOutcome outcome = ClientOutcome::timeout;
  wire::Endpoint local;  // as bound; of a ping the port is the echo identifier
  std::string reply;     // also what came before a timeout or reset
  Duration took{};
};

// What the kinds of request share: a socket, its deadline, its end.
class ClientRequest {
 public:
  virtual ~ClientRequest() = default;
  ClientRequest(const ClientRequest&) = delete;
  ClientRequest& operator=(const ClientRequest&) = delete;
  bool done() const { return done_; }
  const RequestResult& result() const { return result_; }
  // Runs the loop until done.
  RequestResult finish();

 protected:
  ClientRequest(EventLoop& loop, Duration timeout);
  void watch(uint32_t events);
  void end(ClientOutcome outcome);
  // The same, but the socket lives on.
  FileDescriptor end_but_keep(ClientOutcome outcome);
  // Ends with what this errno means for a client; EAGAIN and EINTR mean nothing.
  void fail(int error);
  // The first queued error of the socket (IP_RECVERR, SO_ERROR), 0 when there is none.
  int queued_error() const;
  virtual void ready(uint32_t events) = 0;

  EventLoop& loop_;
  FileDescriptor socket_;
  RequestResult result_;

 private:
  Time began_;
  bool done_ = false;
  EventLoop::Token watching_;
  EventLoop::Token deadline_;
};

// Connects, sends the request and reads until the peer closes, or the connection is to be kept.
class TcpRequest final : public ClientRequest {
 public:
  // source_port 0: the kernel's choice.
  TcpRequest(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
             uint16_t source_port, std::string_view request, Duration timeout);
  // One more on a connection that was kept.
  TcpRequest(EventLoop& loop, FileDescriptor kept, std::string_view request, Duration timeout);

  // It is answered when this holds for the reply, and the connection stays open. Before it runs.
  using Complete = std::function<bool(std::string_view reply)>;
  void keep_when(Complete complete) { complete_ = std::move(complete); }
  // What was kept; none when the peer closed, or there was no answer.
  FileDescriptor take_connection() { return std::move(kept_); }

 private:
  void ready(uint32_t events) override;
  bool connected();
  void send_rest();
  void receive();
  void keep();

  std::string request_;
  size_t sent_ = 0;
  bool connected_ = false;
  Complete complete_;
  FileDescriptor kept_;
};

// Sends one datagram and takes the first that comes back from the target.
class UdpRequest final : public ClientRequest {
 public:
  // dont_fragment: DF set, and a datagram above the path's MTU is too_big; else DF clear and the
  // packet fragmented where it must be (IP_MTU_DISCOVER).
  UdpRequest(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
             uint16_t source_port, std::string_view request, bool dont_fragment, Duration timeout);

 private:
  void ready(uint32_t events) override;
};

// One ICMP or ICMPv6 echo request; the payload comes back as the reply.
class PingRequest final : public ClientRequest {
 public:
  // identifier 0: one that differs from ping to ping of this process.
  PingRequest(EventLoop& loop, const Namespace& in, const wire::IpAddress& target,
              uint16_t identifier, uint16_t sequence, std::string_view payload, Duration timeout);

 private:
  void ready(uint32_t events) override;
  bool is_answer(Bytes message);

  wire::IpAddress target_;
  uint16_t identifier_, sequence_;
};

RequestResult tcp_request(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
                          uint16_t source_port, std::string_view request, Duration timeout);
RequestResult udp_request(EventLoop& loop, const Namespace& in, const wire::Endpoint& target,
                          uint16_t source_port, std::string_view request, bool dont_fragment,
                          Duration timeout);
// The local port of the result is the identifier used.
RequestResult ping(EventLoop& loop, const Namespace& in, const wire::IpAddress& target,
                   uint16_t sequence, Duration timeout, std::string_view payload = "lvslab");

struct ArpAnswers {
  std::vector<wire::Mac> macs;  // in the order in which they answered; empty: nobody did
  Duration took{};              // to the first of them
};

// One broadcast who-has from the interface's own MAC and first IPv4 address (RFC 826). Listens to
// the first answer, or, when `all`, until everybody who claims the address has answered; for at
// most `timeout`.
ArpAnswers arp_probe(EventLoop& loop, const Namespace& in, std::string_view interface,
                     const wire::IpAddress& target, Duration timeout, bool all = false);

}  // namespace lvslab::kernel
