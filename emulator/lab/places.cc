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

namespace {

Place netns_place() {
  Place netns{"netns", "labs on this kernel, in network namespaces", "embedded, external", {}};
  netns.needs.push_back(needed(kernel::probe_network_namespaces()));
  netns.needs.push_back(needed(kernel::probe_tun()));
  netns.needs.push_back(needed(kernel::probe_veth()));
  netns.needs.push_back(needed(kernel::probe_bridge()));
  netns.needs.push_back(needed(kernel::probe_packet_sockets()));
  netns.needs.push_back(
      wished(kernel::probe_ipip(), "tunnels then end in user space, which labs do by themselves"));
  netns.needs.push_back(wished(kernel::probe_ip_vs(), "--director ipvs then needs --on uml"));
  if (netns.needs.back().available) {
    netns.needs.push_back(
        wished(kernel::probe_ip_vs_rules(), "--director ipvs then needs root or --on uml"));
    if (netns.needs.back().available) netns.director += ", ipvs";
  }
  netns.needs.push_back(wished(kernel::probe_ipvsadm(), "--director ipvs needs it"));
  return netns;
}

Place uml_place() {
  Place uml{"uml",
            "labs on a Linux of their own, without root, in User Mode Linux",
            "embedded, ipvs, external",
            {}};
  uml.needs.push_back(needed(kernel::probe_uml()));
  uml.needs.push_back(needed(kernel::probe_ptrace()));
  uml.needs.push_back(wished(kernel::probe_ipvsadm(), "--director ipvs needs it"));
  return uml;
}

Place sim_place() {
  return {"sim", "labs in memory on a virtual clock: no privilege, no programs", "embedded", {}};
}

}  // namespace

std::vector<Place> places_here() {
  return {netns_place(), uml_place(), sim_place()};
}

}  // namespace lvslab::lab
