// A new connection is not sent to a server of weight 0: no scheduler of IPVS chooses one. (dh, sh
// and mh keep it in their tables, and with or without fallback take it for unavailable.)
//
// New: the first SYN, or UDP packet, of its ends that any director forwards, and of which none had
// received one before the step. Doubt: persistent services (their templates outlive a weight),
// services of marks, port 21, the step that gives the director rules, other directors than IPVS.

#include <algorithm>
#include <set>

#include "emulator/scenario/watch.hh"

namespace lvslab::scenario {

namespace {

class WeightZero : public Watcher {
 public:
  explicit WeightZero(const Scene& scene) : Watcher(scene, Invariant::weight_zero) {}

  void see(const Seen& seen) override {
    if (!seen.at(topology::Role::director) || !seen.ends) return;
    const Ends& ends = *seen.ends;
    if (!seen.sent && seen.index < scene_.first)
      known_.insert({ends.protocol, ends.source, ends.destination});
    if (!seen.forward) return;
    const Forward& forward = *seen.forward;
    const bool is_new =
        known_.insert({forward.protocol, forward.client, forward.virtual_end}).second;
    if (!is_new || !begins(seen) || !weighs_nothing(seen, forward)) return;
    find(seen, seen.host->name + " sends the new connection " + forward.client.to_string() + " > " +
                   forward.virtual_end.to_string() + " to " + forward.server.to_string() +
                   ", whose weight is 0");
  }

 private:
  struct Flow {
    uint8_t protocol;
    wire::Endpoint client, virtual_end;
    friend auto operator<=>(const Flow&, const Flow&) = default;
  };

  static bool begins(const Seen& seen) {
    if (seen.layers.udp) return true;
    return seen.layers.tcp && (seen.tcp_flags() & (kSyn | kAck)) == kSyn;
  }

  static bool is_at(const topology::Host* host, const wire::IpAddress& address) {
    if (host == nullptr) return false;
    for (const topology::Interface& interface : host->interfaces)
      for (const wire::Prefix& prefix : interface.addresses)
        if (prefix.address == address) return true;
    return false;
  }

  static bool is_it(const ipvs::Destination& rule, const Forward& forward) {
    if (rule.method != forward.method) return false;
    if (rule.method == ipvs::Method::masquerade) return rule.real == forward.server.end;
    if (rule.method == ipvs::Method::tunnel) return rule.real.address == forward.server.end.address;
    return is_at(forward.server.host, rule.real.address);
  }

  bool weighs_nothing(const Seen& seen, const Forward& forward) const {
    constexpr uint16_t kFtpControl = 21;
    const DirectorRules* rules = scene_.rules.find(seen.host);
    if (rules == nullptr || rules->unknown || rules->changing || !rules->host->marks.empty())
      return false;
    const ServiceRules* service = rules->find(
        ipvs::AddressKey{static_cast<ipvs::Protocol>(forward.protocol), forward.virtual_end});
    if (service == nullptr || service->service.persistence ||
        forward.virtual_end.port == kFtpControl)
      return false;
    size_t rules_for_it = 0;
    for (const ipvs::Destination& one : service->servers) {
      if (!is_it(one, forward)) continue;
      if (one.weight != 0) return false;
      ++rules_for_it;
    }
    return rules_for_it > 0;
  }

  std::set<Flow> known_;
};

}  // namespace

std::unique_ptr<Watcher> watch_weight_zero(const Scene& scene) {
  return std::make_unique<WeightZero>(scene);
}

}  // namespace lvslab::scenario
