// From client to server: find or make the connection, move its state, send.

#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

Connection* Director::State::find_request(const Packet& packet, uint8_t protocol) {
  // Without a client's port, or with connections that wait for one, there is more to it.
  Connection* found =
      packet.source_port() == 0
          ? nullptr
          : connections.find_request(packet.key, packet.context.ip.address_at(Side::source),
                                     packet.context.ip.address_at(Side::destination));
  if (found || (packet.source_port() != 0 && !connections.waits_for_client_port())) return found;
  return connections.find_request(protocol, packet.source(), packet.destination());
}

// Whether nf_conntrack, which an FTP service turns on, knows it from packets before this one: then
// what would begin anew cannot go to another server (ip_vs_conn_uses_old_conntrack).
bool Director::State::is_followed(const Connection& connection) const {
  const bool ahead = connection.state == 0 || connection.no_client_port;
  return connection.tracked && !ahead && services.tracks(connection.client.address.family());
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
      if (quiesced && is_followed(*connection))
        refuse(packet.context.verdict, DropReason::destination_gone);
      if (connection->controls == 0) connections.expire_soon(*connection, packet.context.now);
      return nullptr;
    }
  }
  if (!server || server->available()) return connection;
  // The packet is one of no connection now: it may make another, or it is the host's own.
  if (settings.expire_nodest_conn) {
    if (is_followed(*connection)) refuse(packet.context.verdict, DropReason::destination_gone);
    connections.expire_soon(*connection, packet.context.now);
    return nullptr;
  }
  describe_connection(packet.context.note, *connection);
  refuse(packet.context.verdict, DropReason::destination_gone);
  return nullptr;
}

template <class P>
void Director::State::carry(const P& protocol, const Packet& packet, Connection& connection) {
  const bool whole = packet.segment.size() >= protocol.header_size();
  if (connection.server) connection.server->count_in(packet.context.frame.size());
  if (whole) protocol.advance(connection, Direction::request, packet.flags(), timeouts);
  describe_connection(packet.context.note, connection);
  if (connection.no_client_port && connection.method == ipvs::Method::masquerade)
    connections.set_client_port(connection, packet.source_port());
  if (!whole && connection.method == ipvs::Method::masquerade)
    refuse(packet.context.verdict, DropReason::malformed);
  else
    transmitter.send({packet.context.frame, packet.context.ip, connection, Content::segment,
                      packet.context.now, packet.context.verdict},
                     protocol);
  if (connection.ftp && packet.context.verdict.action == Action::forward) [[unlikely]]
    control_request(packet.context, connection);
  ++connection.packets_in;
  if (tells) [[unlikely]]
    master.tell(connection, connection.packets_in, packet.context.now);
  finish(connection, packet.context.now);
}

template <class P>
void Director::State::request(const P& protocol, const Packet& packet) {
  Connection* connection = current(protocol, packet);
  if (packet.context.verdict.action == Action::drop) return;
  if (!connection) {
    if (reply(protocol, packet)) return;
    if (packet.segment.size() < protocol.opening_size())
      return refuse(packet.context.verdict, DropReason::malformed);
    if (!protocol.schedulable(packet.segment, settings)) return;
    connection = schedule({protocol, packet.source(), packet.destination()}, packet.context);
    if (!connection) return;
  }
  carry(protocol, packet, *connection);
}

// A short cut through process(), transport() and request() for nearly every packet: whole, of IPv4,
// of a connection that goes on as it is, and nobody asks for a note. It comes to carry() as they
// would. False: it is another one, and nothing has been touched.
template <class P>
bool Director::State::carry_known(const P& protocol, const Context& context) {
  const Bytes segment = context.ip.payload();
  if (segment.size() < protocol.header_size() || protocol.opens(segment)) return false;
  const uint32_t ports = load_be32(segment.data());
  const uint8_t* source = context.ip.address_at(Side::source);
  const Packet packet{context, segment, ports, FlowKey::of_v4(protocol.number(), source, ports)};
  Connection* connection =
      connections.find_request(packet.key, source, context.ip.address_at(Side::destination));
  if (!connection || packet.source_port() == 0 || connection->no_client_port || connection->ftp)
    return false;
  if (!connection->server || !connection->server->available()) return false;
  context.frame.truncate(context.ip.total_length());
  carry(protocol, packet, *connection);
  return true;
}

bool Director::State::carry_known(wire::Frame& frame, Time now, Verdict& verdict) {
  if (now >= connections.next_deadline() || now >= chores_due || stands_back) return false;
  if (frame.empty() || frame.data()[0] >> 4 == 6 || !services.has(ipvs::Family::v4)) return false;
  const auto ip = wire::IpEdit::over(frame.bytes());
  if (!ip || ip->is_fragment()) return false;
  const Context context{frame, *ip, Hook::local_in, now, verdict, nullptr};
  if (ip->protocol() == wire::proto::kTcp) return carry_known(kTcp, context);
  return ip->protocol() == wire::proto::kUdp && carry_known(kUdp, context);
}

// The packet has been dealt with: the connection's time begins anew.
void Director::State::finish(Connection& connection, Time now) {
  if (!connection.one_packet) return connections.refresh(connection, now);
  if (connection.control && !tells) ++connection.control->packets_in;
  time_out(connection, now);
}

}  // namespace lvslab::director
