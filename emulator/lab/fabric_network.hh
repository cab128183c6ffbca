#pragma once
// The middle of a lab on this kernel: one namespace with a bridge for each network, to which every
// host's ports are joined. Its bridges learn nothing and flood no unicast: they know each port's
// MAC from the file, so a frame is seen only on the links where it has business.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulator/fabric/sighting.hh"
#include "emulator/kernel/namespace.hh"
#include "emulator/kernel/netlink.hh"
#include "emulator/kernel/tap.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

class FabricNetwork {
 public:
  explicit FabricNetwork(const std::vector<topology::Network>& networks);

  // A port of a kernel host: a veth pair whose far end is the interface in its namespace. Call
  // finish() when all ports are joined; afterwards only for one that was unplugged, which carries
  // frames again on return.
  void join(const topology::Host& host, const topology::Interface& interface,
            const kernel::Namespace& in);
  // A port of an embedded host: the TAP it reads and writes.
  kernel::Tap join(const topology::Host& host, const topology::Interface& interface);
  // Two TAPs between a joined port and its network: what the host sends is read at the one and goes
  // on when it is written to the other, and the reverse. Before finish().
  struct Gap {
    kernel::Tap at_host, at_network;
  };
  Gap part(uint32_t port);
  // The host has lost its power: nothing comes or goes there any more. The interface of a kernel
  // host is gone, and made anew when it is joined again; a TAP waits for plug_in().
  void unplug(const fabric::PortName& name);
  void plug_in(const fabric::PortName& name);
  // Puts the ports on their bridges and waits until every one carries frames.
  void finish();

  const kernel::Namespace& in() const { return namespace_; }
  const std::vector<int>& bridges() const { return bridge_indices_; }
  const std::vector<fabric::PortName>& ports() const { return ports_; }
  // The port whose fabric end has this interface index.
  std::optional<uint32_t> port_at(int interface_index) const;

 private:
  struct Port {
    std::string device;  // in the fabric namespace
    std::string bridge;
    wire::Mac mac;  // of the host's interface
    uint32_t mtu = 0;
    bool is_tap = false;
    bool parted = false;
  };
  // What the device at the host's end is put on: the network's bridge, or that of its gap.
  void put_on_bridge(const Port& port);
  void put_gap_on_bridge(const Port& port);
  void know_index(uint32_t port);
  std::optional<uint32_t> find_port(const fabric::PortName& name) const;
  uint32_t add_port(const topology::Host& host, const topology::Interface& interface, bool is_tap);
  void connect(uint32_t port, const topology::Interface& interface, const kernel::Namespace& in);
  void await(uint32_t port);

  kernel::Namespace namespace_;
  kernel::Netlink netlink_;
  std::map<std::string, std::string> bridge_of_network_;
  std::vector<int> bridge_indices_;
  std::vector<fabric::PortName> ports_;
  std::vector<Port> devices_;
  std::map<int, uint32_t> port_of_index_;
};

}  // namespace lvslab::lab
