#include "emulator/host/icmp.hh"

#include "emulator/wire/transport.hh"

namespace lvslab::host {

using wire::IpAddress;

namespace {

constexpr uint8_t kTtl = 64;  // net.ipv4.ip_default_ttl
constexpr uint8_t kInternetworkControl = 0xc0;
constexpr uint8_t kTosBits = 0x1e;

struct Header {
  uint8_t tos;
  uint16_t id;
  IpAddress from, to;
};

void write_header(wire::Frame& packet, const Header& header) {
  std::memset(packet.data(), 0, wire::kIpv4Size);
  packet.data()[0] = 0x45;
  packet.data()[1] = header.tos;
  packet.data()[9] = wire::proto::kIcmp;
  store_be16(packet.data() + 2, static_cast<uint16_t>(packet.size()));
  const auto ip = *wire::Ipv4Edit::over(packet.bytes());
  ip.set_id(header.id);
  ip.set_ttl(kTtl);
  ip.set_source(header.from);
  ip.set_destination(header.to);
  ip.fill_checksum();
}

void fill_icmp_checksum(MutableBytes message) {
  const auto icmp = *wire::IcmpEdit::over(message);
  icmp.set_checksum(0);
  icmp.set_checksum(wire::checksum_finish(wire::checksum_sum(message)));
}

// RFC 1122, 3.2.2: error messages are those that quote a packet.
bool is_error(uint8_t type) {
  constexpr uint8_t kSourceQuench = 4;
  return type == wire::icmp::kUnreachable || type == kSourceQuench ||
         type == wire::icmp::kRedirect || type == wire::icmp::kTimeExceeded ||
         type == wire::icmp::kParameterProblem;
}

}  // namespace

bool may_report(const RouteTable& routes, Bytes packet) {
  const auto ip = wire::Ipv4View::over_quoted(packet);
  if (!ip || ip->fragment_offset() != 0) return false;
  const IpAddress from = ip->source();
  const IpAddress to = ip->destination();
  if (to.is_multicast() || routes.is_broadcast(to)) return false;
  if (from.is_unspecified() || from.is_multicast() || from.is_loopback()) return false;
  if (routes.is_broadcast(from)) return false;
  if (ip->protocol() != wire::proto::kIcmp) return true;
  // Linux: nor about types that it does not know.
  constexpr uint8_t kLastKnown = 18;
  const size_t at = ip->header_length();
  return packet.size() > at && packet[at] <= kLastKnown && !is_error(packet[at]);
}

wire::Frame make_icmp_error(Bytes packet, const IcmpError& error, const Echoed& options,
                            uint16_t id) {
  constexpr size_t kHeaders = wire::kIpv4Size + wire::kIcmpSize;
  const size_t quoted = std::min(packet.size(), kIcmpErrorSize - kHeaders - options.size);
  const auto about = *wire::Ipv4View::over_quoted(packet);
  wire::Frame frame(kHeaders + quoted);
  const auto tos = static_cast<uint8_t>((about.tos() & kTosBits) | kInternetworkControl);
  write_header(frame, {tos, id, error.source, about.source()});
  const MutableBytes message = frame.bytes().subspan(wire::kIpv4Size);
  message[0] = error.type;
  message[1] = error.code;
  store_be32(message.data() + 4, error.rest);
  std::memcpy(message.data() + wire::kIcmpSize, packet.data(), quoted);
  fill_icmp_checksum(message);
  add_options(frame, options);
  return frame;
}

void turn_into_echo_reply(wire::Frame& packet, uint16_t id) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  const Header header{ip.tos(), id, ip.destination(), ip.source()};
  packet.trim_front(ip.header_length());
  wire::IcmpEdit::over(packet.bytes())->set_type(wire::icmp::kEchoReply);
  fill_icmp_checksum(packet.bytes());
  packet.prepend(wire::kIpv4Size);
  packet.clear_offload();
  write_header(packet, header);
}

}  // namespace lvslab::host
