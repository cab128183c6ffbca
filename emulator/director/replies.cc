// From server to client. Only masquerading servers' packets are changed; those of the others seldom
// pass here, and when they do, tell the state more.

#include "emulator/director/masquerade.hh"
#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

void Director::State::reply(const Packet& packet) {
  Connection* connection =
      connections.find_reply(packet.protocol.number(), packet.source, packet.destination);
  if (!connection) return reply_without_connection(packet);
  const bool whole = packet.segment.size() >= packet.protocol.header_size();
  const bool translate = connection->method == ipvs::Method::masquerade;
  if (packet.note) packet.note->reply = true;
  describe_connection(packet.note, *connection, packet.protocol);
  if (translate && !whole) return refuse(packet.verdict, DropReason::malformed);
  if (translate) {
    masquerade(packet.frame, packet.ip, packet.protocol, *connection, Direction::reply);
    packet.verdict.action = Action::forward;
    packet.verdict.next_hop = connection->client.address;
  }
  connection->server->count_out(packet.frame.size());
  if (whole) packet.protocol.advance(*connection, Direction::reply, packet.segment, timeouts);
  connections.refresh(*connection, packet.now);
  describe_connection(packet.note, *connection, packet.protocol);
}

// vs.nat_icmp_send=1: a masquerading server that talks of a connection nobody knows is told so.
void Director::State::reply_without_connection(const Packet& packet) {
  if (!settings.nat_icmp_send || packet.segment.size() < packet.protocol.header_size() ||
      packet.protocol.resets(packet.segment) ||
      !services.has_masquerading(packet.protocol.number(), packet.source))
    return;
  const auto route = routes->route_to(packet.ip.source());
  if (packet.note) {
    packet.note->reply = true;
    packet.note->protocol = packet.protocol.number();
    packet.note->real = packet.source;
    packet.note->client = packet.destination;
  }
  refuse(packet.verdict, DropReason::reply_without_connection, wire::icmp::kUnreachable,
         wire::icmp::kPortUnreachable, route ? route->source : wire::IpAddress());
}

}  // namespace lvslab::director
