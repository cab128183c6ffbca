#pragma once
// From a host of the file to the configuration of an embedded one: sysctl strings become policies.

#include "emulator/director/director.hh"
#include "emulator/host/config.hh"
#include "emulator/node/marks.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

// Sysctls that an embedded host does not have throw UsageError: nothing is silently ignored.
// `seed` is the lab's; each host gets a stream of its own from it and its name.
host::HostConfig embedded_config(const topology::Host& host, uint64_t seed);

// Its net.ipv4.vs.* settings. One that the director does not have throws UsageError.
director::Settings director_settings(const topology::Host& host);

// What its firewall marks.
std::vector<node::MarkRule> director_marks(const topology::Host& host);

}  // namespace lvslab::lab
