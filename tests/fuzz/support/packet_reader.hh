#pragma once
// A second opinion on packets: reads a frame with nothing of wire/, and says of each checksum and
// length whether it is right. Straightforward on purpose; the oracles stand on it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "emulator/base/bytes.hh"

namespace lvslab::fuzz {

// 4 or 16 bytes as in the header; unused ones are 0.
struct Address {
  std::array<uint8_t, 16> bytes{};
  bool v6 = false;
  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;
  std::string text() const;
};

struct End {
  Address address;
  uint16_t port = 0;
  friend bool operator==(const End&, const End&) = default;
  friend auto operator<=>(const End&, const End&) = default;
  std::string text() const;
};

enum class Sum : uint8_t {
  good,
  bad,
  none,
  unknown
};  // unknown: not all of what it covers is there

// One IP packet with what it carries.
struct Packet {
  bool v6 = false;
  size_t at = 0;         // of the IP header in the frame
  size_t header = 0;     // bytes to the transport header, extension headers and options included
  size_t length = 0;     // bytes of the packet, as its header says
  uint8_t protocol = 0;  // behind extension headers
  uint8_t ttl = 0;
  uint8_t tos = 0;
  bool plain = true;      // no options, no extension headers, no fragment
  bool fragment = false;  // of more than one
  bool dont_fragment = false;
  Address from, to;
  uint16_t from_port = 0, to_port = 0;  // TCP, UDP, SCTP that reach so far
  bool has_ports = false;
  uint8_t tcp_flags = 0;
  Sum header_sum = Sum::none;     // IPv4
  Sum transport_sum = Sum::none;  // TCP, UDP, ICMP, ICMPv6, SCTP
  End source() const { return {from, from_port}; }
  End destination() const { return {to, to_port}; }
};

// The packets of a frame, the outermost first: what a tunnel (IPIP, GRE, GUE at kGuePort) or an
// ICMP error's quotation has inside comes behind it.
struct Reading {
  static constexpr size_t kMost = 4;
  std::array<Packet, kMost> packets;
  size_t count = 0;             // 0: no IP packet, or not a whole one
  size_t quoted = kMost;        // from this one on they are quoted by an error, and may be cut off
  const char* fault = nullptr;  // what is wrong with a length

  const Packet& outer() const { return packets[0]; }
  // Behind all tunnels, and no quotation.
  const Packet& inner() const { return packets[std::min(count, quoted) - 1]; }
  // What checksum is wrong in what is not quoted; null: none.
  const char* bad_sum() const;
  // Whether there is one that could not be worked out.
  bool unknown_sum() const;
};

inline constexpr uint16_t kGuePort = 6080;

// From the Ethernet header on. Packets beyond `count` are left as they were.
void read_frame(Bytes frame, Reading& into);
Reading read_frame(Bytes frame);

}  // namespace lvslab::fuzz
