// ICMP errors about connections: to the server, about what it sent; to the client, about what it
// sent (RFC 792, RFC 4443; RFC 5508 for the translations).
//
// IPVS knows unreachable, source quench and time exceeded of ICMPv4, and all errors of ICMPv6. An
// error about a packet of no connection is the host's own.

#include "emulator/director/masquerade.hh"
#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr uint8_t kSourceQuench = 4;
constexpr uint8_t kFirstInformation6 = 128;  // ICMPv6 types below are errors (RFC 4443, 2.1)

bool is_error(bool v4, uint8_t type) {
  if (!v4) return type < kFirstInformation6;
  return type == wire::icmp::kUnreachable || type == kSourceQuench ||
         type == wire::icmp::kTimeExceeded;
}

// IPVS checks the sum of ICMPv4 errors before it translates them. Of ICMPv6 ones it checks only
// those that go out, and without the pseudo header, so they never pass (Linux 6.1).
bool checksum_good(const wire::IpEdit& ip) {
  return wire::checksum_ok(ip.payload());
}

// Of a protocol of ours, but cut off before its ports: with vs.schedule_icmp=1 the kernel takes it
// for something to be scheduled that is too short for it.
bool quotes_no_ports(MutableBytes body) {
  const auto ip = wire::IpEdit::over_quoted(body);
  return ip && !ip->is_later_fragment() && protocol_of(ip->protocol()) &&
         ip->payload().size() < kPortsSize;
}

}  // namespace

std::optional<Director::State::Quotation> Director::State::Quotation::in(MutableBytes body) {
  const auto ip = wire::IpEdit::over_quoted(body);
  if (!ip || ip->is_later_fragment()) return {};
  const Protocol* protocol = protocol_of(ip->protocol());
  const auto segment = ip->payload();
  if (!protocol || segment.size() < kPortsSize) return {};
  return Quotation{*ip,
                   protocol,
                   {ip->source(), load_be16(segment.data())},
                   {ip->destination(), load_be16(segment.data() + 2)}};
}

void Director::State::icmp(const Context& context) {
  const auto message = wire::IcmpEdit::over(context.ip.payload());
  if (!message || !is_error(context.ip.is_v4(), message->type())) return;
  if (settings.schedule_icmp && quotes_no_ports(message->body()))
    return refuse(context.verdict, DropReason::malformed);
  if (context.hook == Hook::local_in && error_about_tunnel(context, *message)) return;
  if (error_to_server(context, *message)) return;
  error_to_client(context, *message);
}

// Someone on the way to the client, or the client itself, answers to a reply: it quotes
// virtual end > client.
bool Director::State::error_to_server(const Context& context, const wire::IcmpEdit& error) {
  const auto quoted = Quotation::in(error.body());
  if (!quoted || quoted->ip.family() != context.ip.family()) return false;
  const Protocol& protocol = *quoted->protocol;
  Connection* connection =
      connections.find_request(protocol.number(), quoted->destination, quoted->source);
  const bool is_new = !connection && settings.schedule_icmp;
  if (is_new) connection = schedule({protocol, quoted->destination, quoted->source, true}, context);
  if (!connection) return context.verdict.action == Action::drop;
  if (context.note) context.note->icmp_error = true;
  describe_connection(context.note, *connection);
  if (context.ip.is_v4() && !checksum_good(context.ip)) {
    refuse(context.verdict, DropReason::bad_icmp_checksum);
  } else {
    if (connection->server) connection->server->count_in(context.frame.size());
    transmitter.send<Protocol>(
        {context.frame, context.ip, *connection, Content::icmp_error, context.now, context.verdict},
        protocol);
    ++connection->packets_in;
  }
  if (is_new) finish(*connection, context.now);
  return true;
}

// The server, or a router before it, answers to a request: it quotes client > real end. With route
// and tunnel the quoted packet bears the virtual end and the error needs no translation.
void Director::State::error_to_client(const Context& context, const wire::IcmpEdit& error) {
  const auto quoted = Quotation::in(error.body());
  if (!quoted || quoted->ip.family() != context.ip.family()) return;
  Connection* connection =
      connections.find_reply(quoted->protocol->number(), quoted->destination, quoted->source);
  if (!connection) return;
  if (context.note) context.note->icmp_error = context.note->reply = true;
  describe_connection(context.note, *connection);
  if (connection->method == ipvs::Method::masquerade && !connection->bypass) {
    if (!checksum_good(context.ip)) return refuse(context.verdict, DropReason::bad_icmp_checksum);
    masquerade_error(context.ip, *connection, Direction::reply);
    context.verdict.action = Action::forward;
    context.verdict.next_hop = context.ip.destination();
  }
  if (connection->server) connection->server->count_out(context.frame.size());
}

}  // namespace lvslab::director
