// Questions that several parts of the reader ask of a topology.

#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"

namespace lvslab::topology {

namespace {

bool among(const std::vector<Prefix>& own, const IpAddress& address) {
  return std::any_of(own.begin(), own.end(),
                     [&](const Prefix& one) { return one.address == address; });
}

bool on_an_interface(const Host& host, const IpAddress& address) {
  return std::any_of(host.interfaces.begin(), host.interfaces.end(),
                     [&](const Interface& one) { return among(one.addresses, address); });
}

}  // namespace

std::vector<const Host*> directors_of(const Topology& topology) {
  std::vector<const Host*> directors;
  for (const Host& host : topology.hosts) {
    if (host.role == Role::director) directors.push_back(&host);
  }
  return directors;
}

const Host* owner_of(const Topology& topology, const IpAddress& address) {
  for (const Host& host : topology.hosts) {
    if (on_an_interface(host, address)) return &host;
  }
  return nullptr;
}

bool has_address(const Host& host, const IpAddress& address) {
  return on_an_interface(host, address) || among(host.loopback, address);
}

bool is_server(const Host& host) {
  return host.role == Role::real_server || (host.role == Role::director && !host.services.empty());
}

std::vector<std::string_view> names_of(const std::vector<Host>& hosts) {
  std::vector<std::string_view> names;
  for (const Host& host : hosts) names.push_back(host.name);
  return names;
}

const Host* find_named(const Topology& topology, const std::string& name, Place place,
                       Document& document) {
  const Host* host = topology.find_host(name);
  if (host == nullptr && !document.gaps.hosts) {
    document.mistake(
        place, "there is no host '" + name + "'" + suggestion(name, names_of(topology.hosts)));
  }
  return host;
}

}  // namespace lvslab::topology
