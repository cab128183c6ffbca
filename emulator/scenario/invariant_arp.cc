// A real server of DR (-g) or TUN (-i) does not tell its link that it has a virtual address: no ARP
// reply for it, no ARP request in its name (arp_ignore, arp_announce), no neighbour advertisement.
// On links where a director has it; elsewhere it does no harm.

#include "emulator/scenario/watch.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::scenario {

namespace {

// RFC 4861, 4.4: type, code, checksum and flags before the target.
constexpr uint8_t kAdvertisement = 136;
constexpr size_t kTarget = 8, kAdvertisementSize = 24;

class ArpSilence : public Watcher {
 public:
  explicit ArpSilence(const Scene& scene) : Watcher(scene, Invariant::arp_silence) {}

  void see(const Seen& seen) override {
    if (!seen.sent || !seen.at(topology::Role::real_server)) return;
    const auto told = told_by(seen.layers);
    if (!told || !is_secret(*seen.host, *told)) return;
    find(seen, seen.host->name + " tells that it has the virtual address " + told->to_string());
  }

 private:
  static std::optional<wire::IpAddress> told_by(const Layers& layers) {
    if (layers.arp) return wire::ArpView::over(layers.frame.subspan(*layers.arp))->sender_ip();
    if (!layers.icmp || layers.ip->version != 6 || layers.outer) return {};
    const Part body{layers.icmp->at, layers.ip->end() - layers.icmp->at};
    const uint8_t* at = layers.frame.data() + body.at;
    if (*at != kAdvertisement || body.size < kAdvertisementSize) return {};
    return wire::IpAddress::v6_at(at + kTarget);
  }

  bool is_secret(const topology::Host& host, const wire::IpAddress& told) const {
    for (const topology::Interface& interface : host.interfaces)
      for (const wire::Prefix& prefix : interface.addresses)
        if (is_on(interface.network, told) &&
            scene_.rules.silent().contains({prefix.address, told}) && prefix.address != told)
          return true;
    return false;
  }

  // Where directors have it elsewhere, nobody here is led astray.
  bool is_on(const std::string& network, const wire::IpAddress& address) const {
    bool elsewhere = false;
    for (const topology::Host& host : scene_.topology.hosts) {
      if (host.role != topology::Role::director) continue;
      for (const topology::Interface& interface : host.interfaces)
        for (const wire::Prefix& prefix : interface.addresses) {
          if (prefix.address != address) continue;
          if (interface.network == network) return true;
          elsewhere = true;
        }
    }
    return !elsewhere;
  }
};

}  // namespace

std::unique_ptr<Watcher> watch_arp_silence(const Scene& scene) {
  return std::make_unique<ArpSilence>(scene);
}

}  // namespace lvslab::scenario
