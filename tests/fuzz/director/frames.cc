#include "tests/fuzz/director/frames.hh"

#include <algorithm>
#include <array>
#include <string_view>

#include "emulator/conform/world.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/transport.hh"
#include "tests/fuzz/director/places.hh"

namespace lvslab::fuzz {

namespace {

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

// What a segment carries: bytes given, or so many of one value.
struct Data {
  Bytes given;
  size_t filled = 0;
  uint8_t with = 0;
  size_t size() const { return given.size() + filled; }
  void write(uint8_t* to) const {
    std::fill_n(std::copy(given.begin(), given.end(), to), filled, with);
  }
};

Data data_of(uint8_t data, bool is_long) {
  static const auto texts = [] {
    std::array<Buffer, kTexts.size()> made;
    for (size_t i = 0; i < made.size(); ++i) made[i].assign(kTexts[i].begin(), kTexts[i].end());
    return made;
  }();
  if (data >= kWords) return {texts[(data - kWords) % texts.size()]};
  return {{}, is_long ? data * size_t{16} : data, data};
}

struct Ip {
  wire::IpAddress from, to;
  uint8_t protocol = kTcp, ttl = kHops, tos = 0;
  uint16_t id = 0;  // IPv4, and what follows
  bool dont_fragment = false, more_fragments = false;
  uint16_t offset = 0;  // of a fragment, in units of 8 bytes
  Bytes options{};
  size_t header() const { return from.is_v4() ? 20 + (options.size() + 3) / 4 * 4 : 40; }
};

struct Segment {
  uint16_t from = 0, to = 0;
  uint8_t tcp_flags = 0;  // SCTP: chunk type; ICMP: type
  uint8_t code = 0;       // ICMP
  conform::Sum sum = conform::Sum::good;
  Data data;
  uint32_t sequence = 1000, acknowledgment = 1000;
  uint32_t rest = 0x00010002;  // ICMP: bytes 4 to 7
};

uint32_t crc32c(Bytes bytes) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

// SCTP: common header and one chunk of at most so many bytes (RFC 9260, 3), which are 0.
constexpr size_t kLongestChunk = 64;

size_t size_of(uint8_t protocol, const Segment& segment) {
  const size_t data = segment.data.size();
  switch (protocol) {
    case kTcp:
      return wire::kTcpSize + data;
    case kUdp:
      return wire::kUdpSize + data;
    case kIcmp:
    case kIcmpv6:
      return wire::kIcmpSize + data;
    case kSctp:
      return (16 + std::min(data, kLongestChunk) + 3) & ~size_t{3};
    default:
      return data;
  }
}

// The right checksum of what `to` is, as far as it covers a pseudo header with one, or what is to
// stand in its place.
uint16_t sum_over(Bytes to, const Ip& ip, conform::Sum wanted) {
  if (wanted == conform::Sum::zero) return 0;
  const uint64_t pseudo =
      ip.protocol == kIcmp
          ? 0
          : wire::pseudo_header_sum(ip.from, ip.to, ip.protocol, static_cast<uint32_t>(to.size()));
  uint16_t right = wire::checksum_finish(wire::checksum_sum(to, pseudo));
  // A computed 0 is sent as all ones (RFC 768).
  if (ip.protocol == kUdp && right == 0) right = 0xffff;
  return wanted == conform::Sum::good ? right : static_cast<uint16_t>(right ^ 0x1234);
}

void write_tcp(MutableBytes to, const Ip& ip, const Segment& segment) {
  store_be16(&to[0], segment.from);
  store_be16(&to[2], segment.to);
  store_be32(&to[4], segment.sequence);
  store_be32(&to[8], segment.acknowledgment);
  to[12] = 0x50;
  to[13] = segment.tcp_flags;
  store_be16(&to[14], 1000);
  segment.data.write(to.data() + wire::kTcpSize);
  store_be16(&to[16], sum_over(to, ip, segment.sum));
}

void write_udp(MutableBytes to, const Ip& ip, const Segment& segment) {
  store_be16(&to[0], segment.from);
  store_be16(&to[2], segment.to);
  store_be16(&to[4], static_cast<uint16_t>(to.size()));
  segment.data.write(to.data() + wire::kUdpSize);
  store_be16(&to[6], sum_over(to, ip, segment.sum));
}

void write_icmp(MutableBytes to, const Ip& ip, const Segment& segment) {
  to[0] = segment.tcp_flags;
  to[1] = segment.code;
  store_be32(&to[4], segment.rest);
  segment.data.write(to.data() + wire::kIcmpSize);
  store_be16(&to[2], sum_over(to, ip, segment.sum));
}

void write_sctp(MutableBytes to, const Segment& segment) {
  const size_t length = std::min(segment.data.size(), kLongestChunk);
  store_be16(&to[0], segment.from);
  store_be16(&to[2], segment.to);
  to[12] = segment.tcp_flags;
  store_be16(&to[14], static_cast<uint16_t>(4 + length));
  store_le32(&to[8], crc32c(to) ^ (segment.sum == conform::Sum::good ? 0U : 1U));
}

// Into as many zeros as size_of() says.
void write_segment(MutableBytes to, const Ip& ip, const Segment& segment) {
  switch (ip.protocol) {
    case kTcp:
      return write_tcp(to, ip, segment);
    case kUdp:
      return write_udp(to, ip, segment);
    case kIcmp:
    case kIcmpv6:
      return write_icmp(to, ip, segment);
    case kSctp:
      return write_sctp(to, segment);
    default:
      return segment.data.write(to.data());
  }
}

// Into zeros: the header of a packet that ends where `to` does.
void write_ipv4(MutableBytes to, const Ip& ip) {
  to[0] = static_cast<uint8_t>(0x40 | ip.header() / 4);
  to[1] = ip.tos;
  store_be16(&to[2], static_cast<uint16_t>(to.size()));
  store_be16(&to[4], ip.id);
  store_be16(&to[6], static_cast<uint16_t>((ip.dont_fragment ? 0x4000 : 0) |
                                           (ip.more_fragments ? 0x2000 : 0) | ip.offset));
  to[8] = ip.ttl;
  to[9] = ip.protocol;
  ip.from.store(&to[12]);
  ip.to.store(&to[16]);
  std::copy(ip.options.begin(), ip.options.end(), to.data() + 20);
  store_be16(&to[10], wire::checksum_finish(wire::checksum_sum(to.first(ip.header()))));
}

void write_ipv6(MutableBytes to, const Ip& ip) {
  store_be32(&to[0], 0x60000000U | uint32_t{ip.tos} << 20);
  store_be16(&to[4], static_cast<uint16_t>(to.size() - 40));
  to[6] = ip.protocol;
  to[7] = ip.ttl;
  ip.from.store(&to[8]);
  ip.to.store(&to[24]);
}

// A frame to the director with room for so many bytes behind its IP header.
MutableBytes begin_frame(Incoming& in, const wire::Mac& from, const Ip& ip, size_t payload) {
  const size_t header = wire::kEthernetSize + ip.header();
  Buffer& frame = in.add();
  frame.assign(header + payload, 0);
  const wire::Mac& to = places().director_mac[in.port];
  std::copy(to.begin(), to.end(), frame.begin());
  std::copy(from.begin(), from.end(), frame.begin() + 6);
  store_be16(&frame[12], ip.from.is_v4() ? wire::ethertype::kIpv4 : wire::ethertype::kIpv6);
  const MutableBytes packet = MutableBytes(frame).subspan(wire::kEthernetSize);
  ip.from.is_v4() ? write_ipv4(packet, ip) : write_ipv6(packet, ip);
  return MutableBytes(frame).subspan(header);
}

void add_frame(Incoming& in, const wire::Mac& from, const Ip& ip, const Segment& segment) {
  write_segment(begin_frame(in, from, ip, size_of(ip.protocol, segment)), ip, segment);
}

conform::Sum sum_of(uint8_t flags, bool v6) {
  if (flags & kBadSum) return conform::Sum::bad;
  return (flags & kNoSum) && !v6 ? conform::Sum::zero : conform::Sum::good;
}

void add_pieces(Incoming& in, const wire::Mac& from, Ip ip, const Segment& segment) {
  Buffer whole(size_of(ip.protocol, segment));
  write_segment(whole, ip, segment);
  const size_t piece = std::max<size_t>(8, whole.size() / 3 & ~size_t{7});
  ip.dont_fragment = false;
  for (size_t at = 0; at < whole.size(); at += piece) {
    const Bytes part = Bytes(whole).subspan(at, std::min(piece, whole.size() - at));
    ip.offset = static_cast<uint16_t>(at / 8);
    ip.more_fragments = at + part.size() < whole.size();
    std::copy(part.begin(), part.end(), begin_frame(in, from, ip, part.size()).begin());
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

Buffer& Incoming::add() {
  // The same for all, that what memory a storm costs does not depend on what came before.
  constexpr size_t kLongest = 8192;
  if (count_ == frames_.size()) frames_.emplace_back().reserve(kLongest);
  return frames_[count_++];
}

void packet_frames(const PacketFields& fields, Incoming& into) {
  const Places& all = places();
  const bool v6 = (fields.flags & kV6) != 0;
  const bool inside = (fields.flags & kFromInside) != 0;
  const auto& senders = inside ? all.servers[v6] : all.clients[v6];
  const auto& targets = inside ? all.clients[v6] : all.targets[v6];
  into.clear();
  into.port = inside ? kInside : kOutside;
  Ip ip;
  ip.from = senders[fields.client % senders.size()];
  ip.to = targets[fields.to % targets.size()];
  ip.protocol = kProtocols[fields.protocol % kProtocols.size()];
  if (ip.protocol == kIcmp && v6) ip.protocol = kIcmpv6;
  ip.ttl = fields.hops == 0 ? kHops : fields.hops;
  ip.tos = fields.tos;
  ip.dont_fragment = (fields.flags & kDontFragment) != 0;
  ip.id = static_cast<uint16_t>(fields.from_port + 1);
  if (!v6) ip.options = kOptions[fields.options % kOptions.size()];
  Segment segment;
  segment.from = (fields.flags & kServerEnd) != 0 ? kPorts[fields.from_port % kPorts.size()]
                                                  : fields.from_port;
  segment.to = kPorts[fields.to_port % kPorts.size()];
  segment.tcp_flags = fields.tcp_flags;
  segment.sum = sum_of(fields.flags, v6);
  segment.data = data_of(fields.data, (fields.flags & kLong) != 0);
  // A server speaks from the named port.
  if (inside) std::swap(segment.from, segment.to);
  const wire::Mac mac = all.mac_of(into.port, ip.from);
  const bool in_pieces =
      (fields.flags & kInPieces) != 0 && !v6 && size_of(ip.protocol, segment) > 8;
  in_pieces ? add_pieces(into, mac, ip, segment) : add_frame(into, mac, ip, segment);
}

void answer_frame(const AnswerFields& fields, const Sent& about, Incoming& into) {
  into.clear();
  into.port = about.port;
  const Reading reading = read_frame(about.frame);
  if (reading.count == 0) return;
  const Packet& asked = reading.inner();
  Ip ip;
  ip.from = address_of(asked.to);
  ip.to = address_of(asked.from);
  ip.protocol = asked.protocol;
  ip.ttl = fields.hops == 0 ? kHops : fields.hops;
  ip.dont_fragment = (fields.flags & kDontFragment) != 0;
  ip.id = fields.data;
  Segment segment;
  segment.from = asked.to_port;
  segment.to = asked.from_port;
  segment.tcp_flags = fields.tcp_flags;
  segment.sum = sum_of(fields.flags, asked.v6);
  segment.data = data_of(fields.data, (fields.flags & kLong) != 0);
  continue_tcp(segment, asked, about.frame);
  add_frame(into, wire::Mac(about.frame.data()), ip, segment);
}

void error_frame(const ErrorFields& fields, const Sent& about, Incoming& into) {
  constexpr std::array<uint8_t, 6> kTypes = {3, 11, 4, 12, 5, 13};
  constexpr std::array<uint8_t, 5> kTypes6 = {1, 2, 3, 4, 127};
  into.clear();
  into.port = about.port;
  const Reading reading = read_frame(about.frame);
  if (reading.count == 0) return;
  const Packet& outer = reading.outer();
  Ip ip;
  const auto end = address_of(outer.to);
  ip.from = (fields.flags & kByRouter) != 0 ? conform::world::router(about.port, outer.v6) : end;
  ip.to = address_of(outer.from);
  ip.protocol = outer.v6 ? kIcmpv6 : kIcmp;
  const Bytes quotable = Bytes(about.frame).subspan(outer.at);
  const size_t behind = fields.quoted == 0 ? 512 : fields.quoted * size_t{4};
  Segment message;
  message.data.given = quotable.first(std::min(quotable.size(), outer.header + behind));
  message.tcp_flags =
      outer.v6 ? kTypes6[fields.type % kTypes6.size()] : kTypes[fields.type % kTypes.size()];
  message.code = fields.code;
  message.rest = fields.mtu;
  message.sum = (fields.flags & kBadSum) != 0 ? conform::Sum::bad : conform::Sum::good;
  add_frame(into, places().mac_of(about.port, ip.from), ip, message);
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
