#include "emulator/host/tcp_segment.hh"

#include <cstring>

#include "emulator/host/packet.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace flag = wire::tcp_flag;

namespace {

constexpr uint8_t kMss = 2, kMssLength = 4;

// The MSS option, if there (RFC 9293, 3.2). False: options that overrun their header.
bool read_options(Bytes options, std::optional<uint16_t>& mss) {
  constexpr uint8_t kEnd = 0, kNoOperation = 1;
  size_t at = 0;
  while (at < options.size() && options[at] != kEnd) {
    if (options[at] == kNoOperation) {
      ++at;
      continue;
    }
    const size_t left = options.size() - at;
    if (left < 2 || options[at + 1] < 2 || options[at + 1] > left) return false;
    if (options[at] == kMss && options[at + 1] == kMssLength)
      mss = load_be16(options.data() + at + 2);
    at += options[at + 1];
  }
  return true;
}

// Bytes are text to the programs behind TCP; this is the one place where they become so.
std::string_view text_over(Bytes bytes) {
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

// Of a packet whose IP header is checked.
uint8_t tos_of(Bytes packet) {
  return packet[0] >> 4 == 4 ? packet[1] : wire::Ipv6View::over_quoted(packet)->traffic_class();
}

constexpr uint8_t kTtl = 64;  // net.ipv4.ip_default_ttl, net.ipv6.conf.*.hop_limit

void write_header4(uint8_t* ip, const Segment& segment, size_t total) {
  constexpr uint16_t kDontFragment = 0x4000;
  ip[0] = 0x45;
  ip[1] = segment.tos;
  store_be16(ip + 2, static_cast<uint16_t>(total));
  store_be16(ip + 4, 0);  // RFC 6864, 4.1: an atomic datagram needs no id
  store_be16(ip + 6, kDontFragment);
  ip[8] = kTtl;
  ip[9] = wire::proto::kTcp;
  store_be16(ip + 10, 0);
  segment.from.address.store(ip + 12);
  segment.to.address.store(ip + 16);
  store_be16(ip + 10, wire::checksum_finish(wire::checksum_sum(Bytes(ip, wire::kIpv4Size))));
}

void write_header6(uint8_t* ip, const Segment& segment, size_t payload) {
  store_be32(ip, 0x60000000U | uint32_t{segment.tos} << 20);
  store_be16(ip + 4, static_cast<uint16_t>(payload));
  ip[6] = wire::proto::kTcp;
  ip[7] = kTtl;
  segment.from.address.store(ip + 8);
  segment.to.address.store(ip + 24);
}

// RFC 9293, 3.1, without its checksum.
void write_tcp(uint8_t* tcp, const Segment& segment, size_t header) {
  store_be16(tcp, segment.from.port);
  store_be16(tcp + 2, segment.to.port);
  store_be32(tcp + 4, segment.sequence);
  store_be32(tcp + 8, segment.acknowledgment);
  tcp[12] = static_cast<uint8_t>(header / 4 << 4);
  tcp[13] = segment.flags;
  store_be16(tcp + 14, segment.window);
  store_be32(tcp + 16, 0);
  if (segment.mss) store_be32(tcp + 20, uint32_t{kMss} << 24 | kMssLength << 16 | *segment.mss);
  if (!segment.payload.empty())
    std::memcpy(tcp + header, segment.payload.data(), segment.payload.size());
}

}  // namespace

std::optional<Segment> read_segment(const wire::Frame& packet) {
  const Segmented carried = segment_in(packet.bytes());
  const Bytes bytes = carried.bytes;
  const auto tcp = wire::TcpView::over(bytes);
  if (!tcp || tcp->header_length() < wire::kTcpSize || tcp->header_length() > bytes.size())
    return {};
  if (!packet.offload().partial_checksum && !carried.checksum_good(bytes)) return {};
  Segment segment;
  segment.from = {carried.source, tcp->source_port()};
  segment.to = {carried.destination, tcp->destination_port()};
  segment.sequence = tcp->sequence();
  segment.acknowledgment = tcp->acknowledgment();
  segment.flags = tcp->flags();
  segment.window = tcp->window();
  segment.tos = tos_of(packet.bytes());
  segment.payload = text_over(bytes.subspan(tcp->header_length()));
  const Bytes options = bytes.first(tcp->header_length()).subspan(wire::kTcpSize);
  if (!read_options(options, segment.mss)) return {};
  return segment;
}

wire::Frame write_segment(const Segment& segment) {
  const auto& from = segment.from.address;
  const size_t ip_header = from.is_v6() ? wire::kIpv6Size : wire::kIpv4Size;
  const size_t header = wire::kTcpSize + (segment.mss ? kMssLength : 0U);
  const size_t size = header + segment.payload.size();
  wire::Frame packet(ip_header + size);
  if (from.is_v6())
    write_header6(packet.data(), segment, size);
  else
    write_header4(packet.data(), segment, packet.size());
  uint8_t* const tcp = packet.data() + ip_header;
  write_tcp(tcp, segment, header);
  const uint64_t pseudo = wire::pseudo_header_sum(from, segment.to.address, wire::proto::kTcp,
                                                  static_cast<uint32_t>(size));
  store_be16(tcp + 16, wire::checksum_finish(wire::checksum_sum(Bytes(tcp, size), pseudo)));
  return packet;
}

Segment reset_for(const Segment& segment) {
  Segment reset;
  reset.from = segment.to;
  reset.to = segment.from;
  constexpr uint8_t kEcn = 3;
  reset.tos = static_cast<uint8_t>(segment.tos & ~kEcn);
  if (segment.has(flag::kAck)) {
    reset.flags = flag::kRst;
    reset.sequence = segment.acknowledgment;
  } else {
    reset.flags = flag::kRst | flag::kAck;
    reset.acknowledgment = segment.sequence + segment.length();
  }
  return reset;
}

}  // namespace lvslab::host
