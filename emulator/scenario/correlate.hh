#pragma once
// Which sightings are the same packet, and which exchange it belongs to.
//
// Theory of operation. Whatever the forwarding method, the client's end never changes. So a packet
// whose source is the client end of an exchange is a request, one whose destination is that end a
// reply, wherever it is seen and however many headers stand in front of it. An ICMP error belongs
// to the exchange of the packet it quotes, and goes the other way; later fragments follow their
// first.
//
// Within an exchange a packet is known by what no method changes: IP id, TCP sequence,
// acknowledgment and flags, ICMP header, fragment offset and payload. Packets with all of these
// alike (the SYN-ACKs of a kernel have id 0) are told apart by where they have been: one sighting
// a port and direction.
//
//   sent by client:eth0     192.168.43.69:40000 > 192.168.1.219:80 [S] id 7   a new packet
//   received by router:eth0 the same                                          a crossing of that
//   packet sent by director:eth0   id 7, other MACs, TTL 62, or behind an IPIP header  the same
//   packet sent by client:eth0     id 7 again                                        a
//   retransmission: new
//
// Exchanges of one client end (a fixed source port, pings with one identifier) come one after the
// other: each new SYN, datagram or echo number begins the next.

#include <optional>
#include <string>
#include <vector>

#include "emulator/fabric/sighting.hh"
#include "emulator/scenario/exchange.hh"
#include "emulator/scenario/layers.hh"
#include "emulator/topology/model.hh"

namespace lvslab::scenario {

using topology::Way;

// A sighting, looked into once.
struct Observation {
  const fabric::Sighting* sighting = nullptr;
  Layers layers;
  std::optional<size_t> packet;  // index of the Packet it is of; of none: ARP, strangers
};

struct Packet {
  size_t exchange = 0;  // index into StepRecord::exchanges
  Way way = Way::request;
  bool error = false;             // an ICMP error about a packet of the exchange
  std::vector<size_t> sightings;  // indices of observations, in order
};

// Nothing when the topology does not know it.
const topology::Interface* find_interface(const topology::Topology& topology,
                                          const fabric::PortName& port);

// In order of first sighting. Sets Observation::packet.
std::vector<Packet> correlate(const topology::Topology& topology,
                              const std::vector<fabric::PortName>& ports,
                              const std::vector<Exchange>& exchanges,
                              std::vector<Observation>& observations);

}  // namespace lvslab::scenario
