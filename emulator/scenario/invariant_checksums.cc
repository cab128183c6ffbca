// A director sends no packet with a wrong IP header, TCP, UDP or ICMP checksum, unless it received
// one with such a sum wrong that this one may stem from: of the same client end, a minute ago at
// most. A wrong transport checksum is not the director's to repair; it updates by increments.
//
// Doubt: fragments that came in, whose datagram's sum nobody could judge; UDP without checksum and
// with a length that is not the packet's, which is summed anew over all of it.

#include <set>
#include <tuple>

#include "emulator/scenario/checksums.hh"
#include "emulator/scenario/watch.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

using std::chrono::seconds;

constexpr seconds kStemsFrom{60};  // beyond the 30 s that fragments wait (net.ipv4.ipfrag_time)

class GoodChecksums : public Watcher {
 public:
  explicit GoodChecksums(const Scene& scene) : Watcher(scene, Invariant::good_checksums) {
    // Other directors may translate both ends: nothing then tells whose packet it was.
    any_end_ = scene.rules.any(
        [](const DirectorRules& one) { return one.host->engine == topology::Engine::external; });
  }

  void see(const Seen& seen) override {
    if (!seen.at(topology::Role::director) || !seen.layers.ip) return;
    if (!seen.sent) return remember(seen);
    if (seen.index < scene_.first) return;
    for (const Sum& sum : sums_of(seen.layers, seen.sighting->partial_checksum)) {
      if (!sum.judged || sum.right || sum.of == "quoted" || excused(sum, seen)) continue;
      find(seen, seen.host->name + " sends a wrong " + sum.to_string());
    }
  }

 private:
  enum class End : uint8_t { source, destination };
  using Key = std::tuple<bool, End, wire::IpAddress>;  // bool: of an IP header

  static bool of_header(const Sum& sum) { return sum.of == "ip" || sum.of == "outer"; }

  static bool is_doubtful(const Layers& layers) {
    if (layers.ip->is_fragment() || (layers.outer && layers.outer->is_fragment())) return true;
    if (!layers.udp) return false;
    const size_t length = load_be16(layers.frame.data() + layers.udp->at + 4);
    return length != layers.ip->total - layers.ip->header;
  }

  void remember(const Seen& seen) {
    bool header = false, transport = is_doubtful(seen.layers) || seen.sighting->partial_checksum;
    for (const Sum& sum : sums_of(seen.layers, seen.sighting->partial_checksum)) {
      if (!sum.judged || sum.right) continue;
      (of_header(sum) ? header : transport) = true;
    }
    if (header) note(true, seen);
    if (transport) note(false, seen);
  }

  void note(bool header, const Seen& seen) {
    last_[header] = seen.sighting->at;
    const IpHeader& ip = *seen.layers.ip;
    // Every client shares the virtual address: it excuses nobody.
    const bool to_virtual = scene_.rules.is_virtual(ip.destination);
    if (to_virtual || !scene_.rules.is_virtual(ip.source))
      wrong_[{header, End::source, ip.source}] = seen.sighting->at;
    if (!to_virtual) wrong_[{header, End::destination, ip.destination}] = seen.sighting->at;
  }

  // The client's end is the same before and behind every director of LVS: the source of requests,
  // the destination of replies.
  bool excused(const Sum& sum, const Seen& seen) const {
    const IpHeader& ip = *seen.layers.ip;
    const bool header = of_header(sum);
    const auto recent = [&](std::optional<Time> at) {
      return at && seen.sighting->at - *at <= kStemsFrom;
    };
    if (any_end_) return recent(last_[header]);
    // GUE over IPv6 without checksum (--tun-nocsum).
    if (sum.of == "udp" && sum.stored == 0 && ip.version == 6 && scene_.rules.any_gue())
      return true;
    for (const Key& key :
         {Key{header, End::source, ip.source}, Key{header, End::destination, ip.destination}}) {
      const auto found = wrong_.find(key);
      if (found != wrong_.end() && recent(found->second)) return true;
    }
    return false;
  }

  std::map<Key, Time> wrong_;
  std::optional<Time> last_[2];
  bool any_end_ = false;
};

}  // namespace

std::unique_ptr<Watcher> watch_checksums(const Scene& scene) {
  return std::make_unique<GoodChecksums>(scene);
}

}  // namespace lvslab::scenario
