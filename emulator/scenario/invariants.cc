#include "emulator/scenario/invariants.hh"

#include <algorithm>

#include "emulator/fabric/evidence.hh"
#include "emulator/scenario/watch.hh"
#include "emulator/topology/keys.hh"

namespace lvslab::scenario {

namespace {

std::unique_ptr<Watcher> watcher_of(Invariant invariant, const Scene& scene) {
  switch (invariant) {
    case Invariant::keeps_server:
      return watch_keeps_server(scene);
    case Invariant::no_rip:
      return watch_no_rip(scene);
    case Invariant::good_checksums:
      return watch_checksums(scene);
    case Invariant::weight_zero:
      return watch_weight_zero(scene);
    case Invariant::arp_silence:
      return watch_arp_silence(scene);
    case Invariant::answered_from_vip:
      return watch_answers(scene);
    case Invariant::no_loop:
      return watch_no_loop(scene);
    case Invariant::counters:
    case Invariant::bounds:
      break;
  }
  return nullptr;
}

// The host of each port; nullptr for a port that the lab does not have.
std::vector<const topology::Host*> hosts_of(const topology::Topology& topology,
                                            const fabric::Evidence& evidence) {
  std::vector<const topology::Host*> hosts;
  for (const fabric::PortName& port : evidence.ports)
    hosts.push_back(topology.find_host(port.host));
  return hosts;
}

}  // namespace

std::string_view name_of(Invariant invariant) {
  return topology::kInvariantNames[static_cast<size_t>(invariant)];
}

std::optional<Invariant> invariant_of(std::string_view name) {
  for (const Invariant one : all_invariants())
    if (name_of(one) == name) return one;
  return {};
}

const std::vector<Invariant>& all_invariants() {
  static const std::vector<Invariant> all = [] {
    std::vector<Invariant> each;
    for (size_t i = 0; i < topology::kInvariantNames.size(); ++i)
      each.push_back(static_cast<Invariant>(i));
    return each;
  }();
  return all;
}

std::vector<Finding> look(const topology::Topology& topology, const fabric::Evidence& evidence,
                          size_t first, size_t end, const topology::Step* current,
                          const std::vector<Invariant>& which) {
  const Scene scene{topology, Rulebook(topology, current), first};
  Forwards forwards(scene);
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (const Invariant one : which)
    if (auto watcher = watcher_of(one, scene)) watchers.push_back(std::move(watcher));
  const auto hosts = hosts_of(topology, evidence);
  size_t index = 0;
  for (const fabric::Sighting& sighting : fabric::slice(evidence, 0, end)) {
    const size_t at = index++;
    const topology::Host* host = sighting.port < hosts.size() ? hosts[sighting.port] : nullptr;
    const bool sent = sighting.direction == fabric::Direction::sent;
    if (host == nullptr || (host->role == topology::Role::router && !sent)) continue;
    Seen seen{at, &sighting, Layers(sighting.bytes), {}, host, sent, {}};
    seen.ends = ends_of(seen.layers);
    seen.forward = forwards.see(seen);
    for (const auto& watcher : watchers) watcher->see(seen);
  }
  std::vector<Finding> findings;
  for (const auto& watcher : watchers)
    findings.insert(findings.end(), watcher->findings().begin(), watcher->findings().end());
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.sighting < b.sighting; });
  return findings;
}

}  // namespace lvslab::scenario
