#pragma once
// What programs on this host ask of others: TCP requests, datagrams, echo requests, each from its
// first packet to its answer, error or timeout. Sockets and ports are those of one host; its routes
// and ICMP are the host's business, which asks here whose a packet is.
//
// Outcomes are what Linux tells a program (errno of connect, send and recv with IP_RECVERR on
// datagrams). Requests by the thousand may be under way at once.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "emulator/base/random.hh"
#include "emulator/host/local_ports.hh"
#include "emulator/host/tcp_connection.hh"

namespace lvslab::host {

// reset: the connection ended by RST, or in order without a byte of reply. unreachable: no route,
// nobody answers for the address, or an ICMP error that says so.
enum class RequestOutcome : uint8_t { answered, timeout, refused, unreachable, too_big, reset };

struct RequestResult {
  RequestOutcome outcome = RequestOutcome::timeout;
  wire::Endpoint local;  // of an echo request the port is its identifier
  std::string reply;     // also what came before a timeout or reset
  Duration took{};
};

struct TcpQuestion {
  wire::Endpoint to;
  uint16_t source_port = 0;  // 0: chosen here
  std::string text;
  Duration timeout{};
  // It is answered when this holds for the reply, and the connection stays open; without: when the
  // peer has closed.
  bool (*complete)(std::string_view reply) = nullptr;
};
struct UdpQuestion {
  wire::Endpoint to;
  uint16_t source_port = 0;
  std::string text;
  bool dont_fragment = true;  // IP_PMTUDISC_DO: what is above the path's MTU is too_big; else DONT
  Duration timeout{};
};
struct EchoQuestion {
  wire::IpAddress to;
  uint16_t sequence = 0;
  std::string payload;
  Duration timeout{};
};

// How this host reaches the one asked.
struct WayOut {
  wire::IpAddress source;
  uint32_t mtu = 1500;  // bytes of IP packet
};

class Requests {
 public:
  using Id = uint64_t;
  // The seed gives ports, identifiers and initial sequence numbers.
  explicit Requests(uint64_t seed);

  // Without a way it is unreachable at once.
  Id ask(const TcpQuestion& question, const std::optional<WayOut>& way, Time now, Egress& out);
  Id ask(const UdpQuestion& question, const std::optional<WayOut>& way, Time now, Egress& out);
  Id ask(const EchoQuestion& question, const std::optional<WayOut>& way, Time now, Egress& out);
  // More on the connection that request `id` left open; the answer is that request's again. reset
  // when it has ended meanwhile.
  void ask_more(Id id, std::string_view text, Duration timeout, Time now, Egress& out);

  // Null while it is under way, and for an id that nobody has.
  const RequestResult* result(Id id) const;
  // Its result is of no more interest; an open connection is closed.
  void forget(Id id, Time now, Egress& out);

  // Each: whether it was for one of these.
  bool receive(const Segment& segment, Time now, Egress& out, Drops& drops);
  bool receive_datagram(const Conversation& ends, std::string_view payload, Time now);
  bool receive_echo(const Conversation& ends, uint16_t sequence, std::string_view payload,
                    Time now);
  // An ICMP error, or this host's own finding, about a packet from `local` to `peer` of that IP
  // protocol.
  bool receive_error(uint8_t protocol, const Conversation& ends, RequestOutcome outcome, Time now);
  bool too_big(uint8_t protocol, const Conversation& ends, uint32_t mtu, Time now, Egress& out);

  void tick(Time now, Egress& out, Drops& drops);
  Time next_deadline() const { return timers_.empty() ? kNever : timers_.begin()->first; }

  size_t under_way() const { return timers_.size(); }
  // How often one came to its result, in all: whether there is something to look for.
  uint64_t ended() const { return ended_; }

 private:
  struct Key {
    uint8_t protocol = 0;
    wire::Endpoint peer, local;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Tcp {
    TcpHandler handler;  // keeps what comes in `received`
    std::string received;
    bool (*complete)(std::string_view) = nullptr;
    bool forgotten = false;
    std::optional<TcpConnection> connection;
  };
  struct Asked {
    Key key;
    Time began{}, until{};  // kNever: it is over
    Time timer = kNever;    // as it stands in timers_
    std::optional<RequestResult> result;
    std::unique_ptr<Tcp> tcp;
    uint16_t sequence = 0;       // of an echo request
    bool dont_fragment = false;  // of a datagram
  };
  using Table = std::map<Id, Asked>;

  Table::iterator open(uint8_t protocol, const wire::Endpoint& to, uint16_t port,
                       const std::optional<WayOut>& way, Duration timeout, Time now);
  Table::iterator find(uint8_t protocol, const Conversation& ends);
  uint16_t choose_port(uint8_t protocol, const wire::Endpoint& to, const wire::IpAddress& from);
  uint32_t initial_sequence(const Key& ends, Time now) const;
  void finish(Asked& asked, RequestOutcome outcome, Time now);
  void look_at(Asked& asked, Time now, Egress& out);
  // After anything that may have moved its deadline or ended its connection.
  void settle(Table::iterator asked);

  Random random_;
  uint64_t secret_;
  LocalPorts ports_;
  Id last_ = 0;
  uint64_t ended_ = 0;
  Table table_;
  std::map<Key, Id> by_ends_;
  std::set<std::pair<Time, Id>> timers_;
};

}  // namespace lvslab::host
