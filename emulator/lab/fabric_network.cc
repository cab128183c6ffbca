#include "emulator/lab/fabric_network.hh"

#include "emulator/kernel/offload.hh"

namespace lvslab::lab {

namespace {

constexpr Duration kUpWithin = std::chrono::seconds(5);
// Bridges take the largest MTU there is, so that only ports limit what passes.
constexpr unsigned kBridgeMtu = 65535;

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

const std::string& FabricNetwork::add_port(const topology::Host& host,
                                           const topology::Interface& interface) {
  ports_.push_back({host.name, interface.name});
  devices_.push_back({"p" + std::to_string(devices_.size()),
                      bridge_of_network_.at(interface.network), interface.mac});
  return devices_.back().device;
}

void FabricNetwork::join(const topology::Host& host, const topology::Interface& interface,
                         const kernel::Namespace& in) {
  const std::string& device = add_port(host, interface);
  // The near end needs a MAC of its own; nothing is ever sent to it.
  wire::Mac near = bridge_mac(0x8000 + devices_.size());
  netlink_.create_veth({device, near}, {interface.name, interface.mac}, in, interface.mtu);
  kernel::set_offloads(namespace_, device, false);
  kernel::set_offloads(in, interface.name, false);
}

kernel::Tap FabricNetwork::join(const topology::Host& host, const topology::Interface& interface) {
  const std::string& device = add_port(host, interface);
  kernel::Tap tap(namespace_, device);
  netlink_.set_mtu(device, interface.mtu);
  netlink_.set_up(device);
  return tap;
}

void FabricNetwork::finish() {
  std::vector<std::string> names;
  for (uint32_t port = 0; port < devices_.size(); ++port) {
    const Port& device = devices_[port];
    netlink_.enslave(device.device, device.bridge);
    netlink_.add_fdb(device.device, device.mac);
    port_of_index_[netlink_.index_of(device.device)] = port;
    names.push_back(device.device);
  }
  netlink_.wait_up(names, kUpWithin);
}

std::optional<uint32_t> FabricNetwork::port_at(int interface_index) const {
  const auto found = port_of_index_.find(interface_index);
  if (found == port_of_index_.end()) return {};
  return found->second;
}

}  // namespace lvslab::lab
