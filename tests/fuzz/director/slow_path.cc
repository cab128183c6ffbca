#include "tests/fuzz/director/slow_path.hh"

#include <tins/exceptions.h>
#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <stdexcept>

namespace lvslab::fuzz {

namespace {

Tins::IPv4Address v4(const Address& address) {
  return Tins::IPv4Address(lvslab::detail::load<uint32_t>(address.bytes.data()));
}
Tins::IPv6Address v6(const Address& address) {
  return Tins::IPv6Address(address.bytes.data());
}

template <class Segment>
void edit_ports(Segment& segment, const SlowEdit& edit) {
  if (edit.source) segment.sport(edit.source->port);
  if (edit.destination) segment.dport(edit.destination->port);
}

template <class Ip>
std::vector<uint8_t> finish(Ip& ip, const SlowEdit& edit) {
  if (auto* tcp = ip.template find_pdu<Tins::TCP>()) edit_ports(*tcp, edit);
  if (auto* udp = ip.template find_pdu<Tins::UDP>()) edit_ports(*udp, edit);
  return ip.serialize();
}

std::vector<uint8_t> edit_v4(Bytes packet, const SlowEdit& edit) {
  Tins::IP ip(packet.data(), static_cast<uint32_t>(packet.size()));
  if (edit.source) ip.src_addr(v4(edit.source->address));
  if (edit.destination) ip.dst_addr(v4(edit.destination->address));
  ip.ttl(static_cast<uint8_t>(ip.ttl() - 1));
  return finish(ip, edit);
}

std::vector<uint8_t> edit_v6(Bytes packet, const SlowEdit& edit) {
  Tins::IPv6 ip(packet.data(), static_cast<uint32_t>(packet.size()));
  if (edit.source) ip.src_addr(v6(edit.source->address));
  if (edit.destination) ip.dst_addr(v6(edit.destination->address));
  ip.hop_limit(static_cast<uint8_t>(ip.hop_limit() - 1));
  return finish(ip, edit);
}

// Congestion experienced becomes ECN-capable on the outside (RFC 6040, 4.1, normal mode would copy
// it; IPVS sets ECT(0), as RFC 3168's limited functionality).
uint8_t outer_tos(uint8_t inner) {
  constexpr unsigned kEcn = 3, kEct0 = 2;
  return static_cast<uint8_t>((inner & kEcn) == kEcn ? (inner & ~kEcn) | kEct0 : inner);
}

}  // namespace

std::optional<std::vector<uint8_t>> edit_slowly(Bytes packet, const SlowEdit& edit) {
  try {
    return packet[0] >> 4 == 6 ? edit_v6(packet, edit) : edit_v4(packet, edit);
  } catch (const Tins::exception_base&) {
    return {};
  } catch (const std::exception&) {
    return {};  // value_too_large of newer versions is no exception_base
  }
}

std::optional<std::vector<uint8_t>> tunnel_slowly(Bytes inner, const SlowTunnel& tunnel) {
  const bool inner_v6 = inner[0] >> 4 == 6;
  const uint8_t tos = inner_v6 ? static_cast<uint8_t>(load_be16(inner.data()) >> 4) : inner[1];
  const uint8_t hops = inner_v6 ? inner[7] : inner[8];
  const uint8_t protocol = inner_v6 ? 41 : 4;
  Tins::RawPDU body(inner.data(), static_cast<uint32_t>(inner.size()));
  if (tunnel.destination.v6) {
    Tins::IPv6 outer(v6(tunnel.destination), v6(tunnel.source));
    outer.traffic_class(outer_tos(tos));
    outer.hop_limit(hops);
    outer.next_header(protocol);
    outer.inner_pdu(body);
    return outer.serialize();
  }
  Tins::IP outer(v4(tunnel.destination), v4(tunnel.source));
  outer.tos(outer_tos(tos));
  outer.ttl(hops);
  outer.id(tunnel.id);
  outer.protocol(protocol);
  const bool df = !inner_v6 && (inner[6] & 0x40) != 0;
  if (df && tunnel.keeps_df) outer.flags(Tins::IP::DONT_FRAGMENT);
  outer.inner_pdu(body);
  return outer.serialize();
}

}  // namespace lvslab::fuzz
