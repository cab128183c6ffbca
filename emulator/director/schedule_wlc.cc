// wlc: the fewest connections for its weight. What ipvsadm takes when nothing is said.

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class WeightedLeastConnection final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request&) override {
    return least_loaded(
        servers, [](const RealServer& s) { return s.schedulable(); },
        [](const RealServer& s) { return s.overhead(); });
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_wlc() {
  return std::make_unique<WeightedLeastConnection>();
}

}  // namespace lvslab::director
