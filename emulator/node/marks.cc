#include "emulator/node/marks.hh"

#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6_extension.hh"

namespace lvslab::node {

namespace {

struct Target {
  wire::IpAddress address;
  uint8_t protocol = 0;
  size_t offset = 0;  // of what the protocol says, from the front of the packet
};

Target target_of(Bytes packet) {
  if (const auto ip = wire::Ipv4View::over(packet))
    return {ip->destination(), ip->protocol(), ip->header_length()};
  const auto ip = wire::Ipv6View::over(packet);
  const auto upper = ip ? wire::upper_layer_of(packet) : std::nullopt;
  if (!upper) return {};
  return {ip->destination(), upper->protocol, upper->offset};
}

bool fits(const MarkRule& rule, const Target& target, Bytes packet) {
  constexpr size_t kPorts = 4;  // bytes: TCP, UDP and SCTP begin with both
  if (rule.to.address.family() != target.address.family() || !rule.to.contains(target.address))
    return false;
  if (rule.protocol != 0 && rule.protocol != target.protocol) return false;
  if (rule.port == 0) return true;
  return packet.size() >= target.offset + kPorts &&
         load_be16(packet.data() + target.offset + 2) == rule.port;
}

}  // namespace

uint32_t mark_of(const std::vector<MarkRule>& rules, Bytes packet) {
  const Target target = target_of(packet);
  uint32_t mark = 0;
  for (const MarkRule& rule : rules)
    if (fits(rule, target, packet)) mark = rule.mark;
  return mark;
}

}  // namespace lvslab::node
