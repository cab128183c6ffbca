#pragma once
// What a picture of a lab says about its hosts, as short lines of clean text: shared by the drawing
// and the graphs.

#include <set>
#include <string>
#include <vector>

#include "emulator/topology/model.hh"

namespace lvslab::report {

// The virtual addresses: of every service that any director's rules add.
std::set<wire::IpAddress> virtual_addresses(const topology::Topology& lab);

// "director, embedded"; the role is left out where the host is named after it.
std::string role_of(const topology::Host& host);

// An address as people write it beside its network: ".217" in 192.168.1.0/24, "::a" in fd00::/64.
// In full when the network is not its own.
std::string short_address(const wire::IpAddress& address, const topology::Network& network);

// "192.168.1.219 (VIP)"
std::string with_mark(const std::string& text, bool is_virtual);

// Loopback addresses, tunnel, gateways, routes, services, rules: all but the interfaces.
std::vector<std::string> facts_of(const topology::Host& host,
                                  const std::set<wire::IpAddress>& virtual_ones);

}  // namespace lvslab::report
