#include "tests/conformance/ipvsadm/plain_rules.hh"

#include <algorithm>

#include "tests/conformance/ipvsadm/steps.hh"

namespace lvslab::conformance {

using ipvs::Refused;

namespace {

constexpr const char* kRange = "Numerical result out of range";
constexpr const char* kInvalid =
    "Invalid operation.  Possibly wrong module version, address not unicast, ...";

auto server_at(ipvs::ServiceStatus& service, const ipvs::Endpoint& real) {
  return std::find_if(service.destinations.begin(), service.destinations.end(),
                      [&](const auto& server) { return server.rule.real == real; });
}

void refuse_range(const ipvs::Destination& server) {
  if (server.lower > server.upper) throw Refused(kRange);
}

void refuse_not_unicast(const ipvs::IpAddress& address) {
  const bool everybody = address == ipvs::IpAddress::v4_from(0xffffffff);
  const bool link = address.is_v6() && address.is_link_local();
  if (address.is_unspecified() || address.is_multicast() || everybody || link)
    throw Refused(kInvalid);
}

}  // namespace

void PlainRules::apply(const ipvs::Command& command) {
  std::visit([this](const auto& c) { act(c); }, command);
}

PlainRules::Services::iterator PlainRules::find(const ipvs::ServiceKey& key) {
  return std::find_if(services_.begin(), services_.end(),
                      [&](const auto& service) { return service.rule.key == key; });
}

ipvs::ServiceStatus& PlainRules::required(const ipvs::ServiceKey& key, const char* otherwise) {
  const auto found = find(key);
  if (found == services_.end()) throw Refused(otherwise);
  return *found;
}

// Synchronisation cannot say of what family a server is.
void PlainRules::refuse_mixed(const ipvs::ServiceKey& key, const ipvs::Destination& server) const {
  if (server.real.address.family() != family_of(key) && !daemons_.empty()) throw Refused(kInvalid);
}

bool PlainRules::has_mixed() const {
  for (const auto& service : services_)
    for (const auto& server : service.destinations)
      if (server.rule.real.address.family() != family_of(service.rule.key)) return true;
  return false;
}

void PlainRules::act(const ipvs::AddService& command) {
  if (find(command.service.key) != services_.end()) throw Refused("Service already exists");
  services_.push_back({command.service, {}, {}, {}});
}

void PlainRules::act(const ipvs::EditService& command) {
  required(command.service.key, "No such service").rule = command.service;
}

void PlainRules::act(const ipvs::DeleteService& command) {
  required(command.key, "No such service");
  services_.erase(find(command.key));
}

void PlainRules::act(const ipvs::AddDestination& command) {
  auto& service = required(command.key, "Service not defined");
  refuse_mixed(command.key, command.destination);
  refuse_range(command.destination);
  if (server_at(service, command.destination.real) != service.destinations.end())
    throw Refused("Destination already exists");
  refuse_not_unicast(command.destination.real.address);
  service.destinations.insert(service.destinations.begin(), {command.destination, 0, 0, 0, {}, {}});
}

void PlainRules::act(const ipvs::EditDestination& command) {
  auto& service = required(command.key, "Service not defined");
  refuse_mixed(command.key, command.destination);
  refuse_range(command.destination);
  const auto server = server_at(service, command.destination.real);
  if (server == service.destinations.end()) throw Refused("No such destination");
  server->rule = command.destination;
}

void PlainRules::act(const ipvs::DeleteDestination& command) {
  auto& service = required(command.key, "Service not defined");
  const auto server = server_at(service, command.real);
  if (server == service.destinations.end()) throw Refused("No such destination");
  service.destinations.erase(server);
}

void PlainRules::act(const ipvs::Clear&) {
  services_.clear();
}

void PlainRules::act(const ipvs::SetTimeouts& command) {
  if (command.tcp != 0) timeouts_.tcp = command.tcp;
  if (command.tcp_fin != 0) timeouts_.tcp_fin = command.tcp_fin;
  if (command.udp != 0) timeouts_.udp = command.udp;
}

void PlainRules::act(const ipvs::Zero& command) {
  if (command.key) required(*command.key, "No such service");
}

void PlainRules::act(const ipvs::StartDaemon& command) {
  constexpr uint16_t kLeastOfBackup = 1024;         // bytes
  constexpr uint16_t kMostOverV6 = 65535 - 40 - 8;  // bytes
  if (has_mixed()) throw Refused(kInvalid);
  ipvs::Daemon daemon = command.daemon;
  if (daemon.interface != kInterface) throw Refused("No such device");
  for (const auto& running : daemons_)
    if (running.role == daemon.role) throw Refused("Daemon has already run");
  if (daemon.largest != 0 && daemon.role == ipvs::DaemonRole::backup)
    daemon.largest = std::max(daemon.largest, kLeastOfBackup);
  if (daemon.group.is_v6()) daemon.largest = std::min(daemon.largest, kMostOverV6);
  daemons_.push_back(daemon);
}

void PlainRules::act(const ipvs::StopDaemon& command) {
  const auto stopped =
      std::erase_if(daemons_, [&](const auto& daemon) { return daemon.role == command.role; });
  if (stopped == 0) throw Refused("No daemon is running");
}

}  // namespace lvslab::conformance
