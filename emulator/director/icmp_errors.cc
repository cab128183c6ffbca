// ICMP errors about connections: to the server, about what it sent; to the client, about what it
// sent (RFC 792, RFC 4443; RFC 5508 for the translations).
//
// IPVS knows unreachable, source quench and time exceeded of ICMPv4, and all errors of ICMPv6. An
// error about a packet of no connection is the host's own.
//
// An error may fit two connections of one client, as what the client sent to one and as what it got
// from the other. Its hooks decide: at local_in what a server sent comes first (ip_vs_out_icmp), at
// forward what a client sent (ip_vs_forward_icmp).

#include "emulator/director/masquerade.hh"
#include "emulator/director/state.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr uint8_t kSourceQuench = 4;
constexpr uint8_t kFirstInformation6 = 128;  // ICMPv6 types below are errors (RFC 4443, 2.1)

// In a later fragment of IPv4 IPVS reads data as ports; but of UDP it takes one that is told at
// local_in for that of a tunnel, which it leaves alone.
bool later_fragment_counts(const wire::IpEdit& ip, Hook hook) {
  return ip.is_v4() && !(hook == Hook::local_in && ip.protocol() == wire::proto::kUdp);
}

bool is_error(bool v4, uint8_t type) {
  if (!v4) return type < kFirstInformation6;
  return type == wire::icmp::kUnreachable || type == kSourceQuench ||
         type == wire::icmp::kTimeExceeded;
}

// IPVS checks the sum of ICMPv4 errors before it translates them. Of ICMPv6 ones it checks only
// those that go out, and without the pseudo header, so they never pass (Linux 6.1): unless
// nf_conntrack, which an FTP service turns on, has looked before and found them good.
bool checksum_good(const wire::IpEdit& ip, bool tracked) {
  if (wire::checksum_ok(ip.payload())) return true;
  return tracked && !ip.is_v4() && wire::checksum_ok(ip.payload(), ip.pseudo_header_sum());
}

// Of a protocol of ours, but cut off before its ports: with vs.schedule_icmp=1 the kernel takes it
// for something to be scheduled that is too short for it.
bool quotes_no_ports(MutableBytes body, wire::Family family, Hook hook) {
  if (const auto ip = wire::IpEdit::over_quoted(body, family)) {
    if (!protocol_of(ip->protocol()) || ip->payload().size() >= kPortsSize) return false;
    return !ip->is_later_fragment() || later_fragment_counts(*ip, hook);
  }
  // Cut off within its options.
  if (family == wire::Family::v6 || body.size() < wire::kIpv4Size) return false;
  const auto ip = wire::Ipv4View::at(body.data());
  return ip.header_length() > body.size() && ip.fragment_offset() == 0 &&
         protocol_of(ip.protocol());
}

}  // namespace

// Of the family of the error: IPVS does not look at the version of IPv4.
std::optional<Director::State::Quotation> Director::State::Quotation::in(MutableBytes body,
                                                                         wire::Family family,
                                                                         Hook hook) {
  const auto ip = wire::IpEdit::over_quoted(body, family);
  if (!ip) return {};
  const bool ipsec = ip->protocol() == wire::proto::kEsp || ip->protocol() == wire::proto::kAh;
  if (ip->is_later_fragment() && (ipsec || !later_fragment_counts(*ip, hook))) return {};
  if (ipsec)
    return Quotation{*ip, &kIpsec, {ip->source(), kIkePort}, {ip->destination(), kIkePort}};
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
  if (!message) return refuse(context.verdict, DropReason::malformed);
  if (!is_error(context.ip.is_v4(), message->type())) return;
  const bool crosses = context.hook == Hook::forward;
  if (!crosses && error_to_client(context, *message)) return;
  if (!stands_back || context.hook == Hook::local_out) {
    if (context.hook == Hook::local_in && error_about_tunnel(context, *message)) return;
    if (settings.schedule_icmp &&
        quotes_no_ports(message->body(), context.ip.family(), context.hook))
      return refuse(context.verdict, DropReason::malformed);
    if (error_to_server(context, *message)) return;
  }
  if (crosses) error_to_client(context, *message);
}

// An ICMPv6 error of the host's own to itself: what needs no translation takes the loopback device,
// and comes in by it (ip_vs_in_icmp_v6).
bool Director::State::goes_round(const Context& context, const Connection& connection) const {
  if (context.hook != Hook::local_out || context.ip.is_v4()) return false;
  if (connection.method == ipvs::Method::masquerade && !connection.bypass) return false;
  const auto route = routes->route_to(context.ip.destination());
  return route && route->local;
}

// Someone on the way to the client, or the client itself, answers to a reply: it quotes
// virtual end > client.
bool Director::State::error_to_server(const Context& context, const wire::IcmpEdit& error) {
  const auto quoted = Quotation::in(error.body(), context.ip.family(), context.hook);
  if (!quoted) return false;
  const Protocol& protocol = *quoted->protocol;
  Connection* connection =
      connections.find_request(protocol.number(), quoted->destination, quoted->source);
  const bool is_new = !connection && settings.schedule_icmp;
  if (is_new) connection = schedule({protocol, quoted->destination, quoted->source, true}, context);
  if (!connection) return context.verdict.action == Action::drop;
  if (goes_round(context, *connection)) {
    if (is_new) finish(*connection, context.now);
    Context again = context;
    again.hook = Hook::local_in;
    icmp(again);
    return true;
  }
  if (context.note) context.note->icmp_error = true;
  describe_connection(context.note, *connection);
  if (context.ip.is_v4() && !checksum_good(context.ip, false)) {
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
bool Director::State::error_to_client(const Context& context, const wire::IcmpEdit& error) {
  const auto quoted = Quotation::in(error.body(), context.ip.family(), context.hook);
  if (!quoted) return false;
  Connection* connection =
      connections.find_reply(quoted->protocol->number(), quoted->destination, quoted->source);
  if (!connection) return false;
  if (context.note) context.note->icmp_error = context.note->reply = true;
  describe_connection(context.note, *connection);
  if (connection->method == ipvs::Method::masquerade && !connection->bypass) {
    if (!checksum_good(context.ip, services.tracks(context.ip.family()))) {
      refuse(context.verdict, DropReason::bad_icmp_checksum);
      return true;
    }
    masquerade_error(context.ip, *connection, Direction::reply);
    context.verdict.action = Action::forward;
    context.verdict.next_hop = context.ip.destination();
  }
  if (connection->server) connection->server->count_out(context.frame.size());
  return true;
}

}  // namespace lvslab::director
