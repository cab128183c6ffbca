// New connections: which service, which server. Names are IPVS's decisions, in its order.

#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

bool one_packet_of(const VirtualService& service, const Protocol& protocol) {
  return service.rule.one_packet && protocol.number() == wire::proto::kUdp;
}

}  // namespace

// vs.drop_packet: every so many new connections one is refused. Modes 1 and 2 drop only when the
// machine runs out of memory, which nothing here does.
bool Director::State::must_drop() {
  if (settings.drop_packet != 3 || --until_drop > 0) return false;
  until_drop = settings.am_droprate;
  return true;
}

Connection* Director::State::schedule(const Candidate& candidate, const Context& context) {
  const uint8_t protocol = candidate.protocol.number();
  VirtualService* service = services.find(context.frame.mark(), protocol, candidate.virtual_end);
  if (!service) return nullptr;
  if (must_drop()) {
    refuse(context.verdict, DropReason::overloaded);
    return nullptr;
  }
  // Active FTP opens its data connections from there; none is ever scheduled anew.
  if (candidate.client.port == kFtpData) return nullptr;
  if (context.note) {
    context.note->matched = true;
    context.note->protocol = protocol;
    context.note->client = candidate.client;
    context.note->virtual_end = candidate.virtual_end;
    context.note->scheduler = service->rule.scheduler;
  }
  Connection* connection = service->rule.persistence
                               ? schedule_persistent(*service, candidate, context)
                               : schedule_once(*service, candidate, context);
  if (connection && context.note) context.note->scheduled = true;
  if (connection || context.verdict.action == Action::drop) return connection;
  return leave(*service, candidate, context);
}

RealServer* Director::State::choose(VirtualService& service, const Candidate& candidate, Time now) {
  // dh, lblc and lblcr look at the destination of what came, and an error quotes a reply.
  Request request{candidate.client, candidate.from_error ? candidate.client : candidate.virtual_end,
                  service.rule.flags, now};
  request.lblc_expiration = std::chrono::seconds(settings.lblc_expiration);
  request.lblcr_expiration = std::chrono::seconds(settings.lblcr_expiration);
  if (service.rule.scheduler == ipvs::Scheduler::twos) request.random = random.next();
  return service.schedule(request);
}

Connection* Director::State::schedule_once(VirtualService& service, const Candidate& candidate,
                                           const Context& context) {
  // A service that was found by another port than its own takes persistent clients only.
  if (!service.takes(candidate.virtual_end.port)) return nullptr;
  RealServer* server = choose(service, candidate, context.now);
  if (!server) return nullptr;
  ConnectionTable::Making making;
  making.protocol = candidate.protocol.number();
  making.client = candidate.client;
  making.virtual_end = candidate.virtual_end;
  making.real = server->rule.real;
  if (making.real.port == 0) making.real.port = candidate.virtual_end.port;
  making.one_packet = one_packet_of(service, candidate.protocol);
  return admit(making, server, &service, context);
}

// A connection to the server, counted where it has to be; null and a dropping verdict when the
// table is full.
Connection* Director::State::admit(const ConnectionTable::Making& making, RealServer* server,
                                   VirtualService* service, const Context& context) {
  ConnectionTable::Making full = making;
  full.mark = context.frame.mark();
  if (server) full.method = server->rule.method;
  Connection* connection = connections.make(full, context.now);
  if (!connection) {
    refuse(context.verdict, DropReason::table_full);
    return nullptr;
  }
  if (server) server->bind(*connection);
  connection->tracked = settings.conntrack;
  bind_helper(*connection);
  if (service && !making.is_template) {
    ++server->traffic.connections;
    ++service->traffic.connections;
  }
  return connection;
}

// No server can take it.
Connection* Director::State::leave(const VirtualService& service, const Candidate& candidate,
                                   const Context& context) {
  const auto& to = candidate.virtual_end.address;
  if (settings.cache_bypass && service.is_mark() && !candidate.from_error && !to.is_multicast()) {
    const auto route = routes->route_to(to);
    // Of IPv6 IPVS asks no more; the transmitter finds that there is no way but to itself.
    if (to.is_v6() || !route || !route->local) {
      ConnectionTable::Making making;
      making.protocol = candidate.protocol.number();
      making.client = candidate.client;
      making.virtual_end = candidate.virtual_end;
      making.real = {to.is_v4() ? ipvs::IpAddress() : ipvs::IpAddress(wire::Ipv6()), 0};
      making.bypass = true;
      making.one_packet = one_packet_of(service, candidate.protocol);
      return admit(making, nullptr, nullptr, context);
    }
  }
  // Services of a host with an FTP service may be its own.
  if (service.port() == kFtp && candidate.virtual_end.port != kFtp) return nullptr;
  if (candidate.from_error)
    refuse(context.verdict, DropReason::no_destination);
  else
    refuse(context.verdict, DropReason::no_destination, Complaint::port_unreachable, to);
  return nullptr;
}

}  // namespace lvslab::director
