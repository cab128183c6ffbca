// No client meets the address of a server behind masquerading (-m): its answers, and the ICMP
// errors that it makes about what it was sent, bear the virtual end.
//
// Judged while the connection surely lives: a director sent this client end's packet to that server
// less than the shortest timeout ago. Without a connection a director routes what a server says, as
// the kernel does. Doubt: clients that asked the real address, -o (its answers find no connection),
// rules deleted, drop_entry, answers that pass another director than the request did.

#include <algorithm>
#include <set>

#include "emulator/scenario/checksums.hh"
#include "emulator/scenario/watch.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

using std::chrono::seconds;

class NoRip : public Watcher {
 public:
  explicit NoRip(const Scene& scene) : Watcher(scene, Invariant::no_rip) {
    uint32_t tcp = 10;  // seconds of CLOSE, the shortest of a connection that is told of
    uint32_t udp = 30;  // IPVS: 300, other directors' connection tracking: 30
    for (const DirectorRules& one : scene.rules.directors()) {
      tcp = std::min({tcp, one.tcp, one.tcp_fin});
      udp = std::min(udp, one.udp);
      off_ = off_ || one.cleared || one.has_set("drop_entry");
    }
    off_ = off_ || scene.rules.any_one_packet();
    tcp_ = seconds(tcp), udp_ = seconds(udp);
  }

  void see(const Seen& seen) override {
    if (off_ || !seen.layers.ip) return;
    if (seen.at(topology::Role::director)) return at_director(seen);
    if (!seen.at(topology::Role::client)) return;
    if (seen.sent)
      asked_.insert(seen.layers.ip->destination);
    else
      at_client(seen);
  }

 private:
  struct Flow {
    uint8_t protocol;
    wire::Endpoint client, real;
    friend auto operator<=>(const Flow&, const Flow&) = default;
  };
  struct Live {
    Time last{};
    const topology::Host* director = nullptr;
    wire::Endpoint virtual_end;
  };

  void at_director(const Seen& seen) {
    if (!seen.ends) return;
    const Ends& ends = *seen.ends;
    if (seen.forward && seen.forward->method == ipvs::Method::masquerade)
      return renew({ends.protocol, ends.source, ends.destination}, seen);
    // A SYN may end the connection before it and wait for its own.
    if (!seen.sent && seen.layers.tcp && (seen.tcp_flags() & kSyn)) forget(ends, {});
    if (!seen.sent) return;
    const auto live = live_.find({ends.protocol, ends.destination, ends.source});
    if (live != live_.end() && live->second.director != seen.host) live_.erase(live);
  }

  void renew(const Flow& flow, const Seen& seen) {
    const wire::Endpoint& asked = seen.forward->virtual_end;
    const Ends ends{flow.protocol, flow.client, asked};
    if (!live_.contains(flow)) forget(ends, flow.real);
    live_[flow] = {seen.sighting->at, seen.host, asked};
  }

  // The connections of these ends, to whatever server but this one.
  void forget(const Ends& ends, const wire::Endpoint& but) {
    auto at = live_.lower_bound({ends.protocol, ends.source, {}});
    while (at != live_.end() && at->first.protocol == ends.protocol &&
           at->first.client == ends.source) {
      const bool other = at->second.virtual_end == ends.destination && at->first.real != but;
      at = other ? live_.erase(at) : std::next(at);
    }
  }

  bool deleted(const wire::IpAddress& server) const {
    return scene_.rules.any([&](const DirectorRules& one) { return one.deleted.contains(server); });
  }

  bool lives(const Flow& flow, Time now) const {
    const auto live = live_.find(flow);
    const auto limit = flow.protocol == wire::proto::kTcp ? tcp_ : udp_;
    return live != live_.end() && now - live->second.last < limit * 9 / 10;
  }

  // The flow that a packet from a real server tells about: its own, or the one it quotes.
  std::optional<Flow> told_by(const Seen& seen) const {
    if (seen.ends && !seen.layers.icmp)
      return Flow{seen.ends->protocol, seen.ends->destination, seen.ends->source};
    const auto quoted = quoted_ends_of(seen.layers);
    if (!quoted || seen.layers.ip->version != 4) return {};
    constexpr uint8_t kUnreachable = 3, kSourceQuench = 4, kTimeExceeded = 11;  // that IPVS knows
    const uint8_t type = seen.layers.frame[seen.layers.icmp->at];
    if (type != kUnreachable && type != kSourceQuench && type != kTimeExceeded) return {};
    if (quoted->destination.address != seen.layers.ip->source) return {};
    return Flow{quoted->protocol, quoted->source, quoted->destination};
  }

  void at_client(const Seen& seen) {
    const wire::IpAddress& source = seen.layers.ip->source;
    if (!scene_.rules.masquerades(source) || asked_.contains(source) || deleted(source)) return;
    const auto flow = told_by(seen);
    if (!flow || !lives(*flow, seen.sighting->at)) return;
    // IPVS drops errors whose checksum is wrong; what a wire has changed came from elsewhere.
    for (const Sum& sum : sums_of(seen.layers, seen.sighting->partial_checksum))
      if (sum.judged && !sum.right) return;
    find(seen, seen.host->name + " receives a packet from " + source.to_string() +
                   ", a real server's address, instead of " +
                   live_.at(*flow).virtual_end.to_string());
  }

  std::map<Flow, Live> live_;
  std::set<wire::IpAddress> asked_;  // by clients, directly
  seconds tcp_{}, udp_{};
  bool off_ = false;
};

}  // namespace

std::unique_ptr<Watcher> watch_no_rip(const Scene& scene) {
  return std::make_unique<NoRip>(scene);
}

}  // namespace lvslab::scenario
