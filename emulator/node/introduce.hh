#pragma once
// Neighbours that a node is to know before anything happens: each asks who-has for an address of
// the node (ARP, or a neighbour solicitation of RFC 4861 for IPv6), which Linux hosts and ours take
// as proof of its own address. The node's answers are thrown away. So no resolution delays a packet
// afterwards.

#include "emulator/host/config.hh"
#include "emulator/node/node.hh"

namespace lvslab::node {

struct Introduced {
  uint32_t port = 0;  // index of an interface of the config
  wire::IpAddress address;
  wire::Mac mac;
};

// `node` is one made of `config`. False, and nothing done, when its interface has no address of
// that family.
bool introduce(Node& node, const host::HostConfig& config, const Introduced& neighbour, Time now);

}  // namespace lvslab::node
