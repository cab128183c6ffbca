#include "emulator/lab/towards.hh"

#include "emulator/base/error.hh"

namespace lvslab::lab {

const topology::Interface& interface_towards(const topology::Topology& topology,
                                             const std::string& host,
                                             const wire::IpAddress& address) {
  for (const auto& interface : topology.find_host(host)->interfaces)
    for (const auto& prefix : interface.addresses)
      if (prefix.contains(address)) return interface;
  throw UsageError(topology.file + ": " + host + " has no interface in the network of " +
                   address.to_string());
}

}  // namespace lvslab::lab
