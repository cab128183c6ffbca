// fo: failover: the largest weight; on a tie the first.

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class FailOver final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request&) override {
    RealServer* largest = nullptr;
    for (const auto& server : servers)
      if (server->schedulable() && (!largest || server->rule.weight > largest->rule.weight))
        largest = server.get();
    return largest;
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_fo() {
  return std::make_unique<FailOver>();
}

}  // namespace lvslab::director
