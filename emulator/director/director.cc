// Theory of operation
//
// A packet comes from the host with the hook that it stands at. At local_in, where requests to the
// virtual address arrive, its connection is looked up by (protocol, client end, virtual end). If
// there is none, a service may be found by its virtual end; the service's scheduler names a server,
// and a connection to it is made. The connection's state moves, and the packet goes out by the
// server's forwarding method. At forward, where packets cross the host, the connection is looked up
// by (protocol, reply end, client end), and the source of a masquerading server becomes the
// virtual end. At local_out, where the host's own packets leave, it is the same: the host may be a
// server itself, and its ICMP errors count as replies.
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
// As C++20 deduces it itself; clang before 17 does not (P1816).
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

// As `ipvsadm -Lnc` prints it.
std::string_view state_name(const Connection& connection) {
  if (connection.is_template) return connection.assured ? "ASSURED" : "NONE";
  return protocol_of(connection.protocol)->state_name(connection.state);
}

}  // namespace

void describe_connection(Note& note, const Connection& connection) {
  note.matched = true;
  note.method = connection.method;
  note.protocol = connection.protocol;
  note.client = connection.client;
  note.virtual_end = connection.virtual_end;
  note.real = connection.real;
  note.state = protocol_of(connection.protocol)->state_name(connection.state);
  if (!connection.server) return;
  if (const VirtualService* service = connection.server->service)
    note.scheduler = service->rule.scheduler;
}

[[gnu::flatten]] void Director::State::process(wire::Frame& frame, Hook hook, Time now,
                                               Verdict& verdict, Note* note) {
  if (now >= connections.next_deadline() || now >= chores_due) [[unlikely]]
    expire(now);
  if (frame.empty()) return;
  const bool v4 = frame.data()[0] >> 4 != 6;
  if (!services.has(v4 ? ipvs::Family::v4 : ipvs::Family::v6)) return;
  if (stands_back && hook == Hook::local_in) [[unlikely]]
    return;
  const auto ip = wire::IpEdit::over(frame.bytes());
  if (!ip) {
    if (v4) refuse(verdict, DropReason::malformed);
    return;  // IPv6: extension headers that reach beyond the packet
  }
  if (ip->is_fragment()) return;  // the host did not reassemble it: not to be judged by its ports
  frame.truncate(ip->total_length());
  const Context context{frame, *ip, hook, now, verdict, note};
  if (ip->protocol() == (v4 ? wire::proto::kIcmp : wire::proto::kIcmpv6)) return icmp(context);
  with_protocol(ip->protocol(), [&](const auto& protocol) { transport(protocol, context); });
}

