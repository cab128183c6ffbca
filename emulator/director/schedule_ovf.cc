// ovf: overflow: the largest weight among servers with no more active connections than weight; on a
// tie the first.

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class Overflow final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request&) override {
    RealServer* largest = nullptr;
    for (const auto& server : servers)
      if (server->schedulable() && server->active <= server->rule.weight &&
          (!largest || server->rule.weight > largest->rule.weight))
        largest = server.get();
    return largest;
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_ovf() {
  return std::make_unique<Overflow>();
}

}  // namespace lvslab::director
