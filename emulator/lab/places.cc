#include "emulator/lab/places.hh"

#include <algorithm>

#include "emulator/kernel/probe.hh"

namespace lvslab::lab {

namespace {

Need needed(kernel::Capability capability) {
  return {std::move(capability.name), capability.available, false, std::move(capability.detail),
          std::move(capability.remedy)};
}

Need wished(kernel::Capability capability, const char* without) {
  Need need = needed(std::move(capability));
  need.optional = true;
  if (!need.available) need.detail += std::string("; ") + without;
  return need;
}

}  // namespace

bool Place::available() const {
  return std::all_of(needs.begin(), needs.end(),
                     [](const Need& need) { return need.available || need.optional; });
}

std::vector<Place> places_here() {
  Place netns{"netns", "labs on this kernel, in network namespaces", "embedded", {}};
  netns.needs.push_back(needed(kernel::probe_network_namespaces()));
  netns.needs.push_back(needed(kernel::probe_tun()));
  netns.needs.push_back(needed(kernel::probe_veth()));
  netns.needs.push_back(needed(kernel::probe_bridge()));
  netns.needs.push_back(needed(kernel::probe_packet_sockets()));
  netns.needs.push_back(
      wished(kernel::probe_ipip(), "tunnels then end in user space, which labs do by themselves"));
  return {netns};
}

}  // namespace lvslab::lab
