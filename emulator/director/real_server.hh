#pragma once
// A destination at work: the rule as given, what is bound to it, and how overloaded it is.
//
// It belongs to a virtual service, or, once deleted, to the trash (ServiceTable), where it waits
// for its connections to end or for being added again. Nothing here schedules or forwards.

#include <cstdint>

#include "emulator/base/time.hh"
#include "emulator/director/estimator.hh"
#include "emulator/director/routes.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::director {

struct Connection;
struct VirtualService;

// What `ipvsadm -L --stats` counts. Bytes are those of IP packets.
struct Traffic : ipvs::Counters {
  void count_in(size_t bytes) {
    ++packets_in;
    bytes_in += bytes;
  }
  void count_out(size_t bytes) {
    ++packets_out;
    bytes_out += bytes;
  }
};

struct RealServer {
  ipvs::Destination rule;
  ipvs::ServiceKey key;               // the service it belongs or belonged to
  uint64_t service_serial = 0;        // tells that service from a later one of the same key
  VirtualService* service = nullptr;  // null: deleted, in the trash
  uint32_t last_weight = 0;           // the latest weight above 0: what mh builds its table from
  bool overloaded = false;            // -x reached, -y not yet undercut
  uint32_t active = 0, inactive = 0;  // connections; their sum is what thresholds speak of
  uint32_t persistent = 0;            // templates (-p)
  // Where ServiceTable::tunnel_to() looks for it, and since when; nothing: nowhere.
  std::optional<uint16_t> hashed_port;
  uint64_t hashed_serial = 0;
  Time idle_since{};  // in the trash: when its last connection ended
  Traffic traffic;
  Estimator estimator;  // of the traffic

  bool available() const { return service != nullptr; }
  bool schedulable() const { return !overloaded && rule.weight > 0; }
  uint32_t connections() const { return active + inactive; }
  bool unused() const { return connections() + persistent == 0; }
  // ActiveConn counts 256 times as much as InActConn (lc, wlc, lblc).
  int64_t overhead() const { return (int64_t{active} << 8) + inactive; }

  // A packet of one of its connections; not counted once it is deleted.
  void count_in(size_t bytes);
  void count_out(size_t bytes);

  // The rule of -a or -e; clears the overload when -x went or grew.
  void take_rule(const ipvs::Destination& new_rule, bool added);
  // A new connection counts as inactive until its protocol says otherwise.
  void bind(Connection& connection);
  void unbind(Connection& connection, Time now);
  // Moves the connection between ActiveConn and InActConn.
  void set_active(Connection& connection, bool active);

  // The way to it, looked up anew only when the host's routes changed. Null: there is none.
  // as_next_hop: for method route. Linux does not share such a way to an on-link IPv4 address, so
  // it does not hear when a path MTU is learned for the first time.
  const Route* route(const Routes& routes, bool as_next_hop = false) {
    if (routes.generation() != routed_) [[unlikely]]
      follow(routes, as_next_hop);
    return route_ ? &*route_ : nullptr;
  }
  // The MTU as IPVS knows it right behind an error that was learned from: a way that no error had
  // taught anything yet is not looked up anew before the next packet takes it (its dst_cache).
  // Nothing: no packet has gone to it.
  std::optional<uint32_t> mtu_told(const Routes& routes);

 private:
  [[gnu::noinline]] void follow(const Routes& routes, bool as_next_hop);
  std::optional<Route> route_;
  uint64_t routed_ = 0;  // the generation that it holds in
  uint64_t way_ = 0;     // Routes::ways() when it was looked up, if it is not shared
};

}  // namespace lvslab::director
