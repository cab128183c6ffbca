#include "emulator/node/introduce.hh"

#include "emulator/host/arp.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::node {

namespace {

class Nowhere : public Outbox {
 public:
  void send(uint32_t, wire::Frame) override {}
};

wire::Frame who_has(const Introduced& neighbour, const wire::IpAddress& target) {
  return host::make_arp({wire::arp::kRequest, neighbour.mac, neighbour.address, {}, target});
}

// RFC 4861, 4.3, with the source link-layer address option, to the address itself.
wire::Frame solicitation(const Introduced& neighbour, const wire::IpAddress& target) {
  constexpr size_t kHeader = 40, kMessage = 32;
  constexpr uint8_t kIcmp6 = 58, kSolicitation = 135, kSourceLinkAddress = 1;
  wire::Frame frame(kHeader + kMessage);
  uint8_t* const ip = frame.data();
  uint8_t* const icmp = ip + kHeader;
  std::memset(ip, 0, frame.size());
  ip[0] = 0x60;
  store_be16(ip + 4, kMessage);
  ip[6] = kIcmp6;
  ip[7] = 255;
  neighbour.address.store(ip + 8);
  target.store(ip + 24);
  icmp[0] = kSolicitation;
  target.store(icmp + 8);
  icmp[24] = kSourceLinkAddress;
  icmp[25] = 1;  // in units of 8 bytes
  std::copy(neighbour.mac.begin(), neighbour.mac.end(), icmp + 26);
  const uint64_t pseudo = wire::pseudo_header_sum(neighbour.address, target, kIcmp6, kMessage);
  store_be16(icmp + 2, wire::checksum_finish(wire::checksum_sum(Bytes(icmp, kMessage), pseudo)));
  return frame;
}

// The one of its network if there is one: a host need not answer for others.
const wire::Prefix* asked_for(const host::InterfaceConfig& interface, const wire::IpAddress& by) {
  const wire::Prefix* any = nullptr;
  for (const wire::Prefix& own : interface.addresses) {
    if (own.address.family() != by.family()) continue;
    if (own.contains(by)) return &own;
    if (!any) any = &own;
  }
  return any;
}

}  // namespace

bool introduce(Node& node, const host::HostConfig& config, const Introduced& neighbour, Time now) {
  const host::InterfaceConfig& interface = config.interfaces[neighbour.port];
  const wire::Prefix* target = asked_for(interface, neighbour.address);
  if (!target) return false;
  const bool v4 = neighbour.address.is_v4();
  wire::Frame frame =
      v4 ? who_has(neighbour, target->address) : solicitation(neighbour, target->address);
  frame.prepend(wire::kEthernetSize);
  const auto ethernet = *wire::EthernetEdit::over(frame.bytes());
  ethernet.set_destination(interface.mac);
  ethernet.set_source(neighbour.mac);
  ethernet.set_type(v4 ? wire::ethertype::kArp : wire::ethertype::kIpv6);
  Nowhere nowhere;
  node.receive(neighbour.port, std::move(frame), now, nowhere);
  return true;
}

}  // namespace lvslab::node
