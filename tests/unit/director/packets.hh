#pragma once
// Packets for the director's tests, made by libtins: it computes lengths and checksums of its own,
// so what the director edited in place is compared with a second opinion.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/wire/address.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::director::test {

using Packet = std::vector<uint8_t>;

wire::Endpoint end(const std::string& text);       // "192.0.2.10:80"
wire::IpAddress address(const std::string& text);  // "192.0.2.10"

// A TCP or UDP packet over IPv4 or IPv6 as values; bytes() has libtins build it.
struct Spec {
  wire::Endpoint from, to;
  bool udp = false;
  uint8_t flags = 0x10;  // TCP: ACK
  uint8_t ttl = 64;
  uint8_t tos = 0;
  uint16_t id = 0x1234;
  bool dont_fragment = true;
  std::string payload = "hello, world";

  Packet bytes() const;
  Spec with_ttl(uint8_t v) const;
  Spec with_from(const std::string& v) const;
  Spec with_to(const std::string& v) const;
};

Spec tcp_packet(const std::string& from, const std::string& to, const std::string& flags = "A");
Spec udp_packet(const std::string& from, const std::string& to);

// An ICMP message from libtins; body: what follows its eight bytes.
struct IcmpSpec {
  std::string from, to;
  uint8_t type = 3;
  uint8_t code = 1;
  uint16_t mtu = 0;
  uint8_t ttl = 64;
  bool dont_fragment = false;
  Packet body;

  Packet bytes() const;
};

// IP header and the first `octets` bytes behind it, as a host quotes a packet.
Packet quote(const Packet& packet, size_t octets = 8);

// What libtins makes of an IPIP packet around `inner`.
Packet tunnelled(const Packet& inner, const std::string& from, const std::string& to, uint8_t ttl,
                 uint8_t tos, bool dont_fragment, uint16_t id);

wire::Frame frame_of(const Packet& packet);
Packet bytes_of(const wire::Frame& frame);
std::string hex(const Packet& packet);

// Header checksum, and that of TCP or UDP, as a receiver checks them; independent of emulator/wire.
bool checksums_good(const Packet& packet);
// The one's complement sum of bytes, bit by bit as RFC 1071 says it.
uint16_t plain_checksum(const uint8_t* at, size_t size, uint32_t start = 0);

}  // namespace lvslab::director::test
