#include "emulator/lab/inspect.hh"

#include "emulator/ipvs/language.hh"

namespace lvslab::lab {

namespace {

using Json = nlohmann::ordered_json;

std::string name_of(topology::Role role) {
  switch (role) {
    case topology::Role::client:
      return "client";
    case topology::Role::router:
      return "router";
    case topology::Role::director:
      return "director";
    case topology::Role::real_server:
      return "real-server";
  }
  return "";
}

std::string name_of(topology::Engine engine) {
  switch (engine) {
    case topology::Engine::embedded:
      return "embedded";
    case topology::Engine::ipvs:
      return "ipvs";
    case topology::Engine::external:
      return "external";
  }
  return "";
}

Json texts(const std::vector<wire::Prefix>& prefixes) {
  Json list = Json::array();
  for (const auto& prefix : prefixes) list.push_back(prefix.to_string());
  return list;
}

Json describe(const NetnsLab& lab, const topology::Host& host) {
  Json entry = {{"name", host.name},
                {"role", name_of(host.role)},
                {"stack", lab.is_kernel_host(host.name) ? "kernel" : "embedded"},
                {"interfaces", Json::array()},
                {"loopback", texts(host.loopback)}};
  for (const auto& interface : host.interfaces)
    entry["interfaces"].push_back({{"name", interface.name},
                                   {"network", interface.network},
                                   {"mac", wire::to_string(interface.mac)},
                                   {"addresses", texts(interface.addresses)}});
  return entry;
}

// The words of `ipvsadm -Ln`.
std::string forward_word(ipvs::Method method) {
  switch (method) {
    case ipvs::Method::masquerade:
      return "Masq";
    case ipvs::Method::route:
      return "Route";
    case ipvs::Method::tunnel:
      return "Tunnel";
  }
  return "";
}

Json describe(const std::string& director, const ipvs::ServiceStatus& service) {
  Json entry = {{"director", director}};
  if (const auto* address = std::get_if<ipvs::AddressKey>(&service.rule.key)) {
    entry["protocol"] = ipvs::name_of(address->protocol);
    entry["virtual"] = address->virtual_end.to_string();
  } else {
    entry["protocol"] = "FWM";
    entry["virtual"] = std::to_string(std::get<ipvs::MarkKey>(service.rule.key).mark);
  }
  entry["scheduler"] = ipvs::name_of(service.rule.scheduler);
  entry["connections"] = service.total.connections;
  entry["destinations"] = Json::array();
  for (const auto& destination : service.destinations)
    entry["destinations"].push_back({{"real", destination.rule.real.to_string()},
                                     {"forward", forward_word(destination.rule.method)},
                                     {"weight", destination.rule.weight},
                                     {"active", destination.active},
                                     {"inactive", destination.inactive}});
  return entry;
}

Json describe(const std::string& director, const ipvs::ConnectionStatus& connection) {
  return {{"director", director},
          {"protocol", connection.protocol},
          {"state", connection.state},
          {"client", connection.client.to_string()},
          {"virtual", connection.virtual_end.to_string()},
          {"real", connection.real.to_string()},
          {"expires_seconds", to_seconds(connection.left)}};
}

}  // namespace

Json inspect(NetnsLab& lab, const std::string& place) {
  const auto& topology = lab.topology();
  Json body = {{"lab", topology.name},
               {"file", topology.file},
               {"place", place},
               {"director", "none"},
               {"frames", lab.recorder().frames()},
               {"lost", lab.recorder().evidence().lost},
               {"hosts", Json::array()},
               {"services", Json::array()},
               {"connections", Json::array()}};
  for (const auto& host : topology.hosts) body["hosts"].push_back(describe(lab, host));
  std::string engine, engines;
  for (const auto& host : topology.hosts) {
    if (host.role != topology::Role::director) continue;
    if (name_of(host.engine) != engine)
      engines += (engines.empty() ? "" : ", ") + (engine = name_of(host.engine));
    auto* node = lab.director(host.name);
    if (!node) continue;
    for (const auto& service : node->director().services())
      body["services"].push_back(describe(host.name, service));
    for (const auto& connection : node->director().connections(lab.loop().now()))
      body["connections"].push_back(describe(host.name, connection));
  }
  if (!engines.empty()) body["director"] = engines;
  return body;
}

std::string why_no_shell(const topology::Topology& topology, const std::string& host) {
  std::string others;
  for (const auto& candidate : topology.hosts)
    others += (others.empty() ? "" : ", ") + candidate.name;
  const auto* found = topology.find_host(host);
  if (!found) return "no host named " + host + "; its hosts: " + others;
  const bool director = found->role == topology::Role::director;
  return host + " is embedded: it has no kernel to run programs on" +
         (director ? "; ipvsadm alone works there" : "");
}

}  // namespace lvslab::lab
