// sh: source hashing: the client's address decides, with sh-port its port too. 256 buckets, given
// out in list order, each server as many in a row as its weight says.

#include <array>

#include "emulator/director/scheduler.hh"
#include "emulator/director/scheduler_hash.hh"

namespace lvslab::director {

namespace {

constexpr unsigned kBits = 8;  // the kernel's CONFIG_IP_VS_SH_TAB_BITS, which may be 4..20
constexpr uint32_t kBuckets = 1U << kBits;

class SourceHash final : public Scheduler {
 public:
  void changed(const RealServers& servers, Change, size_t) override {
    size_t at = 0;
    uint32_t given = 0;
    for (RealServer*& bucket : buckets_) {
      bucket = servers.empty() ? nullptr : servers[at].get();
      // A server of weight 0 has one bucket.
      if (!bucket || ++given < bucket->rule.weight) continue;
      at = (at + 1) % servers.size();
      given = 0;
    }
  }

  RealServer* schedule(const RealServers&, const Request& request) override {
    const uint32_t port = request.flags.port ? request.client.port : 0;
    const uint32_t first =
        multiplicative_hash(port + folded(request.client.address), kBits) % kBuckets;
    if (RealServer* server = usable(first)) return server;
    if (!request.flags.fallback || !buckets_[first]) return nullptr;
    // sh-fallback: from there on, the offset being added to the hash once more.
    for (uint32_t offset = 0; offset < kBuckets; ++offset)
      if (RealServer* server = usable((offset + first) % kBuckets + first)) return server;
    return nullptr;
  }

 private:
  RealServer* usable(uint32_t bucket) const {
    RealServer* server = buckets_[bucket % kBuckets];
    return server && server->schedulable() ? server : nullptr;
  }
  std::array<RealServer*, kBuckets> buckets_{};
};

}  // namespace

std::unique_ptr<Scheduler> make_sh() {
  return std::make_unique<SourceHash>();
}

}  // namespace lvslab::director
