// From client to server: find or make the connection, move its state, send.

#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

Connection* Director::State::find_request(const Packet& packet, uint8_t protocol) {
  // Without a client's port, or with connections that wait for one, there is more to it.
  Connection* found =
      packet.source_port == 0
          ? nullptr
          : connections.find_request(packet.key, packet.context.ip.address_at(Side::source),
                                     packet.context.ip.address_at(Side::destination));
  if (found || (packet.source_port != 0 && !connections.waits_for_client_port())) return found;
  return connections.find_request(protocol, packet.source(), packet.destination());
}

// The connection that the packet belongs to. Null if there is none, or if it had come to an end; a
// dropping verdict if the packet has to end with it.
template <class P>
Connection* Director::State::current(const P& protocol, const Packet& packet) {
  Connection* connection = find_request(packet, protocol.number());
  if (!connection) return nullptr;
  const bool whole = packet.segment.size() >= protocol.header_size();
  RealServer* server = connection->server;
  if (whole && protocol.opens(packet.segment)) {
    const bool quiesced = settings.expire_nodest_conn && server && server->rule.weight == 0;
    if (quiesced || protocol.reusable(*connection, settings.conn_reuse_mode)) {
      if (connection->controls == 0) connections.expire_soon(*connection, packet.context.now);
      return nullptr;
    }
  }
  if (!server || server->available()) return connection;
  // The packet is one of no connection now: it may make another, or it is the host's own.
  if (settings.expire_nodest_conn) {
    connections.expire_soon(*connection, packet.context.now);
    return nullptr;
  }
  describe_connection(packet.context.note, *connection);
  refuse(packet.context.verdict, DropReason::destination_gone);
  return nullptr;
}

template <class P>
void Director::State::request(const P& protocol, const Packet& packet) {
  Connection* connection = current(protocol, packet);
  if (packet.context.verdict.action == Action::drop) return;
  const bool whole = packet.segment.size() >= protocol.header_size();
  if (!connection) {
    if (reply(protocol, packet)) return;
    if (packet.segment.size() < protocol.opening_size())
      return refuse(packet.context.verdict, DropReason::malformed);
    if (!protocol.schedulable(packet.segment, settings)) return;
    connection = schedule({protocol, packet.source(), packet.destination()}, packet.context);
    if (!connection) return;
  }
  if (connection->server) connection->server->count_in(packet.context.frame.size());
  if (whole) protocol.advance(*connection, Direction::request, packet.flags(), timeouts);
  describe_connection(packet.context.note, *connection);
  if (connection->no_client_port && connection->method == ipvs::Method::masquerade)
    connections.set_client_port(*connection, packet.source_port);
  if (!whole && connection->method == ipvs::Method::masquerade)
    refuse(packet.context.verdict, DropReason::malformed);
  else
    transmitter.send({packet.context.frame, packet.context.ip, *connection, Content::segment,
                      packet.context.now, packet.context.verdict},
                     protocol);
  if (connection->ftp && packet.context.verdict.action == Action::forward) [[unlikely]]
    control_request(packet.context, *connection);
  ++connection->packets_in;
  if (tells) [[unlikely]]
    master.tell(*connection, connection->packets_in, packet.context.now);
  finish(*connection, packet.context.now);
}

// The packet has been dealt with: the connection's time begins anew.
void Director::State::finish(Connection& connection, Time now) {
  if (!connection.one_packet) return connections.refresh(connection, now);
  if (connection.control && !tells) ++connection.control->packets_in;
  time_out(connection, now);
}

}  // namespace lvslab::director
