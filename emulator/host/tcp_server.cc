#include "emulator/host/tcp_server.hh"

#include <algorithm>

namespace lvslab::host {

namespace flag = wire::tcp_flag;
using State = TcpConnection::State;

bool TcpServer::receive(const Segment& segment, uint16_t mss_limit, Time now, Egress& out,
                        Drops& drops) {
  auto found = connections_.find({segment.from, segment.to});
  if (found != connections_.end() && found->second.superseded_by(segment)) {
    erase(found, found->second.deadline());
    found = connections_.end();
  }
  if (found != connections_.end()) {
    const Time old_deadline = found->second.deadline();
    found->second.receive(segment, now, out, drops);
    settle(found, old_deadline);
    return true;
  }
  const bool opens = segment.has(flag::kSyn) && !segment.has(flag::kAck);
  if (opens && !segment.has(flag::kRst) && handlers_.count(segment.to.port) > 0)
    return open(segment, mss_limit, now, out, drops);
  drops.count(DropReason::no_tcp_listener);
  if (!segment.has(flag::kRst)) out.reset(write_segment(reset_for(segment)));
  return false;
}

bool TcpServer::open(const Segment& syn, uint16_t mss_limit, Time now, Egress& out, Drops& drops) {
  if (!make_room()) {
    drops.count(DropReason::tcp_table_full);
    return false;
  }
  const auto sequence = static_cast<uint32_t>(random_.next());
  const auto [made, fresh] = connections_.try_emplace(
      Key{syn.from, syn.to}, syn, sequence, mss_limit, handlers_.at(syn.to.port), now, out);
  timers_.emplace(made->second.deadline(), made->first);
  return true;
}

bool TcpServer::make_room() {
  if (connections_.size() < kTcpConnectionBound) return true;
  const auto resting = std::find_if(timers_.begin(), timers_.end(), [&](const auto& timer) {
    return connections_.at(timer.second).state() == State::time_wait;
  });
  if (resting == timers_.end()) return false;
  erase(connections_.find(resting->second), resting->first);
  return true;
}

void TcpServer::settle(Connections::iterator connection, Time old_deadline) {
  const Time deadline = connection->second.deadline();
  if (connection->second.state() == State::closed) {
    erase(connection, old_deadline);
  } else if (deadline != old_deadline) {
    timers_.erase({old_deadline, connection->first});
    timers_.emplace(deadline, connection->first);
  }
}

void TcpServer::erase(Connections::iterator connection, Time deadline) {
  timers_.erase({deadline, connection->first});
  connections_.erase(connection);
}

void TcpServer::tick(Time now, Egress& out, Drops& drops) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto [deadline, key] = *timers_.begin();
    const auto connection = connections_.find(key);
    connection->second.tick(now, out, drops);
    settle(connection, deadline);
  }
}

void TcpServer::too_big(const wire::Endpoint& local, const wire::Endpoint& peer, uint16_t mss_limit,
                        Time now, Egress& out) {
  const auto found = connections_.find({peer, local});
  if (found == connections_.end()) return;
  const Time old_deadline = found->second.deadline();
  found->second.too_big(mss_limit, now, out);
  settle(found, old_deadline);
}

}  // namespace lvslab::host
