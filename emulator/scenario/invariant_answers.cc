// What a client receives over TCP or UDP in a conversation with a virtual end comes from that end:
// not from another address or port of directors and servers. And nothing comes from a virtual end
// that was not asked from there.
//
// Asked: seen anywhere in the lab, for clients may lie about who they are. What a wire made of a
// packet is not judged: the packet must have been sent, with these ends, by a director or server.
// Addresses behind masquerading are no-rip's. Doubt: packets without ports between two addresses
// (fragments, extension headers), FTP's data connections from port 20, a client's own forgeries.

#include <set>
#include <unordered_map>

#include "emulator/scenario/checksums.hh"
#include "emulator/scenario/watch.hh"

namespace lvslab::scenario {

namespace {

class Answers : public Watcher {
 public:
  explicit Answers(const Scene& scene) : Watcher(scene, Invariant::answered_from_vip) {
    for (const topology::Host& host : scene.topology.hosts) {
      if (host.role != topology::Role::director) continue;
      for (const topology::Interface& interface : host.interfaces)
        for (const wire::Prefix& prefix : interface.addresses) own_.insert(prefix.address);
    }
  }

  void see(const Seen& seen) override {
    if (!seen.layers.ip) return;
    const IpHeader& ip = *seen.layers.ip;
    const bool whole = seen.ends && !seen.layers.icmp && !ip.is_fragment();
    if (!whole) {
      if (!seen.layers.icmp) vague_.insert({ip.source, ip.destination});
      return;
    }
    if (seen.at(topology::Role::client) && !seen.sent && seen.index >= scene_.first) judge(seen);
    const Ends& ends = *seen.ends;
    const auto [known, added] = flows_.try_emplace({ends.protocol, ends.source, ends.destination});
    if (added) asked_[{ends.protocol, ends.source}].insert(ends.destination);
    if (!seen.sent) return;
    Flow& flow = known->second;
    if (seen.at(topology::Role::client)) flow.forged = true;
    if (seen.at(topology::Role::director) || seen.at(topology::Role::real_server)) flow.told = true;
  }

 private:
  struct FlowEnds {
    uint8_t protocol = 0;
    wire::Endpoint source, destination;
    friend bool operator==(const FlowEnds&, const FlowEnds&) = default;
    friend size_t hash_of(const FlowEnds& ends) {
      return mixed(hash_of(ends.source), hash_of(ends.destination) + ends.protocol);
    }
  };
  struct Flow {
    bool told = false, forged = false;
  };

  bool judged(const Seen& seen) const {
    const Ends& ends = *seen.ends;
    const auto flow = flows_.find({ends.protocol, ends.source, ends.destination});
    if (flow == flows_.end() || !flow->second.told || flow->second.forged) return false;
    if (vague_.contains({ends.destination.address, ends.source.address})) return false;
    constexpr uint16_t kFtpData = 20;
    if (scene_.rules.any_ftp() && ends.source.port == kFtpData) return false;
    // A server that calls a client does not answer.
    if (seen.layers.tcp && (seen.tcp_flags() & (kSyn | kAck)) == kSyn) return false;
    for (const Sum& sum : sums_of(seen.layers, seen.sighting->partial_checksum))
      if (!sum.judged || !sum.right) return false;
    return true;
  }

  void judge(const Seen& seen) {
    const Ends& ends = *seen.ends;
    const auto asked = asked_.find({ends.protocol, ends.destination});
    const bool any = asked != asked_.end();
    if ((any && asked->second.contains(ends.source)) || !judged(seen)) return;
    const std::string what = seen.host->name + " receives a packet for " +
                             ends.destination.to_string() + " from " + ends.source.to_string();
    if (scene_.rules.is_virtual_end(ends.protocol, ends.source))
      return find(seen, what + ", which was never asked from there");
    const wire::Endpoint* virtual_end =
        any ? virtual_end_of(ends.protocol, asked->second) : nullptr;
    if (virtual_end == nullptr || !is_ours(ends.source.address)) return;
    find(seen, what + "; it asked " + virtual_end->to_string());
  }

  const wire::Endpoint* virtual_end_of(uint8_t protocol,
                                       const std::set<wire::Endpoint>& ends) const {
    for (const wire::Endpoint& end : ends)
      if (scene_.rules.is_virtual_end(protocol, end)) return &end;
    return nullptr;
  }

  bool is_ours(const wire::IpAddress& address) const {
    if (scene_.rules.masquerades(address)) return false;
    return own_.contains(address) || scene_.rules.is_virtual(address) ||
           scene_.rules.is_direct(address);
  }

  std::map<std::pair<uint8_t, wire::Endpoint>, std::set<wire::Endpoint>> asked_;
  std::unordered_map<FlowEnds, Flow, Hash> flows_;
  std::set<std::pair<wire::IpAddress, wire::IpAddress>> vague_;
  std::set<wire::IpAddress> own_;  // of directors
};

}  // namespace

std::unique_ptr<Watcher> watch_answers(const Scene& scene) {
  return std::make_unique<Answers>(scene);
}

}  // namespace lvslab::scenario
