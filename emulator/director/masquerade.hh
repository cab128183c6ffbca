#pragma once
// Forwarding by masquerade (ipvsadm -m, LVS-NAT): the request's destination becomes the real end,
// the reply's source the virtual end; checksums change by increments. TTL, routes and MTU are
// not looked at here.

#include "emulator/director/protocol.hh"

namespace lvslab::director {

// `ip` is the header of `packet`, which holds a whole transport header of the connection's
// protocol.
template <class P>
void masquerade(const wire::Frame& packet, const wire::IpEdit& ip, const P& protocol,
                const Connection& connection, Direction direction) {
  if (direction == Direction::request)
    protocol.replace_end(packet, ip, Side::destination, connection.real, connection.to_real);
  else
    protocol.replace_end(packet, ip, Side::source, connection.virtual_end, connection.to_virtual);
}

// An ICMP error about a packet of the connection, whose quotation was checked to reach over the
// ports. request: it goes to the server, about a reply; reply: to the client, about a request.
void masquerade_error(const wire::IpEdit& outer, const Connection& connection, Direction direction);

}  // namespace lvslab::director
