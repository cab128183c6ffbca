#pragma once
// The header fields that expectations can name, and how their values are written. Shared by the
// reader (which refuses others) and by whoever decodes frames, so that both know the same ones.
//
// The reader hands values on in one form only, so that a decoder compares text with text:
//   mac        "00:21:5a:db:68:e8", lower case
//   ip         as IpAddress::to_string()
//   number     decimal, no leading zeros
//   protocol   an IP protocol as a number; icmp, ipip, tcp, udp, ipv6 and icmpv6 may be written
//   ether_type "0x0800", four hexadecimal digits
//   arp_op     "request" or "reply"
//   tcp_flags  letters in the order of kTcpFlagLetters: "S", "SA", "FA", "PA", "R"; "none"
//   text       as it is
// In ExpectChange a number may be "-1" or "+20": by how much the field changes.
// A value may also be a reference, "$HOST.mac", "$HOST.ip", "$HOST:INTERFACE.mac": see FieldMatch.

#include <cstdint>
#include <string_view>

namespace lvslab::topology {

enum class FieldKind : uint8_t { mac, ip, number, protocol, ether_type, arp_op, tcp_flags, text };

struct FieldName {
  std::string_view name;
  FieldKind kind;
  uint32_t most = 0;  // number: the largest value that the field holds
};

// SYN, FIN, RST, PSH, ACK, URG, ECE, CWR.
inline constexpr std::string_view kTcpFlagLetters = "SFRPAUEC";

inline constexpr uint32_t kByte = 0xff;
inline constexpr uint32_t kWord = 0xffff;
inline constexpr uint32_t kLong = 0xffffffff;

// outer.* only of a packet within a packet (IPIP); ip.* and what follows is then the inner one.
// quoted.* only of an ICMP error: the packet it is about.
inline constexpr FieldName kFieldNames[] = {
    {"eth.src", FieldKind::mac},
    {"eth.dst", FieldKind::mac},
    {"eth.type", FieldKind::ether_type},
    {"arp.op", FieldKind::arp_op},
    {"arp.sender-mac", FieldKind::mac},
    {"arp.sender-ip", FieldKind::ip},
    {"arp.target-mac", FieldKind::mac},
    {"arp.target-ip", FieldKind::ip},
    {"ip.version", FieldKind::number, 15},
    {"ip.src", FieldKind::ip},
    {"ip.dst", FieldKind::ip},
    {"ip.ttl", FieldKind::number, kByte},
    {"ip.tos", FieldKind::number, kByte},
    {"ip.id", FieldKind::number, kWord},
    {"ip.df", FieldKind::number, 1},
    {"ip.mf", FieldKind::number, 1},
    {"ip.offset", FieldKind::number, kWord},  // bytes
    {"ip.proto", FieldKind::protocol, kByte},
    {"ip.length", FieldKind::number, kWord},
    {"outer.version", FieldKind::number, 15},
    {"outer.src", FieldKind::ip},
    {"outer.dst", FieldKind::ip},
    {"outer.ttl", FieldKind::number, kByte},
    {"outer.tos", FieldKind::number, kByte},
    {"outer.id", FieldKind::number, kWord},
    {"outer.df", FieldKind::number, 1},
    {"outer.proto", FieldKind::protocol, kByte},
    {"outer.length", FieldKind::number, kWord},
    {"tcp.src", FieldKind::number, kWord},
    {"tcp.dst", FieldKind::number, kWord},
    {"tcp.flags", FieldKind::tcp_flags},
    {"tcp.seq", FieldKind::number, kLong},
    {"tcp.ack", FieldKind::number, kLong},
    {"udp.src", FieldKind::number, kWord},
    {"udp.dst", FieldKind::number, kWord},
    {"udp.length", FieldKind::number, kWord},
    {"icmp.type", FieldKind::number, kByte},
    {"icmp.code", FieldKind::number, kByte},
    {"icmp.mtu", FieldKind::number, kLong},
    {"quoted.src", FieldKind::ip},
    {"quoted.dst", FieldKind::ip},
    {"quoted.proto", FieldKind::protocol, kByte},
    {"quoted.sport", FieldKind::number, kWord},
    {"quoted.dport", FieldKind::number, kWord},
    {"payload", FieldKind::text},
};

// nullptr for names that are not fields.
constexpr const FieldName* find_field(std::string_view name) {
  for (const FieldName& field : kFieldNames) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace lvslab::topology
