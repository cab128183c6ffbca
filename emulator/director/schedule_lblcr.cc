// lblcr: a virtual address has a set of servers, of which the least loaded one for its weight gets
// the connection. When that one is overloaded, wlc's choice among all joins the set; when the set
// did not change for vs.lblcr_expiration, the most loaded one leaves it.

#include "emulator/director/schedule_locality.hh"

namespace lvslab::director {

namespace {

// The servers of one virtual address, the one that joined last first.
class ServerSet {
 public:
  void restart(RealServer* server, uint64_t generation, Time now) {
    members_.clear();
    insert(server, generation, now);
  }

  // Does nothing if it is there.
  void insert(RealServer* server, uint64_t generation, Time now) {
    for (const Member& member : members_)
      if (member.server.end() == server->rule.real) return;
    members_.insert(members_.begin(), Member{CachedServer(server, generation), 0, 0});
    changed_at_ = now;
  }

  // Null if none of them can take a connection.
  RealServer* least_loaded(const RealServers& servers, uint64_t generation) {
    RealServer* least = nullptr;
    for (Member& member : members_) {
      RealServer* server = member.server.at(servers, generation);
      if (server) member.remember(*server);
      if (!server || !server->schedulable()) continue;
      if (!least || least->overhead() * int64_t{server->rule.weight} >
                        server->overhead() * int64_t{least->rule.weight})
        least = server;
    }
    return least;
  }

  // After least_loaded(), which looks at the loads.
  void shrink(Time now, Duration expiration) {
    if (members_.size() < 2 || now <= changed_at_ + expiration) return;
    auto most = members_.end();
    for (auto member = members_.begin(); member != members_.end(); ++member) {
      if (member->weight == 0) continue;
      if (most == members_.end() ||
          most->overhead * member->weight < member->overhead * most->weight)
        most = member;
    }
    if (most == members_.end()) return;
    members_.erase(most);
    changed_at_ = now;
  }

 private:
  struct Member {
    CachedServer server;
    // As last seen: a deleted server counts with them among the loaded ones until it leaves.
    int64_t overhead = 0;
    int64_t weight = 0;
    void remember(const RealServer& seen) {
      overhead = seen.overhead();
      weight = seen.rule.weight;
    }
  };
  std::vector<Member> members_;
  Time changed_at_{};
};

class LocalityBasedWithReplication final : public Scheduler {
 public:
  void changed(const RealServers&, Change, size_t) override { ++generation_; }

  RealServer* schedule(const RealServers& servers, const Request& request) override {
    cache_.collect(request.now, request.lblcr_expiration);
    ServerSet* set = cache_.find(request.destination.address, request.now);
    if (set) {
      RealServer* server = set->least_loaded(servers, generation_);
      set->shrink(request.now, request.lblcr_expiration);
      if (server && !is_overloaded(*server, servers)) return server;
    }
    RealServer* server = least_loaded_of_all(servers);
    if (!server) return nullptr;
    if (set)
      set->insert(server, generation_, request.now);
    else
      cache_.insert(request.destination.address, request.now)
          .restart(server, generation_, request.now);
    return server;
  }

 private:
  LocalityCache<ServerSet> cache_;
  uint64_t generation_ = 1;
};

}  // namespace

std::unique_ptr<Scheduler> make_lblcr() {
  return std::make_unique<LocalityBasedWithReplication>();
}

}  // namespace lvslab::director
