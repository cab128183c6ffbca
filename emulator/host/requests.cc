#include "emulator/host/requests.hh"

#include <algorithm>

#include "emulator/host/echo.hh"
#include "emulator/host/udp.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace proto = wire::proto;

namespace {

size_t headers(const wire::IpAddress& address, size_t transport) {
  return transport + (address.is_v6() ? wire::kIpv6Size : wire::kIpv4Size);
}

RequestOutcome outcome_of(TcpConnection::End end, bool answered) {
  switch (end) {
    case TcpConnection::End::refused:
      return RequestOutcome::refused;
    case TcpConnection::End::gave_up:
      return RequestOutcome::timeout;
    case TcpConnection::End::in_order:
      return answered ? RequestOutcome::answered : RequestOutcome::reset;
    case TcpConnection::End::reset:
    case TcpConnection::End::not_yet:
      break;
  }
  return RequestOutcome::reset;
}

}  // namespace

Requests::Requests(uint64_t seed)
    : random_(seed), secret_(random_.next()), ports_(random_.split()) {}

uint16_t Requests::choose_port(uint8_t protocol, const wire::Endpoint& to,
                               const wire::IpAddress& from) {
  uint16_t port = ports_.next();
  for (uint32_t tried = 1; tried < LocalPorts::kCount; ++tried) {
    if (!by_ends_.contains({protocol, to, {from, port}})) break;
    port = ports_.next();
  }
  return port;
}

// RFC 6528: higher than that of an earlier connection of the same ends, which may still be in
// TIME-WAIT over there; else like random. A tick of 64 ns, as Linux'.
uint32_t Requests::initial_sequence(const Key& ends, Time now) const {
  Random hash(secret_);
  for (const wire::Endpoint& end : {ends.local, ends.peer}) {
    for (const uint8_t byte : end.address.bytes()) hash = Random(hash.next() ^ byte);
    hash = Random(hash.next() ^ end.port);
  }
  const auto ticks = static_cast<uint64_t>(now.time_since_epoch().count()) / 64;
  return static_cast<uint32_t>(hash.next() + ticks);
}

Requests::Table::iterator Requests::open(uint8_t protocol, const wire::Endpoint& to, uint16_t port,
                                         const std::optional<WayOut>& way, Duration timeout,
                                         Time now) {
  Asked asked;
  asked.began = now;
  asked.until = now + timeout;
  asked.key = {protocol, to, {}};
  const auto made = table_.emplace(++last_, std::move(asked)).first;
  if (!way) {
    finish(made->second, RequestOutcome::unreachable, now);
    return made;
  }
  if (port == 0) port = choose_port(protocol, to, way->source);
  made->second.key.local = {way->source, port};
  // One who takes a port that is in use takes it over, as one who waits in TIME-WAIT lets happen.
  const auto old = by_ends_.find(made->second.key);
  if (old != by_ends_.end()) {
    const auto before = table_.find(old->second);
    if (before->second.tcp) before->second.tcp->connection.reset();
    if (!before->second.result) finish(before->second, RequestOutcome::reset, now);
    settle(before);
  }
  by_ends_.emplace(made->second.key, made->first);
  return made;
}

Requests::Table::iterator Requests::find(uint8_t protocol, const Conversation& ends) {
  const auto found = by_ends_.find({protocol, ends.peer, ends.local});
  return found == by_ends_.end() ? table_.end() : table_.find(found->second);
}

Requests::Id Requests::ask(const TcpQuestion& question, const std::optional<WayOut>& way, Time now,
                           Egress& out) {
  const auto made =
      open(proto::kTcp, question.to, question.source_port, way, question.timeout, now);
  Asked& asked = made->second;
  const Id id = made->first;
  if (!asked.result) {
    asked.tcp = std::make_unique<Tcp>();
    Tcp& tcp = *asked.tcp;
    tcp.complete = question.complete;
    tcp.handler = [&tcp](const Conversation&, std::string_view received) {
      tcp.received += received;
      return TcpReply{};
    };
    const auto mss = static_cast<uint16_t>(std::min(way->mtu, 65535U) -
                                           headers(question.to.address, wire::kTcpSize));
    tcp.connection.emplace(TcpOpening{asked.key.local, asked.key.peer,
                                      initial_sequence(asked.key, now), mss, question.text},
                           tcp.handler, now, out);
  }
  settle(made);
  return id;
}

