// sed: shortest expected delay, (active connections + 1) / weight.

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class ShortestExpectedDelay final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request&) override {
    return least_loaded(
        servers, [](const RealServer& s) { return s.schedulable(); },
        [](const RealServer& s) { return int64_t{s.active} + 1; });
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_sed() {
  return std::make_unique<ShortestExpectedDelay>();
}

}  // namespace lvslab::director
