#pragma once
// Where a host of the file meets an address.

#include <string>

#include "emulator/topology/model.hh"

namespace lvslab::lab {

// The interface of the host whose network holds the address. Throws UsageError when none does.
const topology::Interface& interface_towards(const topology::Topology& topology,
                                             const std::string& host,
                                             const wire::IpAddress& address);

}  // namespace lvslab::lab
