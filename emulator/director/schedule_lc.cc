// lc: the fewest connections, whatever the weight (if it has one).

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class LeastConnection final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request&) override {
    RealServer* least = nullptr;
    for (const auto& server : servers)
      if (server->schedulable() && (!least || server->overhead() < least->overhead()))
        least = server.get();
    return least;
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_lc() {
  return std::make_unique<LeastConnection>();
}

}  // namespace lvslab::director
