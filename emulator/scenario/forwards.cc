#include "emulator/scenario/watch.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::scenario {

std::string ChosenServer::to_string() const {
  const std::string where = end.port ? end.to_string() : end.address.to_string();
  return host == nullptr ? where : host->name + (end.port ? " (" + where + ")" : std::string());
}

bool same_server(const ChosenServer& one, const ChosenServer& other) {
  if (one.end.port && other.end.port) return one.end == other.end;
  if (one.host != nullptr && other.host != nullptr) return one.host == other.host;
  return one.end.address == other.end.address;
}

Forwards::Forwards(const Scene& scene) : scene_(scene) {
  for (const topology::Host& host : scene.topology.hosts) {
    for (const topology::Interface& interface : host.interfaces) {
      if (host.role == topology::Role::real_server) servers_by_mac_[interface.mac] = &host;
      for (const wire::Prefix& prefix : interface.addresses) hosts_[prefix.address] = &host;
    }
  }
}

const topology::Host* Forwards::host_of(const wire::IpAddress& address) const {
  const auto found = hosts_.find(address);
  return found == hosts_.end() ? nullptr : found->second;
}

std::optional<Forward> Forwards::see(const Seen& seen) {
  if (!seen.at(topology::Role::director) || !seen.ends || seen.layers.icmp) return {};
  if (seen.sent) {
    auto forward = told(seen);
    if (forward && was_overtaken(seen, *forward)) return {};
    return forward;
  }
  const Flow flow{seen.host, {seen.ends->protocol, seen.ends->source}};
  // It may begin another connection, with another server, whether or not it is sent on itself.
  if (seen.layers.tcp && (seen.tcp_flags() & kSyn))
    ahead_[{flow, seen.ends->destination}] = seen.index;
  std::vector<Asked>& asked = asked_[flow];
  if (asked.size() == kRemembered) asked.erase(asked.begin());
  asked.push_back({seen.ends->destination, marks_of(seen.layers), seen.index});
  return {};
}

std::optional<Forward> Forwards::told(const Seen& seen) const {
  if (scene_.rules.is_virtual(seen.ends->destination.address)) return unchanged(seen);
  if (!scene_.rules.masquerades(seen.ends->destination.address)) return {};
  const auto virtual_end = asked_by(seen);
  if (!virtual_end) return {};
  const wire::Endpoint& real = seen.ends->destination;
  return Forward{seen.ends->protocol,
                 seen.ends->source,
                 *virtual_end,
                 {host_of(real.address), real},
                 ipvs::Method::masquerade};
}

// Of several that look the same it may have been the first.
bool Forwards::was_overtaken(const Seen& seen, const Forward& forward) {
  const Flow flow{seen.host, {forward.protocol, forward.client}};
  const Marks marks = marks_of(seen.layers);
  for (const Asked& one : asked_[flow]) {
    if (one.destination != forward.virtual_end || one.marks != marks) continue;
    size_t& ahead = ahead_[{flow, forward.virtual_end}];
    if (one.index < ahead) return true;
    ahead = one.index;
    break;
  }
  return false;
}

// The virtual end that the sent packet was received for.
std::optional<wire::Endpoint> Forwards::asked_by(const Seen& seen) const {
  const auto asked = asked_.find({seen.host, {seen.ends->protocol, seen.ends->source}});
  if (asked == asked_.end()) return {};
  const Marks marks = marks_of(seen.layers);
  std::optional<wire::Endpoint> found;
  for (const Asked& one : asked->second) {
    if (one.marks != marks) continue;
    if (found && *found != one.destination) return {};
    found = one.destination;
  }
  if (!found || !scene_.rules.is_virtual(found->address)) return {};
  return found;
}

std::optional<Forward> Forwards::unchanged(const Seen& seen) const {
  Forward forward{
      seen.ends->protocol, seen.ends->source, seen.ends->destination, {}, ipvs::Method::route};
  if (seen.layers.outer) {
    forward.method = ipvs::Method::tunnel;
    forward.server.end.address = seen.layers.outer->destination;
    forward.server.host = host_of(forward.server.end.address);
    // A tunnel that merely passes through ends elsewhere.
    if (!scene_.rules.is_direct(forward.server.end.address)) return {};
    return forward;
  }
  const auto ethernet = wire::EthernetView::over(seen.layers.frame);
  const auto found = servers_by_mac_.find(ethernet->destination());
  if (found == servers_by_mac_.end()) return {};
  forward.server.host = found->second;
  return forward;
}

}  // namespace lvslab::scenario
