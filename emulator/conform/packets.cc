#include "emulator/conform/packets.hh"

#include <algorithm>

#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::conform {

namespace {

constexpr uint8_t kIcmp6 = 58, kTcp = 6, kUdp = 17;

void append(Buffer& to, const Buffer& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Buffer padded(Buffer options) {
  while (options.size() % 4) options.push_back(0);
  return options;
}

uint16_t chosen(Sum sum, uint16_t right) {
  if (sum == Sum::zero) return 0;
  return sum == Sum::good ? right : static_cast<uint16_t>(right ^ 0x1234);
}

uint16_t transport_sum(const IpFields& ip, uint8_t protocol, const Buffer& message) {
  const uint64_t pseudo =
      wire::pseudo_header_sum(ip.from, ip.to, protocol, static_cast<uint32_t>(message.size()));
  return wire::checksum_finish(wire::checksum_sum(message, pseudo));
}

Buffer ipv4_packet(const IpFields& ip, const Buffer& payload) {
  const Buffer options = padded(ip.options);
  Buffer packet;
  packet.reserve(20 + options.size() + payload.size());
  packet.resize(20);
  packet[0] = static_cast<uint8_t>(0x40 | (5 + options.size() / 4));
  packet[1] = ip.tos;
  store_be16(&packet[2], static_cast<uint16_t>(20 + options.size() + payload.size()));
  store_be16(&packet[4], ip.id);
  store_be16(&packet[6], static_cast<uint16_t>((ip.dont_fragment ? 0x4000 : 0) |
                                               (ip.more_fragments ? 0x2000 : 0) | ip.offset));
  packet[8] = ip.ttl;
  packet[9] = ip.protocol;
  ip.from.store(&packet[12]);
  ip.to.store(&packet[16]);
  append(packet, options);
  store_be16(&packet[10], chosen(ip.sum, wire::checksum_finish(wire::checksum_sum(packet))));
  append(packet, payload);
  return packet;
}

Buffer ipv6_packet(const IpFields& ip, const Buffer& payload) {
  Buffer packet;
  packet.reserve(40 + ip.options.size() + payload.size());
  packet.resize(40);
  store_be32(&packet[0], 0x60000000U | uint32_t{ip.tos} << 20);
  store_be16(&packet[4], static_cast<uint16_t>(ip.options.size() + payload.size()));
  packet[6] = ip.options.empty() ? ip.protocol : ip.first_header;
  packet[7] = ip.ttl;
  ip.from.store(&packet[8]);
  ip.to.store(&packet[24]);
  append(packet, ip.options);
  append(packet, payload);
  return packet;
}

}  // namespace

Buffer ip_packet(const IpFields& ip, const Buffer& payload) {
  return ip.from.is_v4() ? ipv4_packet(ip, payload) : ipv6_packet(ip, payload);
}

Buffer tcp_segment(const IpFields& ip, const TcpFields& tcp, const Buffer& data) {
  const Buffer options = padded(tcp.options);
  Buffer segment;
  segment.reserve(20 + options.size() + data.size());
  segment.resize(20);
  store_be16(&segment[0], tcp.from);
  store_be16(&segment[2], tcp.to);
  store_be32(&segment[4], tcp.sequence);
  store_be32(&segment[8], tcp.acknowledgment);
  segment[12] = static_cast<uint8_t>((5 + options.size() / 4) << 4);
  segment[13] = tcp.flags;
  store_be16(&segment[14], tcp.window);
  append(segment, options);
  append(segment, data);
  store_be16(&segment[16], chosen(tcp.sum, transport_sum(ip, kTcp, segment)));
  return segment;
}

Buffer udp_datagram(const IpFields& ip, const UdpFields& udp, const Buffer& data) {
  Buffer datagram;
  datagram.reserve(8 + data.size());
  datagram.resize(8);
  store_be16(&datagram[0], udp.from);
  store_be16(&datagram[2], udp.to);
  store_be16(&datagram[4], udp.length.value_or(static_cast<uint16_t>(8 + data.size())));
  append(datagram, data);
  const uint16_t right = transport_sum(ip, kUdp, datagram);
  // A computed 0 is sent as all ones (RFC 768).
  store_be16(&datagram[6], chosen(udp.sum, right == 0 ? uint16_t{0xffff} : right));
  return datagram;
}

Buffer icmp_message(const IpFields& ip, const IcmpFields& icmp, const Buffer& data) {
  Buffer message;
  message.reserve(8 + data.size());
  message.resize(8);
  message[0] = icmp.type;
  message[1] = icmp.code;
  store_be32(&message[4], icmp.rest);
  append(message, data);
  const uint16_t right = ip.from.is_v4() ? wire::checksum_finish(wire::checksum_sum(message))
                                         : transport_sum(ip, kIcmp6, message);
  store_be16(&message[2], chosen(icmp.sum, right));
  return message;
}

Buffer ethernet(const wire::Mac& from, const wire::Mac& to, const Buffer& packet) {
  Buffer frame;
  frame.reserve(wire::kEthernetSize + packet.size());
  frame.resize(wire::kEthernetSize);
  std::copy(to.begin(), to.end(), frame.begin());
  std::copy(from.begin(), from.end(), frame.begin() + 6);
  const bool v6 = !packet.empty() && packet[0] >> 4 == 6;
  store_be16(&frame[12], v6 ? wire::ethertype::kIpv6 : wire::ethertype::kIpv4);
  append(frame, packet);
  return frame;
}

}  // namespace lvslab::conform
