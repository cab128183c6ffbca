#include "emulator/scenario/rulebook.hh"

#include <algorithm>

namespace lvslab::scenario {

namespace {

constexpr uint16_t kFtpControl = 21;

// The current step by its place in the scenario; a copy of it by its place in the file.
size_t played(const topology::Topology& topology, const topology::Step* current) {
  const auto& steps = topology.scenario;
  if (current == nullptr) return steps.size();
  for (size_t i = 0; i < steps.size(); ++i)
    if (&steps[i] == current || (steps[i].place.line != 0 && steps[i].place == current->place &&
                                 steps[i].name == current->name))
      return i;
  return steps.size();
}

auto place_of(std::vector<ServiceRules>& services, const ipvs::ServiceKey& key) {
  return std::find_if(services.begin(), services.end(),
                      [&](const ServiceRules& one) { return one.service.key == key; });
}

auto place_of(std::vector<ipvs::Destination>& servers, const wire::Endpoint& real) {
  return std::find_if(servers.begin(), servers.end(),
                      [&](const ipvs::Destination& one) { return one.real == real; });
}

void lower(uint32_t& value, uint32_t given) {
  if (given != 0) value = std::min(value, given);
}

}  // namespace

const ServiceRules* DirectorRules::find(const ipvs::ServiceKey& key) const {
  for (const ServiceRules& one : services)
    if (one.service.key == key) return &one;
  return nullptr;
}

bool DirectorRules::has_set(const char* sysctl) const {
  const auto found = host->sysctls.find(std::string("net.ipv4.vs.") + sysctl);
  return found != host->sysctls.end() && found->second != "0";
}

Rulebook::Rulebook(const topology::Topology& topology, const topology::Step* current) {
  for (const topology::Host& host : topology.hosts) {
    if (host.role != topology::Role::director) continue;
    DirectorRules& director = directors_.emplace_back();
    director.host = &host;
    director.unknown = host.engine == topology::Engine::external;
    for (const topology::MarkSpec& mark : host.marks) marked_.push_back(mark.to);
    for (const topology::Rule& rule : host.rules) follow(director, rule.command);
  }
  const size_t count = played(topology, current);
  for (size_t i = 0; i < count; ++i) play(topology.scenario[i], false);
  if (current != nullptr) play(*current, true);
}

void Rulebook::play(const topology::Step& step, bool current) {
  play(step.action, current);
  for (const topology::Meanwhile& one : step.meanwhile) play(one.action, current);
}

void Rulebook::play(const topology::Action& action, bool current) {
  for (DirectorRules& director : directors_) {
    if (const auto* exec = std::get_if<topology::Exec>(&action))
      director.unknown = director.unknown || exec->host == director.host->name;
    const auto* apply = std::get_if<topology::ApplyRules>(&action);
    if (apply == nullptr) continue;
    for (const auto& given : apply->given) {
      if (given.director != director.host->name) continue;
      director.changing = director.changing || current;
      for (const topology::Rule& rule : given.rules) follow(director, rule.command);
    }
  }
}

void Rulebook::add_service(DirectorRules& director, const ipvs::Service& service) {
  const auto found = place_of(director.services, service.key);
  if (found == director.services.end())
    director.services.push_back({service, {}});
  else
    found->service = service;
  one_packet_ = one_packet_ || service.one_packet;
  const auto* key = std::get_if<ipvs::AddressKey>(&service.key);
  if (key == nullptr) return;
  virtual_.insert(key->virtual_end.address);
  virtual_ends_.emplace(static_cast<uint8_t>(key->protocol), key->virtual_end);
  ftp_ = ftp_ || key->virtual_end.port == kFtpControl;
}

void Rulebook::note_virtual(const DirectorRules& director, const ipvs::ServiceKey& key,
                            const ipvs::Destination& server) {
  if (const auto* ends = std::get_if<ipvs::AddressKey>(&key))
    silent_.emplace(server.real.address, ends->virtual_end.address);
  if (const auto* mark = std::get_if<ipvs::MarkKey>(&key))
    for (const topology::MarkSpec& one : director.host->marks)
      if (one.mark == mark->mark && one.to.length == one.to.address.bits())
        silent_.emplace(server.real.address, one.to.address);
}

void Rulebook::add_server(DirectorRules& director, const ipvs::ServiceKey& key,
                          const ipvs::Destination& server) {
  const auto service = place_of(director.services, key);
  if (service == director.services.end()) return;
  const auto found = place_of(service->servers, server.real);
  if (found == service->servers.end())
    service->servers.push_back(server);
  else
    *found = server;
  gue_ = gue_ ||
         (server.method == ipvs::Method::tunnel && server.tunnel.type == ipvs::TunnelType::gue);
  if (server.method == ipvs::Method::masquerade)
    masquerade_.insert(server.real.address);
  else
    direct_.insert(server.real.address), note_virtual(director, key, server);
}

void Rulebook::follow(DirectorRules& director, const ipvs::Command& command) {
  if (const auto* add = std::get_if<ipvs::AddService>(&command))
    add_service(director, add->service);
  if (const auto* edit = std::get_if<ipvs::EditService>(&command))
    add_service(director, edit->service);
  if (const auto* add = std::get_if<ipvs::AddDestination>(&command))
    add_server(director, add->key, add->destination);
  if (const auto* edit = std::get_if<ipvs::EditDestination>(&command))
    add_server(director, edit->key, edit->destination);
  if (const auto* gone = std::get_if<ipvs::DeleteDestination>(&command)) {
    director.deleted.insert(gone->real.address);
    if (const auto service = place_of(director.services, gone->key);
        service != director.services.end())
      std::erase_if(service->servers, [&](const ipvs::Destination& one) {
        return one.real.address == gone->real.address;
      });
  }
  if (const auto* gone = std::get_if<ipvs::DeleteService>(&command)) {
    director.cleared = true;
    std::erase_if(director.services,
                  [&](const ServiceRules& one) { return one.service.key == gone->key; });
  }
  if (std::holds_alternative<ipvs::Clear>(command)) {
    director.cleared = true;
    director.services.clear();
  }
  if (const auto* set = std::get_if<ipvs::SetTimeouts>(&command)) {
    lower(director.tcp, set->tcp);
    lower(director.tcp_fin, set->tcp_fin);
    lower(director.udp, set->udp);
  }
}

const DirectorRules* Rulebook::find(const topology::Host* host) const {
  for (const DirectorRules& one : directors_)
    if (one.host == host) return &one;
  return nullptr;
}

bool Rulebook::is_virtual(const wire::IpAddress& address) const {
  return virtual_.contains(address) ||
         std::any_of(marked_.begin(), marked_.end(),
                     [&](const wire::Prefix& prefix) { return prefix.contains(address); });
}

bool Rulebook::is_virtual_end(uint8_t protocol, const wire::Endpoint& end) const {
  return virtual_ends_.contains({protocol, end});
}

}  // namespace lvslab::scenario
