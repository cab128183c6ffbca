// Persistent services (-p): a client goes where it went before.
//
// Theory of operation. The first connection of a client makes a template, an entry of the same
// table that says (client's network, what about) -> server, with the service's timeout. Later
// connections of that client go to the template's server as long as that can take them, are
// controlled by the template, and keep it alive: while it controls any, it does not expire.
//
// One worked example. -t 192.0.2.10:80 -p 300 -M 255.255.255.0, a SYN from 203.0.113.5:40000. No
// template of TCP 203.0.113.0:0 > 192.0.2.10:80, so the scheduler takes 198.51.100.1; the template
// is made, and the connection 203.0.113.5:40000 > 192.0.2.10:80 > 198.51.100.1:80 under it. A SYN
// from 203.0.113.77 finds the template and goes to 198.51.100.1 too. Its last connection ends; the
// template goes when 300 s have passed since the last one was made.

#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

ipvs::IpAddress network_of(const ipvs::IpAddress& client, const ipvs::Persistence& persistence) {
  if (client.is_v6()) return client.masked(persistence.prefix6);
  return ipvs::IpAddress::v4_from(client.v4_value() & persistence.netmask);
}

// A firewall mark stands in a template where the virtual address would.
ipvs::IpAddress mark_as_address(uint32_t mark, ipvs::Family family) {
  if (family == ipvs::Family::v4) return ipvs::IpAddress::v4_from(mark);
  std::array<uint8_t, 16> bytes{};
  store_be32(bytes.data(), mark);
  return ipvs::IpAddress::v6_at(bytes.data());
}

struct About {
  uint8_t protocol;
  ipvs::Endpoint what;
};

// What a client's affinity is about: this port, every port of the address, or everything with the
// mark. FTP's is about every port, for its data connections.
About about(const VirtualService& service, const Protocol& protocol,
            const ipvs::Endpoint& virtual_end) {
  const uint16_t port = service.port();
  if (virtual_end.port == port)
    return {protocol.number(), {virtual_end.address, port == kFtp ? uint16_t{0} : port}};
  if (!service.is_mark()) return {protocol.number(), {virtual_end.address, 0}};
  return {0, {mark_as_address(service.mark(), virtual_end.address.family()), 0}};
}

}  // namespace

bool Director::State::still_good(const Connection& its_template) const {
  const RealServer* server = its_template.server;
  if (!server || !server->available()) return false;
  return !(settings.expire_quiescent_template && server->rule.weight == 0);
}

Connection* Director::State::schedule_persistent(VirtualService& service,
                                                 const Candidate& candidate,
                                                 const Context& context) {
  const ipvs::IpAddress network = network_of(candidate.client.address, *service.rule.persistence);
  const About key = about(service, candidate.protocol, candidate.virtual_end);
  Connection* affinity = connections.find_template(key.protocol, network, key.what);
  const uint16_t port = candidate.virtual_end.port;
  if (affinity && !still_good(*affinity)) {
    connections.invalidate(*affinity);
    affinity = nullptr;
  }
  if (!affinity) {
    RealServer* server = choose(service, candidate, context.now);
    if (!server) return nullptr;
    ConnectionTable::Making making;
    making.protocol = key.protocol;
    making.client = {network, 0};
    making.virtual_end = key.what;
    making.real = {server->rule.real.address, 0};
    if (port == service.port() && port != kFtp) making.real.port = server->rule.real.port;
    making.is_template = true;
    affinity = admit(making, server, &service, context);
    if (!affinity) return nullptr;
    affinity->timeout = std::chrono::seconds(service.rule.persistence->timeout);
  }
  RealServer* server = affinity->server;
  ConnectionTable::Making making;
  making.protocol = candidate.protocol.number();
  making.client = candidate.client;
  making.virtual_end = candidate.virtual_end;
  making.real = {server->rule.real.address, port};
  if (port == service.port() && server->rule.real.port != 0)
    making.real.port = server->rule.real.port;
  making.one_packet = service.rule.one_packet && making.protocol == wire::proto::kUdp;
  Connection* connection = admit(making, server, &service, context);
  if (connection) connection->controlled_by(*affinity);
  connections.refresh(*affinity, context.now);
  return connection;
}

}  // namespace lvslab::director