template <class P>
void Director::State::transport(const P& protocol, const Context& context) {
  const Bytes segment = context.ip.payload();
  // AH and ESP have no ports: they go by their key exchange's.
  uint32_t ports = uint32_t{kIkePort} << 16 | kIkePort;
  if (protocol.header_size() != 0) {
    if (segment.size() < kPortsSize) {
      if (context.hook == Hook::local_in) refuse(context.verdict, DropReason::malformed);
      return;
    }
    ports = load_be32(segment.data());
  }
  const uint8_t* addresses = context.ip.address_at(Side::source);
  const FlowKey key = context.ip.is_v4()
                          ? FlowKey::of_v4(protocol.number(), addresses, ports)
                          : FlowKey::of_v6(protocol.number(), addresses, ports, connections.seed());
  const Packet packet{context, segment, ports, key};
  if (context.hook == Hook::local_in) return request(protocol, packet);
  if (!reply(protocol, packet) && context.hook == Hook::forward)
    reply_without_connection(protocol, packet);
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

void Director::State::change(const Settings& new_settings) {
  constexpr int kAlways = 3;  // modes 1 and 2 wait for a shortage of memory
  settings = new_settings;
  timeouts.secure_tcp = settings.secure_tcp == kAlways;
  tells = master.running();
  stands_back = backup && settings.backup_only;
  plan_entry_drops();
}

Director::Director(const Settings& settings, Routes& routes, uint64_t seed)
    : state_(std::make_unique<State>(settings, routes, seed)) {
  state_->change(settings);
}
Director::~Director() = default;
Director::Director(Director&&) noexcept = default;
Director& Director::operator=(Director&&) noexcept = default;

void Director::apply(const ipvs::Command& command, Time now) {
  if (const Refusal refusal = try_apply(command, now)) throw CommandError(refusal);
}

Refusal Director::try_apply(const ipvs::Command& command, Time now) {
  State& state = *state_;
  state.expire(now);
  const Refusal refusal = std::visit(
      Overloaded{[&](const ipvs::AddService& c) { return state.services.add(c); },
                 [&](const ipvs::EditService& c) { return state.services.edit(c); },
                 [&](const ipvs::DeleteService& c) { return state.services.remove(c, now); },
                 [&](const ipvs::AddDestination& c) { return state.services.add(c, now); },
                 [&](const ipvs::EditDestination& c) { return state.services.edit(c); },
                 [&](const ipvs::DeleteDestination& c) { return state.services.remove(c, now); },
                 [&](const ipvs::Clear&) { return state.services.clear(now), Refusal{}; },
                 [&](const ipvs::SetTimeouts& c) { return state.set_timeouts(c), Refusal{}; },
                 [&](const ipvs::Zero& c) { return state.services.zero(c.key); },
                 [&](const ipvs::StartDaemon& c) { return state.start(c.daemon, now); },
                 [&](const ipvs::StopDaemon& c) { return state.stop(c.role); }},
      command);
  if (refusal) return refusal;
  const bool removes = std::holds_alternative<ipvs::DeleteDestination>(command) ||
                       std::holds_alternative<ipvs::DeleteService>(command) ||
                       std::holds_alternative<ipvs::Clear>(command);
  if (!removes || !state.settings.expire_nodest_conn) return nullptr;
  state.orphans_due = std::min(state.orphans_due, now + kTick);
  state.plan_chores();
  return nullptr;
}

// All that runs for a packet of a known connection is compiled into this.
[[gnu::flatten]] Verdict Director::process(wire::Frame& packet, Hook hook, Time now, Note* note) {
  Verdict verdict;
  if (note) *note = {};
  if (note || hook != Hook::local_in || !state_->carry_known(packet, now, verdict))
    state_->process(packet, hook, now, verdict, note);
  if (verdict.action == Action::drop) ++state_->drops[static_cast<size_t>(verdict.reason)];
  return verdict;
}

bool Director::wants_whole(uint8_t protocol) const {
  return state_->services.has(ipvs::Family::v4) &&
         (protocol == wire::proto::kIcmp || protocol_of(protocol));
}

std::optional<ipvs::IpAddress> Director::way_of(wire::Frame& segment) {
  const auto ip = wire::IpEdit::over(segment.bytes());
  if (!ip || ip->protocol() != wire::proto::kTcp || ip->payload().size() < kPortsSize) return {};
  const uint8_t* ports = ip->payload().data();
  const Connection* connection = state_->connections.find_reply(
      ip->protocol(), {ip->destination(), load_be16(ports + 2)}, {ip->source(), load_be16(ports)});
  if (!connection || !connection->server) return {};
  return connection->server->rule.real.address;
}

bool Director::tracks() const {
  return state_->services.tracks(ipvs::Family::v4);
}

void Director::expire(Time now) {
  state_->expire(now);
}
Time Director::next_deadline() const {
  return state_->next_deadline();
}

std::vector<ipvs::ServiceStatus> Director::services() const {
  std::vector<ipvs::ServiceStatus> all;
  services(all);
  return all;
}

void Director::services(std::vector<ipvs::ServiceStatus>& into) const {
  const auto sorted = state_->services.sorted();
  into.resize(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    const VirtualService& service = *sorted[i];
    ipvs::ServiceStatus& status = into[i];
    status.rule = service.rule;
    status.total = service.traffic;
    status.counters = service.estimator.counters();
    status.rates = service.estimator.rates();
    status.destinations.resize(service.servers.size());
    for (size_t j = 0; j < service.servers.size(); ++j) {
      const RealServer& server = *service.servers[j];
      ipvs::DestinationStatus& destination = status.destinations[j];
      destination.rule = server.rule;
      destination.active = server.active;
      destination.inactive = server.inactive;
      destination.persistent = server.persistent;
      destination.total = server.traffic;
      destination.counters = server.estimator.counters();
      destination.rates = server.estimator.rates();
    }
  }
}

std::vector<ipvs::ConnectionStatus> Director::connections(Time now) const {
  std::vector<ipvs::ConnectionStatus> all;
  all.reserve(state_->connections.size());
  state_->connections.for_each([&](const Connection& c) {
    all.push_back({c.protocol, c.client, c.virtual_end, c.real, c.method,
                   std::string(state_name(c)), std::max(c.deadline - now, Duration::zero())});
  });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.protocol, a.client, a.virtual_end) <
           std::tie(b.protocol, b.client, b.virtual_end);
  });
  return all;
}

size_t Director::entries() const {
  return state_->connections.size();
}

size_t Director::kept() const {
  return state_->connections.size() + state_->services.kept() + state_->ftp_controls.used();
}

ipvs::TimeoutStatus Director::timeouts() const {
  const auto seconds = [](Duration timeout) {
    return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  };
  const Timeouts& timeouts = state_->timeouts;
  return {seconds(timeouts.of(TcpState::established)), seconds(timeouts.of(TcpState::fin_wait)),
          seconds(timeouts.udp)};
}

ipvs::DaemonStatus Director::daemons() const {
  ipvs::DaemonStatus running;
  if (state_->master.running()) running.push_back(state_->master.daemon());
  if (state_->backup) running.push_back(*state_->backup);
  return running;
}

std::optional<SyncMessage> Director::next_sync_message() {
  return state_->master.next();
}
void Director::receive_sync(Bytes datagram, Time now) {
  state_->receive_sync(datagram, now);
}
unsigned Director::sync_ports() const {
  return state_->sync_ports;
}

const Settings& Director::settings() const {
  return state_->settings;
}
void Director::change(const Settings& settings) {
  state_->change(settings);
}

const std::array<uint64_t, static_cast<size_t>(DropReason::kCount)>& Director::drops() const {
  return state_->drops;
}

}  // namespace lvslab::director
