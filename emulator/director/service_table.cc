#include "emulator/director/service_table.hh"

#include <algorithm>
#include <tuple>

#include "emulator/director/rule_check.hh"

namespace lvslab::director {

namespace {

constexpr Refusal kNoSuchService = "No such service";
constexpr Refusal kNotDefined = "Service not defined";
constexpr Refusal kNoSuchDestination = "No such destination";

// Linux looks through the trash so often while there is something in it (half of
// IP_VS_DEST_TRASH_PERIOD), notes who is unused, and frees whom it noted a whole period before.
constexpr Duration kTrashLook = std::chrono::seconds(60);

// `since`: when there was nothing in it before.
bool is_freed(const RealServer& server, Time since, Time now) {
  if (!server.unused()) return false;
  const auto noted = (server.idle_since - since) / kTrashLook + 1;
  return now >= since + (noted + 2) * kTrashLook;
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

// Route and tunnel do not change ports: ipvsadm gives such servers the service's, which a mark has
// not.
ipvs::Destination with_port(ipvs::Destination destination, const VirtualService& service) {
  if (destination.method != ipvs::Method::masquerade && !service.is_mark())
    destination.real.port = service.port();
  return destination;
}

// What a tunnel is known by besides its far end.
uint16_t port_of(const ipvs::Tunnel& tunnel) {
  return tunnel.type == ipvs::TunnelType::gue ? tunnel.port : uint16_t{0};
}

// Of the kernel's 16, for one address (ip_vs_rs_hashkey).
unsigned bucket_of(uint16_t port) {
  return (port >> 4U ^ port) & 15U;
}

}  // namespace

size_t ServiceTable::Hash::operator()(const ipvs::ServiceKey& key) const noexcept {
  constexpr size_t kGolden = 0x9e3779b97f4a7c15ULL;
  if (const auto* mark = std::get_if<ipvs::MarkKey>(&key)) return mark->mark * kGolden;
  const auto& address = std::get<ipvs::AddressKey>(key);
  const size_t port = address.virtual_end.port;
  return std::hash<wire::IpAddress>()(address.virtual_end.address) ^
         (port << 8 | static_cast<size_t>(address.protocol)) * kGolden;
}

VirtualService* ServiceTable::lookup(const ipvs::ServiceKey& key) {
  const auto found = services_.find(key);
  return found == services_.end() ? nullptr : &found->second;
}

void ServiceTable::count(const VirtualService& service, int by) {
  of_family_[static_cast<size_t>(service.family())] += by;
  if (service.tracked) tracking_[static_cast<size_t>(service.family())] += by;
  if (service.is_mark())
    of_marks_ += by;
  else if (service.port() == 0)
    of_all_ports_ += by;
  else if (service.port() == kFtp)
    of_ftp_ += by;
}

void ServiceTable::track(VirtualService& service, const ipvs::Destination& rule) {
  if (service.tracked || service.port() != kFtp || rule.method != ipvs::Method::masquerade) return;
  service.tracked = true;
  ++tracking_[static_cast<size_t>(service.family())];
}

Refusal ServiceTable::add(const ipvs::AddService& command) {
  if (const Refusal refusal = refusal_of(command.service)) return refusal;
  if (lookup(command.service.key)) return "Service already exists";
  auto& service = services_[command.service.key];
  service.rule = command.service;
  service.serial = ++serial_;
  count(service, 1);
  bind_scheduler(service);
  return nullptr;
}

Refusal ServiceTable::edit(const ipvs::EditService& command) {
  if (const Refusal refusal = refusal_of(command.service)) return refusal;
  VirtualService* service = lookup(command.service.key);
  if (!service) return kNoSuchService;
  const bool other_scheduler = service->rule.scheduler != command.service.scheduler;
  service->rule = command.service;
  if (other_scheduler) bind_scheduler(*service);
  return nullptr;
}

Refusal ServiceTable::remove(const ipvs::DeleteService& command, Time now) {
  VirtualService* service = lookup(command.key);
  if (!service) return kNoSuchService;
  retire_servers(*service, now);
  count(*service, -1);
  services_.erase(command.key);
  return nullptr;
}

// All servers of the service go to the trash.
void ServiceTable::retire_servers(VirtualService& service, Time now) {
  empty_trash(now);
  for (auto& server : service.servers) discard(std::move(server), now);
  service.servers.clear();
}

void ServiceTable::clear(Time now) {
  for (auto& [key, service] : services_) {
    retire_servers(service, now);
    count(service, -1);
  }
  services_.clear();
}

Refusal ServiceTable::add(const ipvs::AddDestination& command, Time now) {
  VirtualService* service = lookup(command.key);
  if (!service) return kNotDefined;
  const ipvs::Destination rule = with_port(command.destination, *service);
  if (const Refusal refusal = refusal_of(rule, service->family(), synchronised_)) return refusal;
  if (index_of(*service, rule.real)) return "Destination already exists";
  if (const Refusal refusal = refusal_to_add(rule.real.address)) return refusal;
  auto server = take_from_trash(*service, rule.real, now);
  if (!server) server = std::make_unique<RealServer>();
  if (server->service_serial != service->serial) server->estimator.zero();
  server->key = command.key;
  server->service_serial = service->serial;
  server->service = service;
  server->take_rule(rule, true);
  track(*service, rule);
  enter(*server);
  service->servers.insert(service->servers.begin(), std::move(server));
  notify(*service, Change::added, 0);
  return nullptr;
}

Refusal ServiceTable::edit(const ipvs::EditDestination& command) {
  VirtualService* service = lookup(command.key);
  if (!service) return kNotDefined;
  const ipvs::Destination rule = with_port(command.destination, *service);
  if (const Refusal refusal = refusal_of(rule, service->family(), synchronised_)) return refusal;
  const auto index = index_of(*service, rule.real);
  if (!index) return kNoSuchDestination;
  service->servers[*index]->take_rule(rule, false);
  track(*service, rule);
  enter(*service->servers[*index]);
  notify(*service, Change::edited, *index);
  return nullptr;
}

Refusal ServiceTable::remove(const ipvs::DeleteDestination& command, Time now) {
  VirtualService* service = lookup(command.key);
  if (!service) return kNotDefined;
  const auto index = index_of(*service, command.real);
  if (!index) return kNoSuchDestination;
  empty_trash(now);
  discard(std::move(service->servers[*index]), now);
  service->servers.erase(service->servers.begin() + static_cast<ptrdiff_t>(*index));
  notify(*service, Change::removed, *index);
  return nullptr;
}

Refusal ServiceTable::zero(const std::optional<ipvs::ServiceKey>& key) {
  const auto zero_one = [](VirtualService& service) {
    service.estimator.zero();
    for (auto& server : service.servers) server->estimator.zero();
  };
  if (!key) {
    for (auto& [address, service] : services_) zero_one(service);
    return nullptr;
  }
  VirtualService* service = lookup(*key);
  if (!service) return kNoSuchService;
  zero_one(*service);
  return nullptr;
}

void ServiceTable::discard(std::unique_ptr<RealServer> server, Time now) {
  server->service = nullptr;
  server->hashed_port.reset();
  if (server->unused()) server->idle_since = now;
  if (trash_.empty()) trash_since_ = now;
  trash_.push_back(std::move(server));
}

void ServiceTable::empty_trash(Time now) {
  std::erase_if(trash_, [&](const auto& server) { return is_freed(*server, trash_since_, now); });
}

size_t ServiceTable::kept() const {
  size_t all = services_.size() + trash_.size();
  for (const auto& [key, service] : services_) all += service.servers.size();
  return all;
}

std::unique_ptr<RealServer> ServiceTable::take_from_trash(const VirtualService& service,
                                                          const ipvs::Endpoint& real, Time now) {
  empty_trash(now);
  const auto found = std::find_if(trash_.begin(), trash_.end(), [&](const auto& server) {
    return server->rule.real == real && server->key == service.rule.key;
  });
  if (found == trash_.end()) return nullptr;
  auto server = std::move(*found);
  trash_.erase(found);
  return server;
}

VirtualService* ServiceTable::find(uint32_t mark, uint8_t protocol,
                                   const ipvs::Endpoint& virtual_end) {
  constexpr uint16_t kFirstUnprivileged = 1024;
  if (mark != 0 && of_marks_ != 0)
    if (auto* service = lookup(ipvs::MarkKey{mark, virtual_end.address.family()})) return service;
  ipvs::AddressKey key{static_cast<ipvs::Protocol>(protocol), virtual_end};
  if (auto* service = lookup(key)) return service;
  if (of_ftp_ != 0 && key.protocol == ipvs::Protocol::tcp &&
      (virtual_end.port == kFtpData || virtual_end.port >= kFirstUnprivileged)) {
    key.virtual_end.port = kFtp;
    if (auto* service = lookup(key)) return service;
  }
  if (of_all_ports_ == 0) return nullptr;
  key.virtual_end.port = 0;
  return lookup(key);
}

bool ServiceTable::has_masquerading(uint8_t protocol, const ipvs::Endpoint& real) const {
  for (const auto& [key, service] : services_) {
    const auto* address = std::get_if<ipvs::AddressKey>(&key);
    if (address && static_cast<uint8_t>(address->protocol) != protocol) continue;
    for (const auto& server : service.servers)
      if (server->rule.real == real && server->rule.method == ipvs::Method::masquerade) return true;
  }
  return false;
}

bool ServiceTable::has_mixed_families() const {
  for (const auto& [key, service] : services_)
    for (const auto& server : service.servers)
      if (server->rule.real.address.family() != service.family()) return true;
  return false;
}

RealServer* ServiceTable::find_server(uint32_t mark, uint8_t protocol,
                                      const ipvs::Endpoint& virtual_end, const ipvs::Endpoint& real,
                                      bool masqueraded) {
  VirtualService* service = find(mark, protocol, virtual_end);
  if (!service) return nullptr;
  const auto at = [&](uint16_t port) -> RealServer* {
    const auto index = index_of(*service, {real.address, port});
    return index ? service->servers[*index].get() : nullptr;
  };
  const uint16_t first = mark != 0 && !masqueraded ? uint16_t{0} : real.port;
  RealServer* server = at(first);
  return server ? server : at(first ^ real.port);
}

void ServiceTable::enter(RealServer& server) {
  if (server.hashed_port || server.rule.method == ipvs::Method::route) return;
  const bool tunnels = server.rule.method == ipvs::Method::tunnel;
  server.hashed_port = tunnels ? port_of(server.rule.tunnel) : server.rule.real.port;
  server.hashed_serial = ++entered_;
}

const RealServer* ServiceTable::tunnel_to(const ipvs::IpAddress& address, uint16_t port) const {
  const RealServer* latest = nullptr;
  for (const auto& [key, service] : services_)
    for (const auto& server : service.servers)
      if (server->hashed_port && bucket_of(*server->hashed_port) == bucket_of(port) &&
          server->rule.real.address == address && server->rule.method == ipvs::Method::tunnel &&
          port_of(server->rule.tunnel) == port &&
          (!latest || server->hashed_serial > latest->hashed_serial))
        latest = server.get();
  return latest;
}

void ServiceTable::sample() {
  for (auto& [key, service] : services_) {
    service.estimator.sample(service.traffic);
    for (auto& server : service.servers) server->estimator.sample(server->traffic);
  }
}

std::vector<const VirtualService*> ServiceTable::sorted() const {
  std::vector<const VirtualService*> services;
  services.reserve(services_.size());
  for (const auto& [key, service] : services_) services.push_back(&service);
  const auto order = [](const VirtualService* service) {
    const auto* address = std::get_if<ipvs::AddressKey>(&service->rule.key);
    return std::tuple(service->mark(), service->family(),
                      address ? address->protocol : ipvs::Protocol{},
                      address ? address->virtual_end : ipvs::Endpoint{});
  };
  std::sort(services.begin(), services.end(),
            [order](const auto* a, const auto* b) { return order(a) < order(b); });
  return services;
}

}  // namespace lvslab::director
