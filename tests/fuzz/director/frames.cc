#include "tests/fuzz/director/frames.hh"

#include <string_view>

#include "emulator/conform/world.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"
#include "tests/fuzz/director/places.hh"

namespace lvslab::fuzz {

namespace {

using conform::IpFields;

constexpr uint8_t kTcp = 6, kUdp = 17, kSctp = 132, kIcmp = 1, kIcmpv6 = 58;
constexpr uint8_t kHops = 64;

// What the FTP helper reads (RFC 959, RFC 2428). A packet's `data` from kWords on names one.
constexpr uint8_t kWords = 240;
constexpr std::array<std::string_view, 8> kTexts = {
    "PASV\r\n",
    "227 Entering Passive Mode (198,51,100,11,156,64).\r\n",
    "PORT 192,0,2,9,156,64\r\n",
    "EPSV\r\n",
    "229 Entering Extended Passive Mode (|||40000|)\r\n",
    "EPRT |1|192.0.2.9|40000|\r\n",
    "EPRT |2|2001:db8:1::9|40000|\r\n",
    "227 Entering Passive Mode (198,51,100,12,0,80).\r\n227 x (1,2,3,4,5,6)\r\n"};

// IPv4 options (RFC 791, 3.1): none mostly; record route, time stamp, source route, malformed ones.
const std::array<Buffer, 8> kOptions = {{{},
                                         {},
                                         {1, 1, 1, 0},
                                         {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0},
                                         {68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                         {131, 7, 4, 192, 0, 2, 100},
                                         {7, 3, 9},
                                         {148, 4, 0, 0}}};

Buffer data_of(uint8_t data, bool is_long) {
  if (data >= kWords) {
    const std::string_view text = kTexts[(data - kWords) % kTexts.size()];
    return {text.begin(), text.end()};
  }
  return Buffer(is_long ? data * size_t{16} : data, data);
}

uint32_t crc32c(const Buffer& bytes) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

// Common header and one chunk (RFC 9260, 3).
Buffer sctp_packet(uint16_t from, uint16_t to, uint8_t chunk, bool good, const Buffer& data) {
  constexpr size_t kLongest = 64;
  const size_t length = std::min(data.size(), kLongest);
  Buffer packet((16 + length + 3) & ~size_t{3});
  store_be16(&packet[0], from);
  store_be16(&packet[2], to);
  packet[12] = chunk;
  store_be16(&packet[14], static_cast<uint16_t>(4 + length));
  store_le32(&packet[8], crc32c(packet) ^ (good ? 0U : 1U));
  return packet;
}

struct Segment {
  uint16_t from = 0, to = 0;
  uint8_t tcp_flags = 0;
  conform::Sum sum = conform::Sum::good;
  Buffer data;
  uint32_t sequence = 1000, acknowledgment = 1000;
};

Buffer transport(const IpFields& ip, const Segment& segment) {
  switch (ip.protocol) {
    case kTcp:
      return conform::tcp_segment(ip,
                                  {segment.from,
                                   segment.to,
                                   segment.sequence,
                                   segment.acknowledgment,
                                   segment.tcp_flags,
                                   1000,
                                   {},
                                   segment.sum},
                                  segment.data);
    case kUdp:
      return conform::udp_datagram(ip, {segment.from, segment.to, {}, segment.sum}, segment.data);
    case kSctp:
      return sctp_packet(segment.from, segment.to, segment.tcp_flags,
                         segment.sum == conform::Sum::good, segment.data);
    case kIcmp:
    case kIcmpv6:
      return conform::icmp_message(ip, {segment.tcp_flags, 0, 0x00010002, segment.sum},
                                   segment.data);
    default:
      return segment.data;
  }
}

conform::Sum sum_of(uint8_t flags, bool v6) {
  if (flags & kBadSum) return conform::Sum::bad;
  return (flags & kNoSum) && !v6 ? conform::Sum::zero : conform::Sum::good;
}

Buffer framed(uint32_t port, const wire::Mac& from, const Buffer& packet) {
  return conform::ethernet(from, places().director_mac[port], packet);
}

void add_pieces(Incoming& in, const wire::Mac& from, IpFields ip, const Buffer& payload) {
  const size_t piece = std::max<size_t>(8, payload.size() / 3 & ~size_t{7});
  ip.dont_fragment = false;
  for (size_t at = 0; at < payload.size(); at += piece) {
    const size_t end = std::min(payload.size(), at + piece);
    ip.offset = static_cast<uint16_t>(at / 8);
    ip.more_fragments = end < payload.size();
    const Buffer part(payload.begin() + static_cast<ptrdiff_t>(at),
                      payload.begin() + static_cast<ptrdiff_t>(end));
    in.frames.push_back(framed(in.port, from, conform::ip_packet(ip, part)));
  }
}

// What the other side expects next (RFC 9293, 3.4).
void continue_tcp(Segment& segment, const Packet& asked, const Buffer& frame) {
  constexpr unsigned kSyn = 2, kFin = 1;
  const size_t at = asked.at + asked.header, end = asked.at + asked.length;
  if (asked.protocol != kTcp || end < at + 20 || end > frame.size()) return;
  const size_t header = (frame[at + 12] >> 4) * size_t{4};
  const size_t data = end >= at + header ? end - at - header : 0;
  segment.sequence = load_be32(&frame[at + 8]);
  segment.acknowledgment = load_be32(&frame[at + 4]) + static_cast<uint32_t>(data);
  if (asked.tcp_flags & (kSyn | kFin)) ++segment.acknowledgment;
}

}  // namespace

wire::IpAddress address_of(const Address& address) {
  return address.v6 ? wire::IpAddress::v6_at(address.bytes.data())
                    : wire::IpAddress::v4_at(address.bytes.data());
}

Incoming packet_frames(const PacketFields& fields) {
  const Places& all = places();
  const bool v6 = (fields.flags & kV6) != 0;
  const bool inside = (fields.flags & kFromInside) != 0;
  const auto& senders = inside ? all.servers[v6] : all.clients[v6];
  const auto& targets = inside ? all.clients[v6] : all.targets[v6];
  Incoming in{inside ? kInside : kOutside, {}};
  IpFields ip;
  ip.from = senders[fields.client % senders.size()];
  ip.to = targets[fields.to % targets.size()];
  ip.protocol = kProtocols[fields.protocol % kProtocols.size()];
  if (ip.protocol == kIcmp && v6) ip.protocol = kIcmpv6;
  ip.ttl = fields.hops == 0 ? kHops : fields.hops;
  ip.tos = fields.tos;
  ip.dont_fragment = (fields.flags & kDontFragment) != 0;
  ip.id = static_cast<uint16_t>(fields.from_port + 1);
  if (!v6) ip.options = kOptions[fields.options % kOptions.size()];
  const uint16_t named = kPorts[fields.to_port % kPorts.size()];
  Segment segment{fields.from_port, named, fields.tcp_flags, sum_of(fields.flags, v6),
                  data_of(fields.data, (fields.flags & kLong) != 0)};
  if (fields.flags & kServerEnd) segment.from = kPorts[fields.from_port % kPorts.size()];
  // A server speaks from the named port.
  if (inside) std::swap(segment.from, segment.to);
  const Buffer payload = transport(ip, segment);
  const wire::Mac mac = all.mac_of(in.port, ip.from);
  if ((fields.flags & kInPieces) && !v6 && payload.size() > 8)
    add_pieces(in, mac, ip, payload);
  else
    in.frames.push_back(framed(in.port, mac, conform::ip_packet(ip, payload)));
  return in;
}

std::optional<Incoming> answer_frame(const AnswerFields& fields, const Sent& about) {
  const Reading reading = read_frame(about.frame);
  if (reading.count == 0) return {};
  const Packet& asked = reading.inner();
  IpFields ip;
  ip.from = address_of(asked.to);
  ip.to = address_of(asked.from);
  ip.protocol = asked.protocol;
  ip.ttl = fields.hops == 0 ? kHops : fields.hops;
  ip.dont_fragment = (fields.flags & kDontFragment) != 0;
  ip.id = fields.data;
  Segment segment{asked.to_port, asked.from_port, fields.tcp_flags, sum_of(fields.flags, asked.v6),
                  data_of(fields.data, (fields.flags & kLong) != 0)};
  continue_tcp(segment, asked, about.frame);
  const wire::Mac from(about.frame.data());
  Incoming in{about.port, {}};
  in.frames.push_back(framed(about.port, from, conform::ip_packet(ip, transport(ip, segment))));
  return in;
}

std::optional<Incoming> error_frame(const ErrorFields& fields, const Sent& about) {
  constexpr std::array<uint8_t, 6> kTypes = {3, 11, 4, 12, 5, 13};
  constexpr std::array<uint8_t, 5> kTypes6 = {1, 2, 3, 4, 127};
  const Reading reading = read_frame(about.frame);
  if (reading.count == 0) return {};
  const Packet& outer = reading.outer();
  const Places& all = places();
  IpFields ip;
  const auto end = address_of(outer.to);
  ip.from = (fields.flags & kByRouter) != 0 ? conform::world::router(about.port, outer.v6) : end;
  ip.to = address_of(outer.from);
  ip.protocol = outer.v6 ? kIcmpv6 : kIcmp;
  const Bytes quotable = Bytes(about.frame).subspan(outer.at);
  const size_t behind = fields.quoted == 0 ? 512 : fields.quoted * size_t{4};
  const Bytes quoted = quotable.first(std::min(quotable.size(), outer.header + behind));
  conform::IcmpFields icmp;
  icmp.type =
      outer.v6 ? kTypes6[fields.type % kTypes6.size()] : kTypes[fields.type % kTypes.size()];
  icmp.code = fields.code;
  icmp.rest = fields.mtu;
  icmp.sum = (fields.flags & kBadSum) != 0 ? conform::Sum::bad : conform::Sum::good;
  const Buffer message = conform::icmp_message(ip, icmp, {quoted.begin(), quoted.end()});
  const wire::Mac from = all.mac_of(about.port, ip.from);
  Incoming in{about.port, {}};
  in.frames.push_back(framed(about.port, from, conform::ip_packet(ip, message)));
  return in;
}

void change_frame(const AgainFields& fields, Buffer& frame) {
  const Reading reading = read_frame(frame);
  if (reading.count == 0) return;
  const Packet& packet = reading.outer();
  if (packet.protocol != kTcp || !packet.has_ports) return;
  const size_t at = packet.at + packet.header;
  if (packet.at + packet.length < at + 20) return;
  wire::ChecksumDelta change;
  const uint16_t old_word = load_be16(&frame[at + 12]);
  if (fields.tcp_flags != 0) frame[at + 13] = fields.tcp_flags;
  change.replace16(old_word, load_be16(&frame[at + 12]));
  store_be16(&frame[at + 16], change.apply(load_be16(&frame[at + 16])));
  if (fields.flags & kBadSum) frame[at + 16] ^= 0x55;
}

}  // namespace lvslab::fuzz
