#pragma once
// Where the headers of a frame stand. One look at the bytes, after which fields, sums and
// identities are read at known offsets. What is cut short or contradicts itself is left out: no
// frame is too broken to be looked at.
//
// Not looked through: VLAN tags, IPv6 extension headers, GUE and GRE.

#include <optional>

#include "emulator/base/bytes.hh"
#include "emulator/wire/address.hh"

namespace lvslab::scenario {

// Bytes [at, at + size) of a frame.
struct Part {
  size_t at = 0;
  size_t size = 0;
};

struct IpHeader {
  uint8_t version = 4;
  size_t at = 0;      // of the header, from the front of the frame
  size_t header = 0;  // bytes, options included
  size_t total = 0;   // bytes of the packet, header included
  uint8_t protocol = 0;
  uint16_t id = 0;  // IPv4
  size_t fragment_offset = 0;
  bool more_fragments = false;
  wire::IpAddress source, destination;

  bool is_fragment() const { return more_fragments || fragment_offset != 0; }
  size_t body() const { return at + header; }
  size_t end() const { return at + total; }
};

struct Layers {
  explicit Layers(Bytes whole);  // `whole` begins with its Ethernet header and must outlive this

  Bytes frame;
  bool ethernet = false;
  std::optional<size_t> arp;             // offset
  std::optional<IpHeader> outer;         // the header that IPIP (RFC 2003) put in front of `ip`
  std::optional<IpHeader> ip;            // the innermost
  std::optional<Part> tcp, udp, icmp;    // headers, options included; icmp: 8 bytes, either family
  std::optional<Part> payload;           // what follows them; not of ICMP errors
  std::optional<IpHeader> quoted;        // by an ICMP error; end() may lie beyond the frame
  std::optional<IpHeader> quoted_inner;  // the quoted packet was itself IPIP
  std::optional<size_t> quoted_ports;    // offset of the quoted TCP or UDP ports

  Bytes bytes(const Part& part) const { return frame.subspan(part.at, part.size); }

 private:
  void read_ip(uint16_t type);
  void read_transport();
  void read_icmp(const Part& body);
};

// The two ends of a packet; an ICMP echo has its identifier as the port of both.
struct Ends {
  uint8_t protocol = 0;
  wire::Endpoint source, destination;
};
std::optional<Ends> ends_of(const Layers& layers);         // not of later fragments, ICMP errors
std::optional<Ends> quoted_ends_of(const Layers& layers);  // innermost packet quoted

}  // namespace lvslab::scenario
