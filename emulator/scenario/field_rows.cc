#include "emulator/scenario/field_rows.hh"

#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

constexpr Row kRows[] = {
    {"eth.src", Kind::mac, Header::ethernet, 6, 6},
    {"eth.dst", Kind::mac, Header::ethernet, 0, 6},
    {"eth.type", Kind::ethertype, Header::ethernet, 12, 2},
    {"arp.op", Kind::operation, Header::arp, 6, 2},
    {"arp.sender-mac", Kind::mac, Header::arp, 8, 6},
    {"arp.sender-ip", Kind::address, Header::arp, 14, 4},
    {"arp.target-mac", Kind::mac, Header::arp, 18, 6},
    {"arp.target-ip", Kind::address, Header::arp, 24, 4},
    {"outer.src", Kind::address, Header::outer4, 12, 4},
    {"outer.src", Kind::address, Header::outer6, 8, 16},
    {"outer.dst", Kind::address, Header::outer4, 16, 4},
    {"outer.dst", Kind::address, Header::outer6, 24, 16},
    {"outer.ttl", Kind::number, Header::outer4, 8, 1},
    {"outer.ttl", Kind::number, Header::outer6, 7, 1},
    {"outer.tos", Kind::hexadecimal, Header::outer4, 1, 1},
    {"outer.tos", Kind::hexadecimal, Header::outer6, 0, 2, 0x0ff0, 1},
    {"outer.id", Kind::number, Header::outer4, 4, 2},
    {"outer.df", Kind::boolean, Header::outer4, 6, 2, 0x4000},
    {"outer.proto", Kind::protocol, Header::outer4, 9, 1},
    {"outer.proto", Kind::protocol, Header::outer6, 6, 1},
    {"outer.length", Kind::number, Header::outer4, 2, 2},
    {"outer.length", Kind::number, Header::outer6, 4, 2, 0, 1, 40},
    {"outer.version", Kind::number, Header::outer4, 0, 1, 0xf0},
    {"outer.version", Kind::number, Header::outer6, 0, 1, 0xf0},
    {"ip.src", Kind::address, Header::ip4, 12, 4},
    {"ip.src", Kind::address, Header::ip6, 8, 16},
    {"ip.dst", Kind::address, Header::ip4, 16, 4},
    {"ip.dst", Kind::address, Header::ip6, 24, 16},
    {"ip.ttl", Kind::number, Header::ip4, 8, 1},
    {"ip.ttl", Kind::number, Header::ip6, 7, 1},
    {"ip.tos", Kind::hexadecimal, Header::ip4, 1, 1},
    {"ip.tos", Kind::hexadecimal, Header::ip6, 0, 2, 0x0ff0},
    {"ip.id", Kind::number, Header::ip4, 4, 2},
    {"ip.df", Kind::boolean, Header::ip4, 6, 2, 0x4000},
    {"ip.mf", Kind::boolean, Header::ip4, 6, 2, 0x2000},
    {"ip.offset", Kind::number, Header::ip4, 6, 2, 0x1fff, 8},
    {"ip.proto", Kind::protocol, Header::ip4, 9, 1},
    {"ip.proto", Kind::protocol, Header::ip6, 6, 1},
    {"ip.length", Kind::number, Header::ip4, 2, 2},
    {"ip.length", Kind::number, Header::ip6, 4, 2, 0, 1, 40},
    {"ip.version", Kind::number, Header::ip4, 0, 1, 0xf0},
    {"ip.version", Kind::number, Header::ip6, 0, 1, 0xf0},
    {"tcp.src", Kind::number, Header::tcp, 0, 2},
    {"tcp.dst", Kind::number, Header::tcp, 2, 2},
    {"tcp.flags", Kind::flags, Header::tcp, 13, 1},
    {"tcp.seq", Kind::number, Header::tcp, 4, 4},
    {"tcp.ack", Kind::number, Header::tcp, 8, 4},
    {"udp.src", Kind::number, Header::udp, 0, 2},
    {"udp.dst", Kind::number, Header::udp, 2, 2},
    {"udp.length", Kind::number, Header::udp, 4, 2},
    {"icmp.type", Kind::number, Header::icmp, 0, 1},
    {"icmp.code", Kind::number, Header::icmp, 1, 1},
    {"icmp.mtu", Kind::number, Header::frag_needed, 6, 2},
    {"icmp.mtu", Kind::number, Header::too_big, 4, 4},
    {"quoted.src", Kind::address, Header::quoted4, 12, 4},
    {"quoted.src", Kind::address, Header::quoted6, 8, 16},
    {"quoted.dst", Kind::address, Header::quoted4, 16, 4},
    {"quoted.dst", Kind::address, Header::quoted6, 24, 16},
    {"quoted.sport", Kind::number, Header::quoted_ports, 0, 2},
    {"quoted.dport", Kind::number, Header::quoted_ports, 2, 2},
    {"quoted.proto", Kind::protocol, Header::quoted4, 9, 1},
    {"quoted.proto", Kind::protocol, Header::quoted6, 6, 1},
    {"payload", Kind::text, Header::payload, 0, 0},
};

std::optional<size_t> start(const std::optional<IpHeader>& ip, uint8_t version) {
  if (!ip || ip->version != version) return {};
  return ip->at;
}

std::optional<size_t> start(const std::optional<Part>& part) {
  if (!part) return {};
  return part->at;
}

// The ICMP message that carries a next-hop MTU: RFC 1191, 4 (version 4); RFC 4443, 3.2 (version 6).
std::optional<size_t> start_of_mtu(const Layers& layers, uint8_t version) {
  if (!layers.icmp || layers.ip->version != version) return {};
  const uint8_t type = layers.frame[layers.icmp->at];
  const uint8_t code = layers.frame[layers.icmp->at + 1];
  constexpr uint8_t kPacketTooBig = 2;
  const bool carries =
      version == 4 ? type == wire::icmp::kUnreachable && code == wire::icmp::kFragmentationNeeded
                   : type == kPacketTooBig;
  if (!carries) return {};
  return layers.icmp->at;
}

}  // namespace

std::optional<size_t> start_of(Header header, const Layers& layers) {
  switch (header) {
    case Header::ethernet:
      if (!layers.ethernet) return {};
      return 0;
    case Header::arp:
      return layers.arp;
    case Header::outer4:
      return start(layers.outer, 4);
    case Header::outer6:
      return start(layers.outer, 6);
    case Header::ip4:
      return start(layers.ip, 4);
    case Header::ip6:
      return start(layers.ip, 6);
    case Header::tcp:
      return start(layers.tcp);
    case Header::udp:
      return start(layers.udp);
    case Header::icmp:
      return start(layers.icmp);
    case Header::frag_needed:
      return start_of_mtu(layers, 4);
    case Header::too_big:
      return start_of_mtu(layers, 6);
    case Header::quoted4:
      return start(layers.quoted, 4);
    case Header::quoted6:
      return start(layers.quoted, 6);
    case Header::quoted_ports:
      return layers.quoted_ports;
    case Header::payload:
      return start(layers.payload);
  }
  return {};
}

std::span<const Row> field_rows() {
  return kRows;
}

}  // namespace lvslab::scenario
