// ICMP errors about connections: to the server, about what it sent; to the client, about what it
// sent; and about tunnel packets that this director made (RFC 792; RFC 5508 for the translations).
//
// IPVS knows unreachable, source quench and time exceeded. An error about a packet of no connection
// is the host's own.

#include "emulator/director/masquerade.hh"
#include "emulator/director/state.hh"
#include "emulator/director/tunnel.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr uint8_t kSourceQuench = 4;

bool is_error(uint8_t type) {
  return type == wire::icmp::kUnreachable || type == kSourceQuench ||
         type == wire::icmp::kTimeExceeded;
}

}  // namespace

std::optional<Director::State::Quotation> Director::State::Quotation::in(MutableBytes body) {
  const auto ip = wire::Ipv4Edit::over_quoted(body);
  if (!ip || ip->fragment_offset() != 0) return {};
  const Protocol* protocol = protocol_of(ip->protocol());
  const auto segment = body.subspan(ip->header_length());
  if (!protocol || segment.size() < kPortsSize) return {};
  return Quotation{*ip,
                   protocol,
                   {ip->source(), load_be16(segment.data())},
                   {ip->destination(), load_be16(segment.data() + 2)}};
}

void Director::State::icmp(wire::Frame& frame, const wire::Ipv4Edit& ip, Hook hook, Time now,
                           Verdict& verdict, Note* note) {
  const auto message = wire::IcmpEdit::over(ip.payload());
  if (!message || !is_error(message->type())) return;
  const Error error{frame, ip, *message, now, verdict, note};
  if (hook == Hook::forward) return error_to_client(error);
  const auto outer = wire::Ipv4Edit::over_quoted(message->body());
  if (outer && outer->protocol() == wire::proto::kIpip) return error_about_tunnel(error, *outer);
  error_to_server(error);
}

// Someone on the way to the client, or the client itself, answers to a reply: it quotes
// virtual end > client.
void Director::State::error_to_server(const Error& error) {
  const auto quoted = Quotation::in(error.icmp.body());
  if (!quoted) return;
  Connection* connection =
      connections.find_request(quoted->protocol->number(), quoted->destination, quoted->source);
  if (!connection) return;
  if (error.note) error.note->icmp_error = true;
  describe_connection(error.note, *connection, *quoted->protocol);
  if (!wire::checksum_ok(error.ip.payload()))
    return refuse(error.verdict, DropReason::bad_icmp_checksum);
  connection->server->count_in(error.frame.size());
  transmitter.send(error.frame, error.ip, *quoted->protocol, *connection, Content::icmp_error,
                   error.now, error.verdict);
}

// The server, or a router before it, answers to a request: it quotes client > real end. With route
// and tunnel the quoted packet bears the virtual end and the error needs no translation.
void Director::State::error_to_client(const Error& error) {
  const auto quoted = Quotation::in(error.icmp.body());
  if (!quoted) return;
  Connection* connection =
      connections.find_reply(quoted->protocol->number(), quoted->destination, quoted->source);
  if (!connection) return;
  if (error.note) error.note->icmp_error = error.note->reply = true;
  describe_connection(error.note, *connection, *quoted->protocol);
  if (connection->method == ipvs::Method::masquerade) {
    if (!wire::checksum_ok(error.ip.payload()))
      return refuse(error.verdict, DropReason::bad_icmp_checksum);
    masquerade_error(error.ip, *connection, Direction::reply);
    error.verdict.action = Action::forward;
    error.verdict.next_hop = error.ip.destination();
  }
  connection->server->count_out(error.frame.size());
}

// A router on the way to a tunnel server answers to the outer packet. The client, who knows nothing
// of a tunnel, is told anew, of its own packet; the MTU it hears is what fits into the tunnel.
void Director::State::error_about_tunnel(const Error& error, const wire::Ipv4Edit& outer) {
  if (outer.fragment_offset() != 0) return;
  const auto quoted = Quotation::in(error.icmp.body().subspan(outer.header_length()));
  if (!quoted) return;
  Connection* connection =
      connections.find_request(quoted->protocol->number(), quoted->source, quoted->destination);
  if (!connection || connection->method != ipvs::Method::tunnel ||
      connection->real.address != outer.destination() || !connection->server->available())
    return;
  if (error.note) error.note->icmp_error = true;
  describe_connection(error.note, *connection, *quoted->protocol);
  if (!wire::checksum_ok(error.ip.payload()))
    return refuse(error.verdict, DropReason::bad_icmp_checksum);

  const uint8_t type = error.icmp.type();
  const uint8_t code = error.icmp.code();
  const bool about_size =
      type == wire::icmp::kUnreachable && code == wire::icmp::kFragmentationNeeded;
  uint32_t mtu = 0;
  if (about_size) {
    // As in Linux, this first error still tells what was believed before it.
    mtu = transmitter.tunnel_path_mtu(*connection->server, error.now);
    transmitter.learn_path_mtu(*connection->server, error.icmp.next_hop_mtu(), error.now);
    if (!quoted->ip.dont_fragment()) return refuse(error.verdict, DropReason::tunnel_error);
    if (mtu > kSmallestMtu + kTunnelOverhead) mtu -= kTunnelOverhead;
  }
  refuse(error.verdict, DropReason::tunnel_error, type, code, quoted->ip.destination(), mtu);
  error.frame.clear_offload();
  error.frame.trim_front(static_cast<size_t>(quoted->ip.data() - error.frame.data()));
}

}  // namespace lvslab::director
