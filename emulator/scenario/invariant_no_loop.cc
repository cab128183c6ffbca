// No packet goes round through a director without end. A packet that is routed in a circle dies of
// its TTL, so it passes a port once with each TTL; one that passes again and again with the same
// has met nobody on its way who counts it down.
//
// Generous: 64 times, and 16 more for each time that some host made the packet (retransmissions;
// wires may duplicate it at every link).

#include <map>
#include <set>

#include "emulator/scenario/watch.hh"

namespace lvslab::scenario {

namespace {

constexpr size_t kPasses = 64, kForEachMade = 16;

class NoLoop : public Watcher {
 public:
  explicit NoLoop(const Scene& scene) : Watcher(scene, Invariant::no_loop) {}

  void see(const Seen& seen) override {
    if (seen.index < scene_.first || !seen.layers.ip) return;
    const bool director = seen.at(topology::Role::director);
    const bool made = seen.sent && !director && !seen.at(topology::Role::router);
    if (!director && !made) return;
    const Packet packet{seen.layers.ip->protocol, marks_of(seen.layers)};
    if (made) {
      ++made_[packet];
    } else if (!seen.sent) {
      received_.insert(packet);
    } else if (received_.contains(packet)) {
      passes(seen, packet);
    }
  }

 private:
  using Packet = std::pair<uint8_t, Marks>;
  using Pass = std::tuple<Packet, uint32_t, uint8_t, wire::IpAddress>;

  void passes(const Seen& seen, const Packet& packet) {
    const IpHeader& ip = *seen.layers.ip;
    const uint8_t ttl = seen.layers.frame[ip.at + (ip.version == 4 ? 8 : 7)];
    const size_t times = ++passed_[{packet, seen.sighting->port, ttl, ip.destination}];
    const size_t bound = kPasses + kForEachMade * made_[packet];
    if (times != bound + 1) return;  // told once
    find(seen, seen.host->name + " sends the same packet to " + ip.destination.to_string() + " " +
                   std::to_string(times) + " times with TTL " + std::to_string(ttl));
  }

  std::map<Packet, size_t> made_;
  std::set<Packet> received_;
  std::map<Pass, size_t> passed_;
};

}  // namespace

std::unique_ptr<Watcher> watch_no_loop(const Scene& scene) {
  return std::make_unique<NoLoop>(scene);
}

}  // namespace lvslab::scenario
