// lblc: a virtual address keeps its server until that one is overloaded or gone; then wlc's choice.
// Meant for caches: what a server was asked for before, it has.

#include "emulator/director/schedule_locality.hh"

namespace lvslab::director {

namespace {

class LocalityBasedLeastConnection final : public Scheduler {
 public:
  void changed(const RealServers&, Change, size_t) override { ++generation_; }

  RealServer* schedule(const RealServers& servers, const Request& request) override {
    cache_.collect(request.now, request.lblc_expiration);
    CachedServer* cached = cache_.find(request.destination.address, request.now);
    // A server that reached its threshold (-x) stays its address's.
    RealServer* server = cached ? cached->at(servers, generation_) : nullptr;
    if (server && server->rule.weight > 0 && !is_overloaded(*server, servers)) return server;
    server = least_loaded_of_all(servers);
    if (!server) return nullptr;
    if (!cached) cached = &cache_.insert(request.destination.address, request.now);
    *cached = CachedServer(server, generation_);
    return server;
  }

 private:
  LocalityCache<CachedServer> cache_;
  uint64_t generation_ = 1;
};

}  // namespace

std::unique_ptr<Scheduler> make_lblc() {
  return std::make_unique<LocalityBasedLeastConnection>();
}

}  // namespace lvslab::director
