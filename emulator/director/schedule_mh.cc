// mh: Maglev hashing (Eisenbud and others, NSDI 2016, 3.4): the client's address decides, with
// mh-port its port too, and few clients move when the servers change.
//
// Each server has its own order of the table's places (offset, offset + skip, ...); in turns, as
// many at a time as its share of the weights says, the servers take their next free place. The
// table is built from the latest weights above 0: weight 0 keeps a server's places, and what falls
// on them finds no server unless mh-fallback is set.

#include <bit>
#include <numeric>

#include "emulator/director/scheduler.hh"
#include "emulator/director/scheduler_hash.hh"
#include "emulator/director/siphash.hh"

namespace lvslab::director {

namespace {

constexpr unsigned kIndex = 12;     // the kernel's CONFIG_IP_VS_MH_TAB_INDEX
constexpr uint32_t kPlaces = 4093;  // the prime below 2^kIndex
constexpr SipHash13 kPlaceHash(2654435761, 2654435761);
constexpr SipHash13 kSkipHash(2654446892, 2654446892);

uint32_t place_of(uint32_t address, uint16_t port, uint32_t offset = 0) {
  return kPlaceHash(offset + port + address) % kPlaces;
}

// IPVS takes a server's address for one of its service's family: of an IPv6 server of an IPv4
// service it sees the first word.
uint32_t address_of(const RealServer& server) {
  const auto& address = server.rule.real.address;
  if (address.is_v6() && ipvs::family_of(server.key) == ipvs::Family::v4)
    return load_be32(address.bytes().data());
  return folded(address);
}

// How one server goes through the places.
struct Walk {
  RealServer* server = nullptr;
  uint32_t place = 0;
  uint32_t skip = 1;
  uint32_t turns = 0;  // places in a row
};

class Maglev final : public Scheduler {
 public:
  void changed(const RealServers& servers, Change, size_t) override {
    walks_ = walks_of(servers);
    table_.assign(walks_.empty() ? 0 : kPlaces, nullptr);
    filled_ = false;
  }

  RealServer* schedule(const RealServers&, const Request& request) override {
    const uint32_t client = folded(request.client.address);
    const uint16_t port = request.flags.port ? request.client.port : uint16_t{0};
    if (!filled_) fill();
    const uint32_t first = place_of(client, port);
    RealServer* server = table_.empty() ? nullptr : table_[first];
    if (!server) return nullptr;
    if (server->schedulable()) return server;
    if (!request.flags.fallback) return nullptr;
    for (uint32_t offset = 0; offset < kPlaces; ++offset) {
      server = table_[place_of(client, port, (offset + first) % kPlaces)];
      if (server->schedulable()) return server;
    }
    return nullptr;
  }

 private:
  static std::vector<Walk> walks_of(const RealServers& servers) {
    uint32_t divisor = 0;
    uint32_t largest = 0;
    for (const auto& server : servers) {
      divisor = std::gcd(divisor, server->last_weight);
      largest = std::max(largest, server->last_weight);
    }
    std::vector<Walk> walks;
    if (divisor == 0) return walks;
    // Weights count with half the index's bits.
    const unsigned bits = static_cast<unsigned>(std::bit_width(largest / divisor));
    const unsigned shift = bits > kIndex / 2 ? bits - kIndex / 2 : 0;
    for (const auto& server : servers) {
      if (server->last_weight == 0) continue;
      const uint32_t turns = (server->last_weight / divisor) >> shift;
      const uint16_t port = server->rule.real.port;
      const uint32_t address = address_of(*server);
      const uint32_t skip = kSkipHash(port + address) % (kPlaces - 1) + 1;
      walks.push_back({server.get(), place_of(address, port), skip, std::max(turns, 1U)});
    }
    return walks;
  }

  // With the first packet that wants it: of many rules in a row only the last one's table is
  // filled.
  void fill() {
    filled_ = true;
    uint32_t left = walks_.empty() ? 0 : kPlaces;
    while (left > 0)
      for (Walk& walk : walks_)
        for (uint32_t turn = 0; turn < walk.turns && left > 0; ++turn, --left) {
          while (table_[walk.place]) walk.place = (walk.place + walk.skip) % kPlaces;
          table_[walk.place] = walk.server;
        }
  }

  std::vector<Walk> walks_;
  std::vector<RealServer*> table_;
  bool filled_ = false;
};

}  // namespace

std::unique_ptr<Scheduler> make_mh() {
  return std::make_unique<Maglev>();
}

}  // namespace lvslab::director
