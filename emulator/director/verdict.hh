#pragma once
// What the director says of a packet. The packet itself has already been edited in place.

#include <cstdint>
#include <string_view>

#include "emulator/ipvs/service.hh"

namespace lvslab::director {

// Every way a packet can end here, with its counter (Director::drops) and its name in comments.
enum class DropReason : uint8_t {
  none,
  malformed,                 // transport header cut short (nothing comes out of IPVS either)
  bad_tcp_checksum,          // of an FTP control connection, whose payload is read
  not_tracked,               // an FTP reply that names the server, and nothing here rewrites it
  bad_icmp_checksum,         // an ICMPv4 error that would be translated
  no_destination,            // no server available: answered with port unreachable
  destination_gone,          // connection's server takes no more (vs.expire_nodest_conn)
  time_exceeded,             // TTL 1 or 0: answered
  fragmentation_needed,      // DF and larger than the route's MTU: answered
  no_route,                  // no route to the real server: answered with host unreachable
  table_full,                // connection table at its bound
  reply_without_connection,  // vs.nat_icmp_send=1: answered with port unreachable
  tunnel_error,              // an ICMP error about a tunnel packet of ours: told on to the client
  too_large,                 // an outer header would make it longer than 65,535 bytes
  overloaded,                // vs.drop_packet: a new connection of every so many
  unsupported,               // a feature this director does not have yet
  kCount,
};
std::string_view name_of(DropReason reason);
// A sentence for a person: "server deleted while vs.expire_nodest_conn=0".
std::string_view explain(DropReason reason);

enum class Action : uint8_t {
  pass,     // not the director's business: the host goes on as if it were not there
  forward,  // send the packet, whose IP header is final (TTL included), to next_hop
  drop,     // count the reason; send `answer` if it has one
};

// An ICMP error about the packet as it stands in the frame, to that packet's source. After
// DropReason::tunnel_error the frame holds only as much of the packet as the error quoted, so its
// total length may speak of more bytes than there are.
struct IcmpAnswer {
  bool wanted = false;
  uint8_t type = 0;
  uint8_t code = 0;
  uint32_t mtu = 0;        // fragmentation needed, packet too big
  ipvs::IpAddress source;  // the virtual address; for vs.nat_icmp_send the director's own
};

// What happened, for people and reports; filled without allocating when somebody asks for it,
// turned into words elsewhere (describe.hh).
struct Note {
  bool matched = false;     // a service or connection was found
  bool scheduled = false;   // a connection was made for this packet
  bool reply = false;       // real server -> client
  bool icmp_error = false;  // translated or forwarded as an error about a connection
  ipvs::Method method = ipvs::Method::masquerade;
  ipvs::Scheduler scheduler = ipvs::Scheduler::none;
  uint8_t protocol = 0;  // of the connection
  ipvs::Endpoint client, virtual_end, real;
  std::string_view state;  // of the connection after the packet; static storage
};

struct Verdict {
  Action action = Action::pass;
  DropReason reason = DropReason::none;
  IcmpAnswer answer;
  ipvs::IpAddress next_hop;  // forward: the address whose route the packet takes
  uint32_t mtu = 0;          // of that way, where the host may know better; 0: it knows best
};

}  // namespace lvslab::director
