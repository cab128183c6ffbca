// From server to client. Only masquerading servers' packets are changed; those of the others seldom
// pass here, and when they do, tell the state more.

#include "emulator/director/masquerade.hh"
#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

// False: of no connection.
template <class P>
bool Director::State::reply(const P& protocol, const Packet& packet) {
  Connection* connection =
      connections.find_reply(packet.key, packet.context.ip.address_at(Side::source),
                             packet.context.ip.address_at(Side::destination));
  if (!connection || connection->is_template) return false;
  const bool whole = packet.segment.size() >= protocol.header_size();
  if (connection->ftp && whole) {
    if (packet.context.note) packet.context.note->reply = true;
    control_reply(packet.context, *connection);
    return true;
  }
  const bool translate = connection->method == ipvs::Method::masquerade && !connection->bypass;
  if (packet.context.note) packet.context.note->reply = true;
  describe_connection(packet.context.note, *connection);
  if (translate && !whole) {
    refuse(packet.context.verdict, DropReason::malformed);
    connections.refresh(*connection, packet.context.now);  // for IPVS it is a sign of life
    return true;
  }
  if (translate) {
    masquerade(packet.context.frame, packet.context.ip, protocol, *connection, Direction::reply);
    packet.context.verdict.action = Action::forward;
    packet.context.verdict.next_hop = connection->client.address;
  }
  if (connection->server) connection->server->count_out(packet.context.frame.size());
  if (whole) protocol.advance(*connection, Direction::reply, packet.flags(), timeouts);
  connections.refresh(*connection, packet.context.now);
  describe_connection(packet.context.note, *connection);
  return true;
}

// vs.nat_icmp_send=1: a masquerading server that talks of a connection nobody knows is told so.
template <class P>
void Director::State::reply_without_connection(const P& protocol, const Packet& packet) {
  if (!settings.nat_icmp_send || packet.segment.size() < protocol.header_size() ||
      protocol.resets(packet.segment) ||
      !services.has_masquerading(protocol.number(), packet.source()))
    return;
  const auto route = routes->route_to(packet.context.ip.source());
  if (packet.context.note) {
    packet.context.note->reply = true;
    packet.context.note->protocol = protocol.number();
    packet.context.note->real = packet.source();
    packet.context.note->client = packet.destination();
  }
  refuse(packet.context.verdict, DropReason::reply_without_connection, Complaint::port_unreachable,
         route ? route->source : packet.context.ip.destination());
}

}  // namespace lvslab::director
