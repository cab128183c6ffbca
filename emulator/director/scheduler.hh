#pragma once
// Which server gets a new connection. One scheduler a file (schedule_*.cc), one object a service.
//
// Servers stand in the kernel's order: the one added last is the first. Every scheduler passes over
// servers of weight 0 and overloaded ones (-x). None allocates in schedule(), except lblc and lblcr
// for more virtual addresses at a time than before, or for a set of more servers; those with tables
// build them in changed(), which is linear in servers and table.
//
// Source of the rules: Linux 6.1, net/netfilter/ipvs; ipvsadm(8), -s.

#include <memory>
#include <vector>

#include "emulator/director/real_server.hh"

namespace lvslab::director {

using RealServers = std::vector<std::unique_ptr<RealServer>>;

// What a new connection is known by when its server is chosen, and what goes on around it.
struct Request {
  ipvs::Endpoint client, destination;  // the latter is the virtual end but after an error
  ipvs::SchedulerFlags flags;          // -b of the service
  Time now{};                          // lblc, lblcr
  // vs.lblc_expiration, vs.lblcr_expiration
  Duration lblc_expiration = std::chrono::hours(24);
  Duration lblcr_expiration = std::chrono::hours(24);
  uint64_t random = 0;  // 64 fresh random bits: what twos draws from
};

enum class Change : uint8_t { added, edited, removed };

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // The list has changed already; index: where the server stands, or stood before it was removed.
  virtual void changed(const RealServers& servers, Change change, size_t index) = 0;
  // Null: no server can take it.
  virtual RealServer* schedule(const RealServers& servers, const Request& request) = 0;
};

// For schedulers that look at the servers as they are, every time.
class Unprepared : public Scheduler {
 public:
  void changed(const RealServers&, Change, size_t) final {}
};

// The server of the least load for its weight: load(server) / server.weight, compared without
// dividing; on a tie the first. `use` says which servers count.
template <class Use, class Load>
RealServer* least_loaded(const RealServers& servers, Use use, Load load) {
  RealServer* least = nullptr;
  for (const auto& server : servers) {
    if (!use(*server)) continue;
    if (!least ||
        load(*least) * int64_t{server->rule.weight} > load(*server) * int64_t{least->rule.weight})
      least = server.get();
  }
  return least;
}

std::unique_ptr<Scheduler> make_rr();
std::unique_ptr<Scheduler> make_wrr();
std::unique_ptr<Scheduler> make_lc();
std::unique_ptr<Scheduler> make_wlc();
std::unique_ptr<Scheduler> make_sed();
std::unique_ptr<Scheduler> make_nq();
std::unique_ptr<Scheduler> make_dh();
std::unique_ptr<Scheduler> make_sh();
std::unique_ptr<Scheduler> make_mh();
std::unique_ptr<Scheduler> make_fo();
std::unique_ptr<Scheduler> make_ovf();
std::unique_ptr<Scheduler> make_lblc();
std::unique_ptr<Scheduler> make_lblcr();
std::unique_ptr<Scheduler> make_twos();

// Null for ipvs::Scheduler::none.
std::unique_ptr<Scheduler> make_scheduler(ipvs::Scheduler kind);

}  // namespace lvslab::director
