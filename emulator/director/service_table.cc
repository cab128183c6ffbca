#include "emulator/director/service_table.hh"

#include <algorithm>

#include "emulator/director/director.hh"
#include "emulator/director/rule_check.hh"

namespace lvslab::director {

namespace {

// Linux: IP_VS_DEST_TRASH_PERIOD.
constexpr Duration kTrashPeriod = std::chrono::seconds(120);

const ipvs::AddressKey& key_of(const VirtualService& service) {
  return std::get<ipvs::AddressKey>(service.rule.key);
}

std::optional<size_t> index_of(const VirtualService& service, const ipvs::Endpoint& real) {
  for (size_t i = 0; i < service.servers.size(); ++i)
    if (service.servers[i]->rule.real == real) return i;
  return {};
}

void notify(VirtualService& service, Change change, size_t index) {
  if (service.scheduler) service.scheduler->changed(service.servers, change, index);
}

void bind_scheduler(VirtualService& service) {
  service.scheduler = make_scheduler(service.rule.scheduler);
  notify(service, Change::edited, 0);
}

// Route and tunnel do not change ports: ipvsadm gives such servers the service's.
ipvs::Destination with_port(ipvs::Destination destination, const VirtualService& service) {
  if (destination.method != ipvs::Method::masquerade)
    destination.real.port = key_of(service).virtual_end.port;
  return destination;
}

}  // namespace

size_t ServiceTable::Hash::operator()(const ipvs::AddressKey& key) const noexcept {
  const size_t port = key.virtual_end.port;
  return std::hash<wire::IpAddress>()(key.virtual_end.address) ^
         (port << 8 | static_cast<size_t>(key.protocol)) * 0x9e3779b97f4a7c15ULL;
}

VirtualService* ServiceTable::lookup(const ipvs::ServiceKey& key) {
  const auto* address = std::get_if<ipvs::AddressKey>(&key);
  const auto found = address ? services_.find(*address) : services_.end();
  return found == services_.end() ? nullptr : &found->second;
}

VirtualService& ServiceTable::required(const ipvs::ServiceKey& key, const char* otherwise) {
  VirtualService* service = lookup(key);
  if (!service) throw CommandError(otherwise);
  return *service;
}

void ServiceTable::add(const ipvs::AddService& command) {
  check_service(command.service);
  if (lookup(command.service.key)) throw CommandError("Service already exists");
  auto& service = services_[std::get<ipvs::AddressKey>(command.service.key)];
  service.rule = command.service;
  service.serial = ++serial_;
  bind_scheduler(service);
}

void ServiceTable::edit(const ipvs::EditService& command) {
  check_service(command.service);
  VirtualService& service = required(command.service.key, "No such service");
  const bool other_scheduler = service.rule.scheduler != command.service.scheduler;
  service.rule = command.service;
  if (other_scheduler) bind_scheduler(service);
}

void ServiceTable::remove(const ipvs::DeleteService& command, Time now) {
  VirtualService& service = required(command.key, "No such service");
  retire_servers(service, now);
  services_.erase(key_of(service));
}

// All servers of the service go to the trash.
void ServiceTable::retire_servers(VirtualService& service, Time now) {
  for (auto& server : service.servers) discard(std::move(server), now);
  service.servers.clear();
}

void ServiceTable::clear(Time now) {
  for (auto& [key, service] : services_) retire_servers(service, now);
  services_.clear();
}

void ServiceTable::add(const ipvs::AddDestination& command, Time now) {
  VirtualService& service = required(command.key, "Service not defined");
  const ipvs::Destination rule = with_port(command.destination, service);
  check_destination(rule);
  if (index_of(service, rule.real)) throw CommandError("Destination already exists");
  auto server = take_from_trash(service, rule.real, now);
  if (!server) server = std::make_unique<RealServer>();
  if (server->service_serial != service.serial) server->traffic = {};
  server->key = command.key;
  server->service_serial = service.serial;
  server->service = &service;
  server->path = {};
  server->take_rule(rule, true);
  service.servers.insert(service.servers.begin(), std::move(server));
  notify(service, Change::added, 0);
}

void ServiceTable::edit(const ipvs::EditDestination& command) {
  VirtualService& service = required(command.key, "Service not defined");
  const ipvs::Destination rule = with_port(command.destination, service);
  check_destination(rule);
  const auto index = index_of(service, rule.real);
  if (!index) throw CommandError("No such destination");
  service.servers[*index]->path = {};
  service.servers[*index]->take_rule(rule, false);
  notify(service, Change::edited, *index);
}

void ServiceTable::remove(const ipvs::DeleteDestination& command, Time now) {
  VirtualService& service = required(command.key, "Service not defined");
  const auto index = index_of(service, command.real);
  if (!index) throw CommandError("No such destination");
  discard(std::move(service.servers[*index]), now);
  service.servers.erase(service.servers.begin() + static_cast<ptrdiff_t>(*index));
  notify(service, Change::removed, *index);
}

void ServiceTable::zero(const std::optional<ipvs::ServiceKey>& key) {
  const auto zero_one = [](VirtualService& service) {
    service.traffic = {};
    for (auto& server : service.servers) server->traffic = {};
  };
  if (key) return zero_one(required(*key, "No such service"));
  for (auto& [address, service] : services_) zero_one(service);
}

void ServiceTable::discard(std::unique_ptr<RealServer> server, Time now) {
  server->service = nullptr;
  if (server->connections() == 0) server->idle_since = now;
  trash_.push_back(std::move(server));
}

std::unique_ptr<RealServer> ServiceTable::take_from_trash(const VirtualService& service,
                                                          const ipvs::Endpoint& real, Time now) {
  std::erase_if(trash_, [now](const auto& server) {
    return server->connections() == 0 && now - server->idle_since >= kTrashPeriod;
  });
  const auto found = std::find_if(trash_.begin(), trash_.end(), [&](const auto& server) {
    return server->rule.real == real && server->key == service.rule.key;
  });
  if (found == trash_.end()) return nullptr;
  auto server = std::move(*found);
  trash_.erase(found);
  return server;
}

VirtualService* ServiceTable::find(uint8_t protocol, const ipvs::Endpoint& virtual_end) {
  const auto found = services_.find({static_cast<ipvs::Protocol>(protocol), virtual_end});
  return found == services_.end() ? nullptr : &found->second;
}

bool ServiceTable::has(ipvs::Family family) const {
  // check_service() lets no IPv6 in.
  return family == ipvs::Family::v4 && !services_.empty();
}

bool ServiceTable::has_masquerading(uint8_t protocol, const ipvs::Endpoint& real) const {
  for (const auto& [key, service] : services_) {
    if (static_cast<uint8_t>(key.protocol) != protocol) continue;
    for (const auto& server : service.servers)
      if (server->rule.real == real && server->rule.method == ipvs::Method::masquerade) return true;
  }
  return false;
}

std::vector<const VirtualService*> ServiceTable::sorted() const {
  std::vector<const VirtualService*> services;
  for (const auto& [key, service] : services_) services.push_back(&service);
  const auto order = [](const VirtualService* service) {
    const ipvs::AddressKey& key = key_of(*service);
    return std::tuple(key.virtual_end.address.family(), key.protocol, key.virtual_end);
  };
  std::sort(services.begin(), services.end(),
            [order](const auto* a, const auto* b) { return order(a) < order(b); });
  return services;
}

}  // namespace lvslab::director
