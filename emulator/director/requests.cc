// From client to server: find or make the connection, move its state, send.

#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

// Active FTP opens its data connections from here; none is ever scheduled anew.
constexpr uint16_t kFtpData = 20;

}  // namespace

void Director::State::request(const Packet& packet) {
  if (packet.segment.size() < packet.protocol.header_size())
    return refuse(packet.verdict, DropReason::malformed);
  Connection* connection = current(packet);
  if (packet.verdict.action == Action::drop) return;
  if (!connection) connection = schedule(packet);
  if (!connection) return;
  connection->server->count_in(packet.frame.size());
  packet.protocol.advance(*connection, Direction::request, packet.segment, timeouts);
  describe_connection(packet.verdict.note, *connection, packet.protocol);
  transmitter.send(packet.frame, packet.ip, packet.protocol, *connection, Content::segment,
                   packet.now, packet.verdict);
  connections.refresh(*connection, packet.now);
}

// The connection that the packet belongs to. Null if there is none, or if it had come to an end and
// was removed; a dropping verdict if the packet has to end with it.
Connection* Director::State::current(const Packet& packet) {
  Connection* connection =
      connections.find_request(packet.protocol.number(), packet.source, packet.destination);
  if (!connection) return nullptr;
  const bool begins = packet.protocol.opens(packet.segment);
  const bool quiesced = settings.expire_nodest_conn && connection->server->rule.weight == 0;
  if (begins && (quiesced || packet.protocol.reusable(*connection, settings.conn_reuse_mode))) {
    end(*connection, packet.now);
    return nullptr;
  }
  if (connection->server->available()) return connection;
  describe_connection(packet.verdict.note, *connection, packet.protocol);
  if (!settings.expire_nodest_conn || !packet.protocol.schedulable(packet.segment, settings))
    refuse(packet.verdict, DropReason::destination_gone);
  else
    packet.verdict.note = {};  // of the connection to come
  if (settings.expire_nodest_conn) end(*connection, packet.now);
  return nullptr;
}

// A new connection for the packet. Null when it is not to have one: the verdict says what becomes
// of it.
Connection* Director::State::schedule(const Packet& packet) {
  if (!packet.protocol.schedulable(packet.segment, settings)) return nullptr;
  const ipvs::Endpoint client = packet.source;
  const ipvs::Endpoint virtual_end = packet.destination;
  VirtualService* service = services.find(packet.protocol.number(), virtual_end);
  if (!service || client.port == kFtpData) return nullptr;

  Note& note = packet.verdict.note;
  note.matched = true;
  note.protocol = packet.protocol.number();
  note.client = client;
  note.virtual_end = virtual_end;
  note.scheduler = service->rule.scheduler;
  RealServer* server = service->schedule(client, virtual_end);
  if (!server) {
    refuse(packet.verdict, DropReason::no_destination, wire::icmp::kUnreachable,
           wire::icmp::kPortUnreachable, virtual_end.address);
    return nullptr;
  }
  const ipvs::Destination& rule = server->rule;
  Connection* connection =
      connections.make({note.protocol, client, virtual_end, rule.real, rule.method}, packet.now);
  if (!connection) {
    refuse(packet.verdict, DropReason::table_full);
    return nullptr;
  }
  server->bind(*connection);
  ++server->traffic.connections;
  ++service->traffic.connections;
  note.scheduled = true;
  return connection;
}

}  // namespace lvslab::director
