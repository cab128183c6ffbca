#include "emulator/host/icmp6.hh"

namespace lvslab::host {

namespace icmp = wire::icmpv6;
using wire::IpAddress;

namespace {

constexpr uint8_t kHopLimit = 64;  // net.ipv6.conf.*.hop_limit

void write_header(wire::Frame& packet, uint8_t traffic_class, const IpAddress& from,
                  const IpAddress& to) {
  store_be32(packet.data(), 0x60000000U | uint32_t{traffic_class} << 20);
  packet.data()[4] = packet.data()[5] = 0;
  packet.data()[6] = wire::proto::kIcmpv6;
  const auto ip = *wire::Ipv6Edit::over(packet.bytes());
  ip.set_payload_length(static_cast<uint16_t>(packet.size() - wire::kIpv6Size));
  ip.set_hop_limit(kHopLimit);
  ip.set_source(from);
  ip.set_destination(to);
  wire::fill_icmpv6_checksum(from, to, packet.bytes().subspan(wire::kIpv6Size));
}

// An ICMPv6 error, or the start of a message that may be one.
bool is_icmp_error(Bytes packet) {
  const auto upper = wire::upper_layer_of(packet);
  if (!upper || upper->later_fragment || upper->protocol != wire::proto::kIcmpv6) return false;
  if (upper->offset < packet.size()) return icmp::is_error(packet[upper->offset]);
  return upper->fragment_at == 0;
}

// The option in question says "report, whoever was addressed" (RFC 8200, 4.2: action bits 10).
bool wants_report(Bytes packet, uint32_t option_at) {
  return option_at >= packet.size() || (packet[option_at] & 0xc0) == 0x80;
}

}  // namespace

bool may_report6(Bytes packet, bool group, const IcmpError& error) {
  const auto ip = wire::Ipv6View::over_quoted(packet);
  if (!ip) return false;
  if (group || ip->destination().is_multicast()) {
    const bool option = error.type == icmp::kParameterProblem && error.code == icmp::kUnknownOption;
    if (error.type != icmp::kTooBig && !(option && wants_report(packet, error.rest))) return false;
  }
  if (ip->source().is_unspecified() || ip->source().is_multicast()) return false;
  return !is_icmp_error(packet);
}

wire::Frame make_icmp6_error(Bytes packet, const IcmpError& error) {
  constexpr size_t kHeaders = wire::kIpv6Size + wire::kIcmpSize;
  const size_t quoted = std::min(packet.size(), kIcmp6ErrorSize - kHeaders);
  wire::Frame frame(kHeaders + quoted);
  const MutableBytes message = frame.bytes().subspan(wire::kIpv6Size);
  message[0] = error.type;
  message[1] = error.code;
  store_be32(message.data() + 4, error.rest);
  std::memcpy(message.data() + wire::kIcmpSize, packet.data(), quoted);
  write_header(frame, 0, error.source, wire::Ipv6View::over_quoted(packet)->source());
  return frame;
}

wire::Frame make_redirect6(Bytes packet, const IpAddress& from, const IpAddress& target,
                           const wire::Mac* mac) {
  constexpr size_t kFixed = 8 + 16 + 16, kOption = 8;
  constexpr uint8_t kRedirect = 137, kTargetAddress = 2, kRedirectedHeader = 4;
  const size_t before = wire::kIpv6Size + kFixed + (mac ? kOption : 0);
  const size_t quoted = std::min(kIcmp6ErrorSize - before, packet.size() + kOption) & ~size_t{7};
  wire::Frame frame(before + quoted);
  const MutableBytes message = frame.bytes().subspan(wire::kIpv6Size);
  std::fill(message.begin(), message.end(), uint8_t{0});
  message[0] = kRedirect;
  target.store(&message[8]);
  const auto ip = *wire::Ipv6View::over_quoted(packet);
  ip.destination().store(&message[24]);
  MutableBytes option = message.subspan(kFixed);
  if (mac) {
    option[0] = kTargetAddress;
    option[1] = 1;
    std::copy(mac->begin(), mac->end(), option.begin() + 2);
    option = option.subspan(kOption);
  }
  option[0] = kRedirectedHeader;
  option[1] = static_cast<uint8_t>(quoted / 8);
  std::copy_n(packet.begin(), quoted - kOption, option.begin() + kOption);
  write_header(frame, 0, from, ip.source());
  wire::Ipv6Edit::over(frame.bytes())->set_hop_limit(255);  // RFC 4861, 8.1
  return frame;
}

void turn_into_echo_reply6(wire::Frame& packet, const IpAddress& from) {
  const auto ip = *wire::Ipv6View::over(packet.bytes());
  const IpAddress to = ip.source();
  const uint8_t traffic_class = ip.traffic_class();
  packet.trim_front(wire::upper_layer_of(packet.bytes())->offset);
  wire::IcmpEdit::over(packet.bytes())->set_type(icmp::kEchoReply);
  packet.prepend(wire::kIpv6Size);
  packet.clear_offload();
  write_header(packet, traffic_class, from, to);
}

}  // namespace lvslab::host
