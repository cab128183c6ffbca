#pragma once
// The TCP services of a host: which port has which handler, the connections, their timers. At most
// 4096 connections; when full, the oldest in time_wait makes room, else the SYN is dropped.

#include <map>
#include <set>

#include "emulator/base/random.hh"
#include "emulator/host/tcp_connection.hh"

namespace lvslab::host {

inline constexpr size_t kTcpConnectionBound = 4096;

class TcpServer {
 public:
  // The seed gives the initial sequence numbers.
  explicit TcpServer(uint64_t seed) : random_(seed) {}

  // Without any connection, as it was made.
  void restart(uint64_t seed) {
    connections_.clear();
    timers_.clear();
    random_ = Random(seed);
  }

  // A second handler for a port takes over its connections too.
  void listen(uint16_t port, TcpHandler handler) { handlers_[port] = std::move(handler); }

  // mss_limit: MTU of the way back less 40 (IPv6: 60).
  // False: it ends here, counted in drops.
  bool receive(const Segment& segment, uint16_t mss_limit, Time now, Egress& out, Drops& drops);
  void tick(Time now, Egress& out, Drops& drops);
  Time next_deadline() const { return timers_.empty() ? kNever : timers_.begin()->first; }

  // An ICMP fragmentation-needed or packet-too-big quotes a segment of ours.
  void too_big(const wire::Endpoint& local, const wire::Endpoint& peer, uint16_t mss_limit,
               Time now, Egress& out);
  size_t connections() const { return connections_.size(); }

 private:
  struct Key {
    wire::Endpoint peer, local;
    friend bool operator==(const Key&, const Key&) = default;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  using Connections = std::map<Key, TcpConnection>;

  bool open(const Segment& syn, uint16_t mss_limit, Time now, Egress& out, Drops& drops);
  bool make_room();
  // After anything that may have moved its deadline or ended it.
  void settle(Connections::iterator connection, Time old_deadline);
  void erase(Connections::iterator connection, Time deadline);

  std::map<uint16_t, TcpHandler> handlers_;
  Connections connections_;
  std::set<std::pair<Time, Key>> timers_;
  Random random_;
};

}  // namespace lvslab::host
