// nq: never queue: the first server without active connections, else as sed.

#include "emulator/director/scheduler.hh"

namespace lvslab::director {

namespace {

class NeverQueue final : public Unprepared {
 public:
  RealServer* schedule(const RealServers& servers, const Request&) override {
    for (const auto& server : servers)
      if (server->schedulable() && server->active == 0) return server.get();
    return least_loaded(
        servers, [](const RealServer& s) { return s.schedulable(); },
        [](const RealServer& s) { return int64_t{s.active} + 1; });
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_nq() {
  return std::make_unique<NeverQueue>();
}

}  // namespace lvslab::director
