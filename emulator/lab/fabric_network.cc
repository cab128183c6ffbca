#include "emulator/lab/fabric_network.hh"

#include <algorithm>

#include "emulator/kernel/offload.hh"

namespace lvslab::lab {

namespace {

constexpr Duration kUpWithin = std::chrono::seconds(5);
// Bridges take the largest MTU there is, so that only ports limit what passes.
constexpr unsigned kBridgeMtu = 65535;
// Where the MACs of ports' near ends begin.
constexpr size_t kNearEnds = 0x8000;

// A silent namespace: nothing in it may say anything of its own.
kernel::Namespace make_silent() {
  auto made = kernel::Namespace::make();
  kernel::silence_ipv6(made, false);
  kernel::keep_netfilter_off_bridges(made);
  return made;
}

// Locally administered, and apart from those that the file's interfaces get (02:...).
wire::Mac bridge_mac(size_t index) {
  const uint8_t bytes[6] = {
      0x06, 0x00, 0x00, 0x00, static_cast<uint8_t>(index >> 8), static_cast<uint8_t>(index)};
  return wire::Mac(bytes);
}

// What stands in the gap of port p7: the bridge g7 with p7 and the TAP g7h; the TAP g7n.
std::string gap_of(const std::string& device) {
  return "g" + device.substr(1);
}

}  // namespace

FabricNetwork::FabricNetwork(const std::vector<topology::Network>& networks)
    : namespace_(make_silent()), netlink_(namespace_) {
  for (size_t i = 0; i < networks.size(); ++i) {
    const std::string bridge = "br" + std::to_string(i);
    netlink_.create_bridge(bridge, bridge_mac(i), kBridgeMtu);
    bridge_of_network_[networks[i].name] = bridge;
    bridge_indices_.push_back(netlink_.index_of(bridge));
  }
}

uint32_t FabricNetwork::add_port(const topology::Host& host, const topology::Interface& interface,
                                 bool is_tap) {
  const auto port = static_cast<uint32_t>(devices_.size());
  ports_.push_back({host.name, interface.name});
  devices_.push_back({"p" + std::to_string(port), bridge_of_network_.at(interface.network),
                      interface.mac, interface.mtu, is_tap});
  return port;
}

std::optional<uint32_t> FabricNetwork::find_port(const fabric::PortName& name) const {
  const auto found = std::find(ports_.begin(), ports_.end(), name);
  if (found == ports_.end()) return {};
  return static_cast<uint32_t>(found - ports_.begin());
}

void FabricNetwork::join(const topology::Host& host, const topology::Interface& interface,
                         const kernel::Namespace& in) {
  const auto known = find_port({host.name, interface.name});
  if (!known) return connect(add_port(host, interface, false), interface, in);
  connect(*known, interface, in);
  put_on_bridge(devices_[*known]);
  know_index(*known);
  await(*known);
}

void FabricNetwork::connect(uint32_t port, const topology::Interface& interface,
                            const kernel::Namespace& in) {
  const std::string& device = devices_[port].device;
  // The near end needs a MAC of its own; nothing is ever sent to it.
  const wire::Mac near = bridge_mac(kNearEnds + port);
  netlink_.create_veth({device, near}, {interface.name, interface.mac}, in, interface.mtu);
  kernel::set_offloads(namespace_, device, false);
  kernel::set_offloads(in, interface.name, false);
}

void FabricNetwork::unplug(const fabric::PortName& name) {
  const Port& port = devices_[find_port(name).value()];
  if (port.is_tap) return netlink_.set_down(port.device);
  // The kernel may give its number to another device.
  port_of_index_.erase(netlink_.index_of(port.device));
  netlink_.remove(port.device);
}

void FabricNetwork::plug_in(const fabric::PortName& name) {
  const uint32_t port = find_port(name).value();
  netlink_.set_up(devices_[port].device);
  await(port);
}

void FabricNetwork::await(uint32_t port) {
  const std::string names[] = {devices_[port].device};
  netlink_.wait_up(names, kUpWithin);
}

kernel::Tap FabricNetwork::join(const topology::Host& host, const topology::Interface& interface) {
  const std::string& device = devices_[add_port(host, interface, true)].device;
  kernel::Tap tap(namespace_, device);
  netlink_.set_mtu(device, interface.mtu);
  netlink_.set_up(device);
  return tap;
}

FabricNetwork::Gap FabricNetwork::part(uint32_t port) {
  Port& device = devices_[port];
  device.parted = true;
  const std::string gap = gap_of(device.device);
  netlink_.create_bridge(gap, bridge_mac(kNearEnds + devices_.size() + port), kBridgeMtu);
  Gap made{kernel::Tap(namespace_, gap + "h"), kernel::Tap(namespace_, gap + "n")};
  for (const kernel::Tap* tap : {&made.at_host, &made.at_network}) {
    netlink_.set_mtu(tap->name(), device.mtu);
    netlink_.set_up(tap->name());
  }
  return made;
}

void FabricNetwork::put_on_bridge(const Port& port) {
  netlink_.enslave(port.device, port.parted ? gap_of(port.device) : port.bridge);
  netlink_.add_fdb(port.device, port.mac);
}

void FabricNetwork::put_gap_on_bridge(const Port& port) {
  const std::string gap = gap_of(port.device);
  netlink_.enslave(gap + "h", gap, kernel::Netlink::Unknown::flooded);
  netlink_.enslave(gap + "n", port.bridge);
  netlink_.add_fdb(gap + "n", port.mac);
}

void FabricNetwork::know_index(uint32_t port) {
  port_of_index_[netlink_.index_of(devices_[port].device)] = port;
}

void FabricNetwork::finish() {
  std::vector<std::string> names;
  for (uint32_t port = 0; port < devices_.size(); ++port) {
    const Port& device = devices_[port];
    put_on_bridge(device);
    know_index(port);
    names.push_back(device.device);
    if (!device.parted) continue;
    put_gap_on_bridge(device);
    names.insert(names.end(), {gap_of(device.device) + "h", gap_of(device.device) + "n"});
  }
  netlink_.wait_up(names, kUpWithin);
}

std::optional<uint32_t> FabricNetwork::port_at(int interface_index) const {
  const auto found = port_of_index_.find(interface_index);
  if (found == port_of_index_.end()) return {};
  return found->second;
}

}  // namespace lvslab::lab
