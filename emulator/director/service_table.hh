#pragma once
// The rules at work: virtual services, their servers and schedulers, and the trash of deleted
// servers that may come back.
//
// A deleted server (-d, -D, -C) goes to the trash, with what is bound to it. Adding it again to a
// service of the same key takes it out, its connections with it; its traffic counters too if the
// service was not deleted in between. Left alone without connections it goes after two minutes.
//
// Every function throws CommandError, in ipvsadm's words, and changes nothing then. All are linear
// in the servers of one service (clear(): of all) and in the trash.

#include <optional>
#include <unordered_map>
#include <vector>

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

struct VirtualService {
  ipvs::Service rule;
  uint64_t serial = 0;
  RealServers servers;                   // newest first
  std::unique_ptr<Scheduler> scheduler;  // null: every new connection is refused
  Traffic traffic;

  RealServer* schedule(const ipvs::Endpoint& client, const ipvs::Endpoint& virtual_end) {
    return scheduler ? scheduler->schedule(servers, {client, virtual_end, rule.flags}) : nullptr;
  }
};

inline void RealServer::count_in(size_t bytes) {
  if (!service) return;
  traffic.count_in(bytes);
  service->traffic.count_in(bytes);
}

inline void RealServer::count_out(size_t bytes) {
  if (!service) return;
  traffic.count_out(bytes);
  service->traffic.count_out(bytes);
}

class ServiceTable {
 public:
  void add(const ipvs::AddService& command);
  void edit(const ipvs::EditService& command);
  void remove(const ipvs::DeleteService& command, Time now);
  void add(const ipvs::AddDestination& command, Time now);
  void edit(const ipvs::EditDestination& command);
  void remove(const ipvs::DeleteDestination& command, Time now);
  void clear(Time now);
  void zero(const std::optional<ipvs::ServiceKey>& key);

  // Null: no service there. Constant.
  VirtualService* find(uint8_t protocol, const ipvs::Endpoint& virtual_end);
  // IPVS hooks into a family's packets while it has services of it.
  bool has(ipvs::Family family) const;
  // A masquerading server at this end of any service (vs.nat_icmp_send); linear in all servers.
  bool has_masquerading(uint8_t protocol, const ipvs::Endpoint& real) const;

  // In the order of `ipvsadm -Ln`: by protocol, address, port.
  std::vector<const VirtualService*> sorted() const;

 private:
  struct Hash {
    size_t operator()(const ipvs::AddressKey& key) const noexcept;
  };
  using Services = std::unordered_map<ipvs::AddressKey, VirtualService, Hash>;

  VirtualService* lookup(const ipvs::ServiceKey& key);
  VirtualService& required(const ipvs::ServiceKey& key, const char* otherwise);
  void discard(std::unique_ptr<RealServer> server, Time now);
  std::unique_ptr<RealServer> take_from_trash(const VirtualService& service,
                                              const ipvs::Endpoint& real, Time now);
  void retire_servers(VirtualService& service, Time now);

  Services services_;
  RealServers trash_;
  uint64_t serial_ = 0;
};

}  // namespace lvslab::director
