// rr: the next server after the last used one.

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class RoundRobin final : public Scheduler {
 public:
  void changed(const RealServers&, Change change, size_t index) override {
    const auto place = static_cast<ptrdiff_t>(index);
    if (change == Change::added && last_ >= place) ++last_;
    // A removed server's predecessor takes its place, the head of the list if it was the first.
    if (change == Change::removed && last_ >= place) --last_;
  }

  // Once around, the last used one at the end.
  RealServer* schedule(const RealServers& servers, const Request&) override {
    const size_t count = servers.size();
    if (count == 0) return nullptr;
    size_t at = static_cast<size_t>(last_ + 1);
    for (size_t tried = 0; tried < count; ++tried, ++at) {
      if (at >= count) at = 0;
      if (!servers[at]->schedulable()) continue;
      last_ = static_cast<ptrdiff_t>(at);
      return servers[at].get();
    }
    return nullptr;
  }

 private:
  static constexpr ptrdiff_t kHead = -1;  // before the first server
  ptrdiff_t last_ = kHead;
};

}  // namespace

std::unique_ptr<Scheduler> make_rr() {
  return std::make_unique<RoundRobin>();
}

}  // namespace lvslab::director
