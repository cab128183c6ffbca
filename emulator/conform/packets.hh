#pragma once
// Packets as generators write them: every field to be set, wrong ones included. Made by hand and
// not by libtins, which puts right what is to be wrong.

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/wire/address.hh"

namespace lvslab::conform {

using Buffer = std::vector<uint8_t>;

enum class Sum : uint8_t { good, bad, zero };

struct IpFields {
  wire::IpAddress from, to;  // of one family
  uint8_t protocol = 6;
  uint8_t ttl = 64;
  uint8_t tos = 0;
  uint16_t id = 0;              // IPv4
  bool dont_fragment = false;   // IPv4
  bool more_fragments = false;  // IPv4
  uint16_t offset = 0;          // of a fragment, in units of 8 bytes
  Buffer options{};             // IPv4: padded to 4 bytes; IPv6: extension headers, whole
  uint8_t first_header = 0;     // IPv6 with options: the first one's number
  Sum sum = Sum::good;          // IPv4
};
Buffer ip_packet(const IpFields& ip, const Buffer& payload);

struct TcpFields {
  uint16_t from = 0, to = 0;
  uint32_t sequence = 0, acknowledgment = 0;
  uint8_t flags = 0;
  uint16_t window = 64240;
  Buffer options{};  // padded to 4 bytes
  Sum sum = Sum::good;
};
Buffer tcp_segment(const IpFields& ip, const TcpFields& tcp, const Buffer& data);

struct UdpFields {
  uint16_t from = 0, to = 0;
  std::optional<uint16_t> length;  // else the right one
  Sum sum = Sum::good;
};
Buffer udp_datagram(const IpFields& ip, const UdpFields& udp, const Buffer& data);

// Of either family, by ip.from.
struct IcmpFields {
  uint8_t type = 0, code = 0;
  uint32_t rest = 0;  // bytes 4 to 7
  Sum sum = Sum::good;
};
Buffer icmp_message(const IpFields& ip, const IcmpFields& icmp, const Buffer& data);

// The type follows from the packet's version.
Buffer ethernet(const wire::Mac& from, const wire::Mac& to, const Buffer& packet);

}  // namespace lvslab::conform
