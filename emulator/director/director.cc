// Theory of operation
//
// A packet comes from the host with the hook that it stands at. At local_in, where requests to the
// virtual address arrive, its connection is looked up by (protocol, client end, virtual end). If
// there is none, a service may be found by its virtual end; the service's scheduler names a server,
// and a connection to it is made. The connection's state moves, and the packet goes out by the
// server's forwarding method. At forward, where packets cross the host, the connection is looked up
// by (protocol, reply end, client end), and the source of a masquerading server becomes the
// virtual end.
//
// One worked packet. Service -t 192.0.2.10:80 -s rr, servers 198.51.100.1:8080 -m, added first, and
// 198.51.100.2:8080 -m. A SYN 203.0.113.5:40000 > 192.0.2.10:80, TTL 64, comes at local_in:
//   1. request(): no connection of TCP 203.0.113.5:40000, 192.0.2.10:80.
//   2. schedule(): a SYN may begin one; the service is there; rr takes the first in its list, which
//      is the server added last: 198.51.100.2. The connection is made (NONE), counts in its
//      InActConn.
//   3. Tcp::advance(): SYN in NONE gives SYN_RECV, 60 s; the connection moves to ActiveConn.
//   4. Transmitter::send(): there is a route to 198.51.100.2, TTL becomes 63, the size fits;
//      masquerade() puts 198.51.100.2:8080 for 192.0.2.10:80 into the header and both checksums.
//   5. Verdict: forward to 198.51.100.2. The connection's deadline is 60 s from now.
// The server's SYN+ACK 198.51.100.2:8080 > 203.0.113.5:40000 comes at forward, its TTL decremented
// by the host: reply() finds the connection, its state stays SYN_RECV by the output table, and the
// source becomes 192.0.2.10:80.

#include "emulator/director/director.hh"

#include <algorithm>
#include <tuple>

#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

template <class Info>
void show(Info& info, const Traffic& traffic) {
  info.connections = traffic.connections;
  info.packets_in = traffic.packets_in;
  info.packets_out = traffic.packets_out;
  info.bytes_in = traffic.bytes_in;
  info.bytes_out = traffic.bytes_out;
}

}  // namespace

void describe_connection(Note* note, const Connection& connection, const Protocol& protocol) {
  if (!note) return;
  note->matched = true;
  note->method = connection.method;
  note->protocol = connection.protocol;
  note->client = connection.client;
  note->virtual_end = connection.virtual_end;
  note->real = connection.real;
  note->state = protocol.state_name(connection.state);
  if (const VirtualService* service = connection.server->service)
    note->scheduler = service->rule.scheduler;
}

void Director::State::process(wire::Frame& frame, Hook hook, Time now, Verdict& verdict,
                              Note* note) {
  if (now >= connections.next_deadline()) expire(now);
  if (frame.empty() || frame.data()[0] >> 4 == 6 || !services.has(ipvs::Family::v4)) return;
  const auto ip = wire::Ipv4Edit::over(frame.bytes());
  if (!ip) return refuse(verdict, DropReason::malformed);
  if (ip->is_fragment()) return;  // the host did not reassemble it: not to be judged by its ports
  frame.truncate(ip->total_length());
  if (ip->protocol() == wire::proto::kIcmp) return icmp(frame, *ip, hook, now, verdict, note);
  const Protocol* protocol = protocol_of(ip->protocol());
  if (!protocol) return;
  const Bytes segment = ip->payload();
  if (segment.size() < kPortsSize) {
    if (hook == Hook::local_in) refuse(verdict, DropReason::malformed);
    return;
  }
  const Packet packet{frame,
                      *ip,
                      *protocol,
                      segment,
                      {ip->source(), load_be16(segment.data())},
                      {ip->destination(), load_be16(segment.data() + 2)},
                      now,
                      verdict,
                      note};
  hook == Hook::local_in ? request(packet) : reply(packet);
}

void Director::State::end(Connection& connection, Time now) {
  connection.server->unbind(connection, now);
  connections.remove(connection);
}

void Director::State::expire(Time now) {
  while (Connection* connection = connections.expired(now)) end(*connection, now);
}

// --set: seconds; 0 keeps.
void Director::State::set_timeouts(const ipvs::SetTimeouts& command) {
  const auto set = [](Duration& timeout, uint32_t seconds) {
    if (seconds != 0) timeout = std::chrono::seconds(seconds);
  };
  set(timeouts.of(TcpState::established), command.tcp);
  set(timeouts.of(TcpState::fin_wait), command.tcp_fin);
  set(timeouts.udp, command.udp);
}

Director::Director(const Settings& settings, const Routes& routes, uint64_t seed)
    : state_(std::make_unique<State>(settings, routes, seed)) {}
Director::~Director() = default;
Director::Director(Director&&) noexcept = default;
Director& Director::operator=(Director&&) noexcept = default;

void Director::apply(const ipvs::Command& command, Time now) {
  State& state = *state_;
  state.expire(now);
  std::visit(Overloaded{[&](const ipvs::AddService& c) { state.services.add(c); },
                        [&](const ipvs::EditService& c) { state.services.edit(c); },
                        [&](const ipvs::DeleteService& c) { state.services.remove(c, now); },
                        [&](const ipvs::AddDestination& c) { state.services.add(c, now); },
                        [&](const ipvs::EditDestination& c) { state.services.edit(c); },
                        [&](const ipvs::DeleteDestination& c) { state.services.remove(c, now); },
                        [&](const ipvs::Clear&) { state.services.clear(now); },
                        [&](const ipvs::SetTimeouts& c) { state.set_timeouts(c); },
                        [&](const ipvs::Zero& c) { state.services.zero(c.key); }},
             command);
}

Verdict Director::process(wire::Frame& packet, Hook hook, Time now, Note* note) {
  Verdict verdict;
  if (note) *note = {};
  state_->process(packet, hook, now, verdict, note);
  if (verdict.action == Action::drop) ++state_->drops[static_cast<size_t>(verdict.reason)];
  return verdict;
}

void Director::expire(Time now) {
  state_->expire(now);
}
Time Director::next_deadline() const {
  return state_->connections.next_deadline();
}

std::vector<ServiceInfo> Director::services() const {
  std::vector<ServiceInfo> infos;
  for (const VirtualService* service : state_->services.sorted()) {
    ServiceInfo& info = infos.emplace_back();
    info.rule = service->rule;
    show(info, service->traffic);
    for (const auto& server : service->servers) {
      DestinationInfo& destination = info.destinations.emplace_back();
      destination.rule = server->rule;
      destination.active = server->active;
      destination.inactive = server->inactive;
      show(destination, server->traffic);
    }
  }
  return infos;
}

std::vector<ConnectionInfo> Director::connections(Time now) const {
  std::vector<ConnectionInfo> infos;
  state_->connections.for_each([&](const Connection& c) {
    infos.push_back({c.protocol, c.client, c.virtual_end, c.real, c.method,
                     std::string(protocol_of(c.protocol)->state_name(c.state)),
                     std::max(c.deadline - now, Duration::zero())});
  });
  std::sort(infos.begin(), infos.end(), [](const auto& a, const auto& b) {
    return std::tie(a.protocol, a.client, a.virtual_end) <
           std::tie(b.protocol, b.client, b.virtual_end);
  });
  return infos;
}

const std::array<uint64_t, static_cast<size_t>(DropReason::kCount)>& Director::drops() const {
  return state_->drops;
}

}  // namespace lvslab::director
