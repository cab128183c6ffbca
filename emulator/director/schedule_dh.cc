// dh: destination hashing: the virtual address decides. 256 buckets, given out to the servers in
// turn whatever their weight.

#include <array>

#include "emulator/director/scheduler.hh"
#include "emulator/director/scheduler_hash.hh"

namespace lvslab::director {

namespace {

constexpr unsigned kBits = 8;

class DestinationHash final : public Scheduler {
 public:
  void changed(const RealServers& servers, Change, size_t) override {
    for (size_t i = 0; i < buckets_.size(); ++i)
      buckets_[i] = servers.empty() ? nullptr : servers[i % servers.size()].get();
  }

  RealServer* schedule(const RealServers&, const Request& request) override {
    RealServer* server = buckets_[multiplicative_hash(folded(request.destination.address), kBits)];
    return server && server->schedulable() ? server : nullptr;
  }

 private:
  std::array<RealServer*, 1U << kBits> buckets_{};
};

}  // namespace

std::unique_ptr<Scheduler> make_dh() {
  return std::make_unique<DestinationHash>();
}

}  // namespace lvslab::director