Requests::Id Requests::ask(const UdpQuestion& question, const std::optional<WayOut>& way, Time now,
                           Egress& out) {
  const auto made =
      open(proto::kUdp, question.to, question.source_port, way, question.timeout, now);
  Asked& asked = made->second;
  const Id id = made->first;
  asked.dont_fragment = question.dont_fragment;
  const size_t size = question.text.size() + headers(question.to.address, wire::kUdpSize);
  if (!asked.result && question.dont_fragment && size > way->mtu)
    finish(asked, RequestOutcome::too_big, now);
  if (!asked.result) {
    auto datagram = make_datagram(asked.key.local, asked.key.peer, question.text);
    if (!question.dont_fragment && !question.to.address.is_v6()) {
      const auto ip = *wire::Ipv4Edit::over(datagram.bytes());
      ip.set_fragment_word(0);
      ip.set_id(static_cast<uint16_t>(random_.next()));
      ip.fill_checksum();
    }
    out.originate(std::move(datagram));
  }
  settle(made);
  return id;
}

Requests::Id Requests::ask(const EchoQuestion& question, const std::optional<WayOut>& way, Time now,
                           Egress& out) {
  const uint8_t protocol = question.to.is_v6() ? proto::kIcmpv6 : proto::kIcmp;
  const auto made = open(protocol, {question.to, 0}, 0, way, question.timeout, now);
  Asked& asked = made->second;
  const Id id = made->first;
  asked.sequence = question.sequence;
  if (!asked.result)
    out.originate(
        make_echo_request(asked.key.local, question.to, question.sequence, question.payload));
  settle(made);
  return id;
}

void Requests::ask_more(Id id, std::string_view text, Duration timeout, Time now, Egress& out) {
  const auto found = table_.find(id);
  if (found == table_.end()) return;
  Asked& asked = found->second;
  asked.began = now;
  asked.until = now + timeout;
  asked.result.reset();
  if (!asked.tcp || !asked.tcp->connection) {
    finish(asked, RequestOutcome::reset, now);
  } else {
    asked.tcp->received.clear();
    asked.tcp->connection->say(text, now, out);
    look_at(asked, now, out);
  }
  settle(found);
}

const RequestResult* Requests::result(Id id) const {
  const auto found = table_.find(id);
  return found == table_.end() || !found->second.result ? nullptr : &*found->second.result;
}

void Requests::forget(Id id, Time now, Egress& out) {
  const auto found = table_.find(id);
  if (found == table_.end()) return;
  Asked& asked = found->second;
  if (!asked.result) finish(asked, RequestOutcome::timeout, now);
  if (asked.tcp && asked.tcp->connection) {
    asked.tcp->forgotten = true;
    asked.tcp->connection->close(now, out);
    return settle(found);
  }
  asked.timer = kNever;
  std::erase_if(timers_, [&](const auto& timer) { return timer.second == id; });
  by_ends_.erase(asked.key);
  table_.erase(found);
}

void Requests::finish(Asked& asked, RequestOutcome outcome, Time now) {
  RequestResult result{outcome, asked.key.local, {}, now - asked.began};
  if (asked.tcp) result.reply = asked.tcp->received;
  asked.result = std::move(result);
  asked.until = kNever;
  ++ended_;
}

// What the connection has come to, for the one who asked.
void Requests::look_at(Asked& asked, Time now, Egress& out) {
  Tcp& tcp = *asked.tcp;
  TcpConnection& connection = *tcp.connection;
  if (!asked.result) {
    const bool answered = !tcp.received.empty();
    const bool complete = answered && tcp.complete && tcp.complete(tcp.received);
    if (complete)
      finish(asked, RequestOutcome::answered, now);
    else if (connection.peer_finished())
      finish(asked, outcome_of(TcpConnection::End::in_order, answered), now);
    else if (connection.end() != TcpConnection::End::not_yet)
      finish(asked, outcome_of(connection.end(), answered), now);
    if (asked.result && !complete && connection.end() == TcpConnection::End::not_yet)
      connection.close(now, out);
  }
  if (connection.state() == TcpConnection::State::closed) tcp.connection.reset();
}

