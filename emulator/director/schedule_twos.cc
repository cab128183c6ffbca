// twos: two random choices by weight, of which the less loaded one for its weight is taken.

#include "emulator/base/random.hh"
#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

// The kernel's int, which wraps around.
int32_t wrapped(uint32_t value) {
  return static_cast<int32_t>(value);
}

// The server at which the weights, added up in list order, reach `drawn`; null for no server. A
// draw of 0 counts as one of 1, so that the first one is drawn a little more often than its weight.
RealServer* reached(const RealServers& servers, uint32_t drawn) {
  int32_t left = wrapped(drawn);
  for (const auto& server : servers) {
    if (!server->schedulable()) continue;
    left = wrapped(static_cast<uint32_t>(left) - server->rule.weight);
    if (left <= 0) return server.get();
  }
  return nullptr;
}

int32_t load_by(const RealServer& server, uint32_t other_weight) {
  return wrapped(static_cast<uint32_t>(server.overhead()) * other_weight);
}

class TwoChoices final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request& request) override {
    RealServer* last = nullptr;
    uint32_t total = 0;
    for (const auto& server : servers) {
      if (!server->schedulable()) continue;
      total += server->rule.weight;
      last = server.get();
    }
    if (!last) return nullptr;
    Random random(request.random);
    const uint64_t draws = uint64_t{total} + 1;  // 0 and total are both drawn
    RealServer* first = reached(servers, static_cast<uint32_t>(random.below(draws)));
    RealServer* second = reached(servers, static_cast<uint32_t>(random.below(draws)));
    if (!first) first = last;
    if (!second) return first;
    return load_by(*first, second->rule.weight) > load_by(*second, first->rule.weight) ? second
                                                                                       : first;
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_twos() {
  return std::make_unique<TwoChoices>();
}

}  // namespace lvslab::director
