// What a backup learns from a master's messages: connections as if they had been made here.
//
// A learned connection is bound to the server that its service has at its real end, and goes by
// that server's method. Without such a server it is kept, goes by the master's method, and is bound
// when a later message speaks of it and the server is there.

#include "emulator/director/sctp_states.hh"
#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

// A template of version 0, which tells no timeouts, and what has no states.
constexpr Duration kUntold = std::chrono::seconds(180);
// Our one state of UDP, which IPVS numbers 0.
constexpr uint8_t kUdpState = 1;

SyncMethod method_in(const SyncEntry& entry) {
  return static_cast<SyncMethod>(entry.flags & sync_flag::kMethod);
}

// A server on the host itself is found by its address whatever the method.
ipvs::Method method_of(SyncMethod method) {
  if (method == SyncMethod::tunnel) return ipvs::Method::tunnel;
  const bool masquerade = method == SyncMethod::masquerade || method == SyncMethod::bypass;
  return masquerade ? ipvs::Method::masquerade : ipvs::Method::route;
}

bool is_active(const SyncEntry& entry) {
  return (entry.flags & sync_flag::kInactive) == 0;
}

}  // namespace

void Director::State::receive_sync(Bytes datagram, Time now) {
  // A longer one is cut by the socket, and then its size is wrong.
  if (!backup || datagram.size() > backup->largest) return;
  expire(now);
  SyncReader reader(datagram);
  if (backup->id != 0 && reader.id() != backup->id) return;
  while (const SyncEntry* entry = reader.next())
    // No persistence engine is here that it could be of.
    if (entry->engine_data.empty()) learn(*entry, now);
}

void Director::State::learn(const SyncEntry& entry, Time now) {
  bool outdated = false;
  Connection* connection = known(entry, now, outdated);
  if (outdated) return;
  if (connection) {
    if (connection->server && !entry.is_template())
      connection->server->set_active(*connection, is_active(entry));
    else
      connection->active = is_active(entry);
    if (!connection->server) bind_learned(*connection);
  } else {
    connection = make_known(entry, now);
    if (!connection) return;
  }
  if (entry.shifts && connection->ftp) {
    connection->ftp->to_server = entry.shifts->in;
    connection->ftp->to_client = entry.shifts->out;
  }
  connection->packets_in = static_cast<uint32_t>(settings.sync_threshold[0]);
  connection->assured = entry.is_template() && (entry.state & 1) != 0;
  const bool udp = entry.protocol == wire::proto::kUdp;
  connection->state = udp ? kUdpState : static_cast<uint8_t>(entry.state);
  connection->told_state = static_cast<uint8_t>(entry.state);
  connection->timeout = timeout_of_learned(entry);
  connections.refresh(*connection, now);
}

// The connection that the entry is about. One to another server makes room, unless the entry only
// tells the end of one that was replaced here: that is outdated.
Connection* Director::State::known(const SyncEntry& entry, Time now, bool& outdated) {
  if (entry.is_template())
    return connections.find_template(entry.protocol, entry.client.address, entry.virtual_end);
  Connection* connection =
      connections.find_request(entry.protocol, entry.client, entry.virtual_end);
  if (!connection || connection->real == entry.real) return connection;
  if (is_active(entry))
    connections.expire_soon(*connection, now);
  else
    outdated = true;
  return nullptr;
}

Connection* Director::State::make_known(const SyncEntry& entry, Time now) {
  ConnectionTable::Making making;
  making.protocol = entry.protocol;
  making.client = entry.client;
  making.virtual_end = entry.virtual_end;
  making.real = entry.real;
  making.method = method_of(method_in(entry));
  making.is_template = entry.is_template();
  making.bypass = method_in(entry) == SyncMethod::bypass;
  making.no_client_port = (entry.flags & sync_flag::kNoClientPort) != 0;
  making.mark = entry.mark;
  Connection* connection = connections.make(making, now);
  if (!connection) return nullptr;
  connection->synced = true;
  connection->active = is_active(entry);
  connection->no_output = (entry.flags & sync_flag::kNoOutput) != 0;
  connection->tracked = settings.conntrack;
  bind_learned(*connection);
  bind_helper(*connection);
  return connection;
}

void Director::State::bind_learned(Connection& connection) {
  RealServer* server = services.find_server(
      connection.mark, connection.protocol, connection.virtual_end, connection.real,
      !connection.bypass && connection.method == ipvs::Method::masquerade);
  if (!server) return;
  const bool active = connection.active;
  connections.set_method(connection, server->rule.method);
  connection.no_output = connection.method != ipvs::Method::masquerade;
  server->bind(connection);
  if (!connection.is_template) server->set_active(connection, active);
  bind_helper(connection);
}

Duration Director::State::timeout_of_learned(const SyncEntry& entry) const {
  if (entry.timeout != 0) return std::chrono::seconds(entry.timeout);
  if (entry.is_template()) return kUntold;
  if (entry.protocol == wire::proto::kTcp) return timeouts.of(static_cast<TcpState>(entry.state));
  if (entry.protocol == wire::proto::kSctp) return timeout_of(static_cast<SctpState>(entry.state));
  return entry.protocol == wire::proto::kUdp ? timeouts.udp : kUntold;
}

}  // namespace lvslab::director
