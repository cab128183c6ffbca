#include "tests/unit/director/packets.hh"

#include <tins/icmp.h>
#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <algorithm>
#include <cstdio>

namespace lvslab::director::test {

wire::Endpoint end(const std::string& text) {
  return *wire::Endpoint::parse(text);
}
wire::IpAddress address(const std::string& text) {
  return *wire::IpAddress::parse(text);
}

namespace {

template <class Ip>
Packet with_transport(Ip ip, const Spec& spec) {
  const Tins::RawPDU data(spec.payload);
  if (spec.udp) {
    Tins::UDP datagram(spec.to.port, spec.from.port);
    ip /= datagram / data;
  } else {
    Tins::TCP segment(spec.to.port, spec.from.port);
    segment.flags(spec.flags);
    segment.seq(0x01020304);
    segment.window(64240);
    ip /= segment / data;
  }
  return ip.serialize();
}

}  // namespace

Packet Spec::bytes() const {
  if (to.address.is_v6()) {
    Tins::IPv6 ip(to.address.v6(), from.address.v6());
    ip.hop_limit(ttl);
    ip.traffic_class(tos);
    return with_transport(ip, *this);
  }
  Tins::IP ip(to.address.v4(), from.address.v4());
  ip.ttl(ttl);
  ip.tos(tos);
  ip.id(id);
  if (dont_fragment) ip.flags(Tins::IP::DONT_FRAGMENT);
  return with_transport(ip, *this);
}

Spec Spec::with_ttl(uint8_t v) const {
  Spec copy = *this;
  copy.ttl = v;
  return copy;
}
Spec Spec::with_from(const std::string& v) const {
  Spec copy = *this;
  copy.from = end(v);
  return copy;
}
Spec Spec::with_to(const std::string& v) const {
  Spec copy = *this;
  copy.to = end(v);
  return copy;
}

Spec tcp_packet(const std::string& from, const std::string& to, const std::string& flags) {
  Spec spec;
  spec.from = end(from);
  spec.to = end(to);
  spec.flags = 0;
  for (const char flag : flags) {
    if (flag == 'F') spec.flags |= 0x01;
    if (flag == 'S') spec.flags |= 0x02;
    if (flag == 'R') spec.flags |= 0x04;
    if (flag == 'A') spec.flags |= 0x10;
  }
  return spec;
}

Spec udp_packet(const std::string& from, const std::string& to) {
  Spec spec = tcp_packet(from, to);
  spec.udp = true;
  return spec;
}

Packet IcmpSpec::bytes() const {
  Tins::ICMP icmp(static_cast<Tins::ICMP::Flags>(type));
  icmp.code(code);
  if (mtu != 0) icmp.mtu(mtu);
  Tins::IP ip(address(to).v4(), address(from).v4());
  ip.ttl(ttl);
  ip.id(0x4321);
  if (dont_fragment) ip.flags(Tins::IP::DONT_FRAGMENT);
  ip /= icmp / Tins::RawPDU(body.begin(), body.end());
  return ip.serialize();
}

Packet quote(const Packet& packet, size_t octets) {
  const size_t size = std::min(packet.size(), (packet[0] & 15U) * 4U + octets);
  return Packet(packet.begin(), packet.begin() + static_cast<ptrdiff_t>(size));
}

Packet tunnelled(const Packet& inner, const std::string& from, const std::string& to, uint8_t ttl,
                 uint8_t tos, bool dont_fragment, uint16_t id) {
  Tins::IP ip(address(to).v4(), address(from).v4());
  ip.ttl(ttl);
  ip.tos(tos);
  ip.id(id);
  ip.protocol(4);
  if (dont_fragment) ip.flags(Tins::IP::DONT_FRAGMENT);
  ip /= Tins::RawPDU(inner.begin(), inner.end());
  return ip.serialize();
}

wire::Frame frame_of(const Packet& packet) {
  return wire::Frame::copy_of(packet);
}
Packet bytes_of(const wire::Frame& frame) {
  const Bytes bytes = frame.bytes();
  return Packet(bytes.begin(), bytes.end());
}

std::string hex(const Packet& packet) {
  std::string text;
  for (size_t i = 0; i < packet.size(); ++i) {
    char two[4];
    std::snprintf(two, sizeof two, "%02x", packet[i]);
    text += two;
    text += i % 16 == 15 ? '\n' : ' ';
  }
  return text;
}

uint16_t plain_checksum(const uint8_t* at, size_t size, uint32_t start) {
  uint32_t sum = start;
  for (size_t i = 0; i < size; ++i) {
    sum += i % 2 == 0 ? uint32_t{at[i]} << 8 : at[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(~sum);
}

bool checksums_good(const Packet& packet) {
  const size_t header = (packet[0] & 15U) * 4U;
  if (plain_checksum(packet.data(), header) != 0) return false;
  const size_t size = packet.size() - header;
  const uint8_t protocol = packet[9];
  if (protocol == 1) return plain_checksum(packet.data() + header, size) == 0;
  if (protocol == 17 && packet[header + 6] == 0 && packet[header + 7] == 0) return true;
  uint32_t pseudo = protocol + static_cast<uint32_t>(size);
  for (size_t i = 12; i < 20; i += 2) pseudo += uint32_t{packet[i]} << 8 | packet[i + 1];
  return plain_checksum(packet.data() + header, size, (pseudo & 0xffff) + (pseudo >> 16)) == 0;
}

}  // namespace lvslab::director::test
