#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

constexpr uint32_t kLeastMtu = 68;     // RFC 791: what every IPv4 module forwards unfragmented
constexpr uint32_t kLeastMtu6 = 1280;  // RFC 8200, 5
constexpr uint32_t kMostMtu = 65535;   // ETH_MAX_MTU, what veth and TAP take

void read_subnets(const Value& value, Network& network) {
  for (const Value& item : value.one_or_more()) {
    const auto subnet = read_subnet(item);
    if (!subnet) continue;
    const auto family = subnet->address.family();
    const auto same = [&](const Prefix& one) { return one.address.family() == family; };
    if (std::any_of(network.subnets.begin(), network.subnets.end(), same)) {
      item.wrong("network '" + network.name +
                 "' has two subnets of one family; one of each is enough");
      continue;
    }
    network.subnets.push_back(*subnet);
  }
  if (value.is_list() && value.items("").empty()) value.wants("at least one subnet");
}

void check_overlap(const Topology& topology, const Network& network, Document& document) {
  for (const Network& other : topology.networks) {
    for (const Prefix& theirs : other.subnets) {
      for (const Prefix& ours : network.subnets) {
        if (!theirs.contains(ours.address) && !ours.contains(theirs.address)) continue;
        document.mistake(network.place, "network '" + network.name + "' overlaps network '" +
                                            other.name + "': " + ours.to_string() + " and " +
                                            theirs.to_string());
      }
    }
  }
}

Network read_network(const Entry& entry) {
  Network network;
  network.name = entry.name;
  network.place = entry.place;
  read_name(entry.name, entry.place, "a network", entry.value.document());
  if (!entry.value.is_mapping()) {
    read_subnets(entry.value, network);
    return network;
  }
  const Mapping keys(entry.value, kNetwork);
  if (const auto subnet = keys.find("subnet")) read_subnets(*subnet, network);
  if (const auto mtu = keys.find("mtu"))
    network.mtu = read_mtu(*mtu, network).value_or(network.mtu);
  return network;
}

}  // namespace

std::optional<uint32_t> read_mtu(const Value& value, const Network& network) {
  const bool v6 = std::any_of(network.subnets.begin(), network.subnets.end(),
                              [](const Prefix& one) { return one.address.is_v6(); });
  return read_number(value, v6 ? kLeastMtu6 : kLeastMtu, kMostMtu);
}

void read_networks(const Value& value, Topology& topology) {
  const Mapping networks(value, "networks by their names, as lan: 192.168.1.0/24", "network");
  for (const Entry& entry : networks.entries()) {
    Network network = read_network(entry);
    check_overlap(topology, network, value.document());
    topology.networks.push_back(std::move(network));
  }
}

std::vector<std::string_view> names_of(const std::vector<Network>& networks) {
  std::vector<std::string_view> names;
  for (const Network& network : networks) names.push_back(network.name);
  return names;
}

}  // namespace lvslab::topology
