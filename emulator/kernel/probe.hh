#pragma once
// What this machine can run: each capability tried, in a child process and a namespace of its own,
// not guessed from a configuration file. For `lvslab doctor` and for `--on auto`.

#include <string>
#include <vector>

namespace lvslab::kernel {

struct Capability {
  std::string name;  // "network namespaces"
  bool available = false;
  std::string detail;  // what was seen: "made one in 0.6 ms", or the kernel's reason
  std::string remedy;  // what would give it; "" when available
};

Capability probe_network_namespaces();  // as we are, or as root of a user namespace
Capability probe_user_namespaces();
Capability probe_tun();
Capability probe_veth();
Capability probe_bridge();
Capability probe_packet_sockets();
Capability probe_ip_vs();
Capability probe_ip_vs_rules();  // where there is ip_vs: whether we may set them
Capability probe_ipip();
Capability probe_netem();
Capability probe_uml();     // its program and modules; booting it takes seconds and is not tried
Capability probe_ptrace();  // which it is made of
Capability probe_ipvsadm();

// All of the above but the IPVS rules, in that order; about 50 ms.
std::vector<Capability> probe_machine();

}  // namespace lvslab::kernel
