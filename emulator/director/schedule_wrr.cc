// wrr: rounds of falling demand. A round serves, in list order, each server whose weight is at
// least what the round demands; the demand falls from the largest weight by the greatest common
// divisor of all weights, and starts anew when it is used up.
//
// Worked example: list a(4), b(2): divisor 2, largest 4, so demands 3 (4 less divisor - 1) and 1:
// a | a b | a | a b ...

#include <algorithm>
#include <numeric>

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class WeightedRoundRobin final : public Scheduler {
 public:
  void changed(const RealServers& servers, Change, size_t) override {
    last_ = kHead;
    int64_t divisor = 0;
    int64_t largest = 0;
    for (const auto& server : servers) {
      divisor = std::gcd(divisor, int64_t{server->rule.weight});
      largest = std::max(largest, int64_t{server->rule.weight});
    }
    divisor_ = divisor == 0 ? 1 : divisor;
    // Less divisor - 1, so that the last round demands 1.
    most_ = largest - (divisor_ - 1);
    if (demand_ > most_ || demand_ == 0)
      demand_ = most_;
    else if (divisor_ > 1)
      demand_ = demand_ / divisor_ * divisor_ + 1;
  }

  // Tries every server with demand 1 before it gives up; each round is linear in the servers.
  RealServer* schedule(const RealServers& servers, const Request&) override {
    if (most_ == 0) return nullptr;
    const ptrdiff_t count = std::ssize(servers);
    const ptrdiff_t first = last_;
    ptrdiff_t stop = kNowhere;
    bool last_pass = false;
    bool restarted = false;
    ptrdiff_t at = first;
    while (true) {
      for (++at; at < count; ++at) {
        const RealServer& server = *servers[static_cast<size_t>(at)];
        const bool serves = !server.overloaded && int64_t{server.rule.weight} >= demand_;
        if (serves || at == stop) return settle(servers, at, serves);
      }
      at = kHead;
      demand_ -= divisor_;
      if (demand_ <= 0) {
        demand_ = most_;
        if (last_pass || first == kHead) return settle(servers, kHead, false);
        restarted = true;
      }
      pass_over(servers);
      last_pass = demand_ <= divisor_;
      if (last_pass && restarted && first != kHead) stop = first;
    }
  }

 private:
  static constexpr ptrdiff_t kHead = -1;
  static constexpr ptrdiff_t kNowhere = -2;

  // Rounds that demand more than anybody can serve, of which IPVS goes through each (2^31 of them
  // at most): on to the first that somebody can, or to the last one.
  void pass_over(const RealServers& servers) {
    int64_t most = divisor_;
    for (const auto& server : servers)
      if (!server->overloaded) most = std::max(most, int64_t{server->rule.weight});
    if (demand_ > most) demand_ -= (demand_ - most + divisor_ - 1) / divisor_ * divisor_;
  }

  RealServer* settle(const RealServers& servers, ptrdiff_t at, bool serves) {
    last_ = at;
    return serves ? servers[static_cast<size_t>(at)].get() : nullptr;
  }

  ptrdiff_t last_ = kHead;
  int64_t demand_ = 0;
  int64_t most_ = 0;
  int64_t divisor_ = 1;
};

}  // namespace

std::unique_ptr<Scheduler> make_wrr() {
  return std::make_unique<WeightedRoundRobin>();
}

}  // namespace lvslab::director