void Requests::settle(Table::iterator found) {
  auto& [id, asked] = *found;
  const bool connected = asked.tcp && asked.tcp->connection;
  const bool over = asked.result.has_value() && !connected;
  Time timer = asked.until;
  if (connected) timer = std::min(timer, asked.tcp->connection->deadline());
  if (timer != asked.timer) {
    if (asked.timer != kNever) timers_.erase({asked.timer, id});
    if (timer != kNever) timers_.emplace(timer, id);
    asked.timer = timer;
  }
  if (!over) return;
  const auto by_ends = by_ends_.find(asked.key);
  if (by_ends != by_ends_.end() && by_ends->second == id) by_ends_.erase(by_ends);
  if (asked.tcp && asked.tcp->forgotten) table_.erase(found);
}

bool Requests::receive(const Segment& segment, Time now, Egress& out, Drops& drops) {
  const auto found = find(proto::kTcp, {segment.from, segment.to});
  if (found == table_.end()) return false;
  found->second.tcp->connection->receive(segment, now, out, drops);
  look_at(found->second, now, out);
  settle(found);
  return true;
}

bool Requests::receive_datagram(const Conversation& ends, std::string_view payload, Time now) {
  const auto found = find(proto::kUdp, ends);
  if (found == table_.end()) return false;
  finish(found->second, RequestOutcome::answered, now);
  found->second.result->reply = payload;
  settle(found);
  return true;
}

bool Requests::receive_echo(const Conversation& ends, uint16_t sequence, std::string_view payload,
                            Time now) {
  const uint8_t protocol = ends.peer.address.is_v6() ? proto::kIcmpv6 : proto::kIcmp;
  const auto found = find(protocol, ends);
  if (found == table_.end() || found->second.sequence != sequence) return false;
  finish(found->second, RequestOutcome::answered, now);
  found->second.result->reply = payload;
  settle(found);
  return true;
}

bool Requests::receive_error(uint8_t protocol, const Conversation& ends, RequestOutcome outcome,
                             Time now) {
  const auto found = find(protocol, ends);
  if (found == table_.end()) return false;
  Asked& asked = found->second;
  // RFC 1122, 4.2.3.9: a soft error does not end a connection that there is.
  const bool connecting =
      !asked.tcp || asked.tcp->connection->state() == TcpConnection::State::syn_sent;
  if (!connecting || asked.result) return true;
  if (asked.tcp) asked.tcp->connection.reset();
  finish(asked, outcome, now);
  settle(found);
  return true;
}

bool Requests::too_big(uint8_t protocol, const Conversation& ends, uint32_t mtu, Time now,
                       Egress& out) {
  const auto found = find(protocol, ends);
  if (found == table_.end()) return false;
  Asked& asked = found->second;
  if (asked.tcp)
    asked.tcp->connection->too_big(
        static_cast<uint16_t>(std::min(mtu, 65535U) - headers(ends.peer.address, wire::kTcpSize)),
        now, out);
  else if (asked.dont_fragment && !asked.result)
    finish(asked, RequestOutcome::too_big, now);
  settle(found);
  return true;
}

void Requests::tick(Time now, Egress& out, Drops& drops) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto found = table_.find(timers_.begin()->second);
    Asked& asked = found->second;
    if (asked.until <= now) {
      finish(asked, RequestOutcome::timeout, now);
      if (asked.tcp && asked.tcp->connection) asked.tcp->connection->close(now, out);
    }
    if (asked.tcp && asked.tcp->connection) {
      asked.tcp->connection->tick(now, out, drops);
      look_at(asked, now, out);
    }
    settle(found);
  }
}

}  // namespace lvslab::host
