#pragma once
// The rules at work: virtual services, their servers and schedulers, and the trash of deleted
// servers that may come back.
//
// A deleted server (-d, -D, -C) goes to the trash, with what is bound to it. Adding it again to a
// service of the same key takes it out, its connections with it; its traffic counters too if the
// service was not deleted in between. Left alone without connections it goes after two minutes,
// with the next sample or added server.
//
// Every function that takes a rule says why it does not, and changes nothing then. All are linear
// in the servers of one service (clear(): of all) and in the trash.

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

#include "emulator/director/director.hh"
#include "emulator/director/scheduler.hh"

namespace lvslab::director {

// FTP's well-known ports (RFC 959) have rules of their own in IPVS.
inline constexpr uint16_t kFtpData = 20;
inline constexpr uint16_t kFtp = 21;

struct VirtualService {
  ipvs::Service rule;
  uint64_t serial = 0;
  RealServers servers;                   // newest first
  std::unique_ptr<Scheduler> scheduler;  // null: every new connection is refused
  Traffic traffic;
  Estimator estimator;   // of the traffic
  bool tracked = false;  // an FTP service that had a masquerading server

  bool is_mark() const { return std::holds_alternative<ipvs::MarkKey>(rule.key); }
  uint32_t mark() const { return is_mark() ? std::get<ipvs::MarkKey>(rule.key).mark : 0; }
  // 0: all ports, or a mark.
  uint16_t port() const {
    return is_mark() ? uint16_t{0} : std::get<ipvs::AddressKey>(rule.key).virtual_end.port;
  }
  ipvs::Family family() const { return ipvs::family_of(rule.key); }
  // Without persistence a connection's port is its service's own.
  bool takes(uint16_t port_wanted) const { return is_mark() || port_wanted == port(); }

  RealServer* schedule(const Request& request) {
    return scheduler ? scheduler->schedule(servers, request) : nullptr;
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
  [[nodiscard]] Refusal add(const ipvs::AddService& command);
  [[nodiscard]] Refusal edit(const ipvs::EditService& command);
  [[nodiscard]] Refusal remove(const ipvs::DeleteService& command, Time now);
  [[nodiscard]] Refusal add(const ipvs::AddDestination& command, Time now);
  [[nodiscard]] Refusal edit(const ipvs::EditDestination& command);
  [[nodiscard]] Refusal remove(const ipvs::DeleteDestination& command, Time now);
  void clear(Time now);
  [[nodiscard]] Refusal zero(const std::optional<ipvs::ServiceKey>& key);
  // Every estimator takes a sample.
  void sample();
  bool empty() const { return services_.empty(); }
  // Deleted servers whose time is over go. Linear in the trash.
  void empty_trash(Time now);
  // Services and servers, the trash's too. Linear in the services.
  size_t kept() const;

  // For a packet with a firewall mark (0: none) to a virtual end: the mark's service, else the
  // end's, else that of an FTP service at the address for unprivileged TCP ports, else that of all
  // its ports. Null: none. Constant.
  VirtualService* find(uint32_t mark, uint8_t protocol, const ipvs::Endpoint& virtual_end);
  // IPVS hooks into a family's packets while it has services of it.
  bool has(ipvs::Family family) const;
  // A masquerading server at this end of any service (vs.nat_icmp_send); linear in all servers.
  bool has_masquerading(uint8_t protocol, const ipvs::Endpoint& real) const;

  // The server that another director's connection is to be bound to: at its real end, or without
  // a port, as servers of marks have none. Linear in the servers of one service.
  RealServer* find_server(uint32_t mark, uint8_t protocol, const ipvs::Endpoint& virtual_end,
                          const ipvs::Endpoint& real, bool masqueraded);
  // IPVS has nf_conntrack look at a family's packets while it has an FTP service that had a
  // masquerading server. Without, no payload can be rewritten.
  bool tracks(ipvs::Family family) const { return tracking_[static_cast<size_t>(family)] != 0; }
  // A server is of another family than its service; linear in all servers.
  bool has_mixed_families() const;
  // A daemon runs: there may be none such.
  void set_synchronised(bool synchronised) { synchronised_ = synchronised; }

  // A tunnelling server at this address, of any service: the port is GUE's, or 0. Of several it is
  // the latest that came into the kernel's table of servers (ip_vs_rs_hash), where one stays in the
  // bucket of its first tunnel (or masqueraded port), whatever -e makes of it, until it is deleted.
  // Linear in all servers.
  const RealServer* tunnel_to(const ipvs::IpAddress& address, uint16_t port) const;

  // In the order of `ipvsadm -Ln`: marks last, then by family, protocol, address, port.
  std::vector<const VirtualService*> sorted() const;

 private:
  struct Hash {
    size_t operator()(const ipvs::ServiceKey& key) const noexcept;
  };
  using Services = std::unordered_map<ipvs::ServiceKey, VirtualService, Hash>;

  VirtualService* lookup(const ipvs::ServiceKey& key);
  void discard(std::unique_ptr<RealServer> server, Time now);
  std::unique_ptr<RealServer> take_from_trash(const VirtualService& service,
                                              const ipvs::Endpoint& real, Time now);
  void retire_servers(VirtualService& service, Time now);
  void count(const VirtualService& service, int by);
  void track(VirtualService& service, const ipvs::Destination& rule);
  void enter(RealServer& server);

  Services services_;
  RealServers trash_;
  Time trash_since_{};  // when the first of those that are in it came, and found it empty
  uint64_t serial_ = 0;
  uint64_t entered_ = 0;
  bool synchronised_ = false;
  // Services there are, by what makes a lookup look for them.
  std::array<int, 2> of_family_{};
  std::array<int, 2> tracking_{};
  int of_marks_ = 0;
  int of_all_ports_ = 0;
  int of_ftp_ = 0;
};

inline bool ServiceTable::has(ipvs::Family family) const {
  return of_family_[static_cast<size_t>(family)] != 0;
}

}  // namespace lvslab::director
