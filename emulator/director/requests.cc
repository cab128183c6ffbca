// From client to server: find or make the connection, move its state, send.

#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

// Active FTP opens its data connections from here; none is ever scheduled anew.
constexpr uint16_t kFtpData = 20;

}  // namespace

// The connection that the packet belongs to. Null if there is none, or if it had come to an end and
// was removed; a dropping verdict if the packet has to end with it.
template <class P>
Connection* Director::State::current(const P& protocol, const Packet& packet) {
  Connection* connection =
      connections.find_request(protocol.number(), packet.source, packet.destination);
  if (!connection) return nullptr;
  const bool begins = protocol.opens(packet.segment);
  const bool quiesced = settings.expire_nodest_conn && connection->server->rule.weight == 0;
  if (begins && (quiesced || protocol.reusable(*connection, settings.conn_reuse_mode))) {
    end(*connection, packet.now);
    return nullptr;
  }
  if (connection->server->available()) return connection;
  describe_connection(packet.note, *connection, protocol);
  if (!settings.expire_nodest_conn || !protocol.schedulable(packet.segment, settings))
    refuse(packet.verdict, DropReason::destination_gone);
  else if (packet.note)
    *packet.note = {};  // of the connection to come
  if (settings.expire_nodest_conn) end(*connection, packet.now);
  return nullptr;
}

template <class P>
void Director::State::request_of(const P& protocol, const Packet& packet) {
  if (packet.segment.size() < protocol.header_size())
    return refuse(packet.verdict, DropReason::malformed);
  Connection* connection = current(protocol, packet);
  if (packet.verdict.action == Action::drop) return;
  if (!connection) connection = schedule(packet);
  if (!connection) return;
  connection->server->count_in(packet.frame.size());
  protocol.advance(*connection, Direction::request, packet.segment, timeouts);
  describe_connection(packet.note, *connection, protocol);
  transmitter.send(packet.frame, packet.ip, protocol, *connection, Content::segment, packet.now,
                   packet.verdict);
  connections.refresh(*connection, packet.now);
}

void Director::State::request(const Packet& packet) {
  with_protocol(packet.protocol, [&](const auto& protocol) { request_of(protocol, packet); });
}

// A new connection for the packet. Null when it is not to have one: the verdict says what becomes
// of it.
Connection* Director::State::schedule(const Packet& packet) {
  if (!packet.protocol.schedulable(packet.segment, settings)) return nullptr;
  const ipvs::Endpoint client = packet.source;
  const ipvs::Endpoint virtual_end = packet.destination;
  VirtualService* service = services.find(packet.protocol.number(), virtual_end);
  if (!service || client.port == kFtpData) return nullptr;

  const uint8_t protocol = packet.protocol.number();
  if (packet.note) {
    packet.note->matched = true;
    packet.note->protocol = protocol;
    packet.note->client = client;
    packet.note->virtual_end = virtual_end;
    packet.note->scheduler = service->rule.scheduler;
  }
  RealServer* server = service->schedule(client, virtual_end);
  if (!server) {
    refuse(packet.verdict, DropReason::no_destination, wire::icmp::kUnreachable,
           wire::icmp::kPortUnreachable, virtual_end.address);
    return nullptr;
  }
  const ipvs::Destination& rule = server->rule;
  Connection* connection =
      connections.make({protocol, client, virtual_end, rule.real, rule.method}, packet.now);
  if (!connection) {
    refuse(packet.verdict, DropReason::table_full);
    return nullptr;
  }
  server->bind(*connection);
  ++server->traffic.connections;
  ++service->traffic.connections;
  if (packet.note) packet.note->scheduled = true;
  return connection;
}

}  // namespace lvslab::director
