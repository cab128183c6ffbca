#include "emulator/host/tcp_segment.hh"

#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>

#include "emulator/host/packet.hh"

namespace lvslab::host {

namespace flag = wire::tcp_flag;

namespace {

// The MSS option, if there (RFC 9293, 3.2). False: options that overrun their header.
bool read_options(Bytes options, std::optional<uint16_t>& mss) {
  constexpr uint8_t kEnd = 0, kNoOperation = 1, kMss = 2, kMssLength = 4;
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

Tins::IP header4(const Segment& segment) {
  Tins::IP ip(segment.to.address.v4(), segment.from.address.v4());
  ip.ttl(64);  // net.ipv4.ip_default_ttl
  ip.tos(segment.tos);
  ip.flags(Tins::IP::DONT_FRAGMENT);
  ip.id(0);  // RFC 6864, 4.1: an atomic datagram needs none
  return ip;
}

Tins::IPv6 header6(const Segment& segment) {
  Tins::IPv6 ip(segment.to.address.v6(), segment.from.address.v6());
  ip.hop_limit(64);  // net.ipv6.conf.*.hop_limit
  ip.traffic_class(segment.tos);
  return ip;
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
  Tins::TCP tcp(segment.to.port, segment.from.port);
  tcp.seq(segment.sequence);
  tcp.ack_seq(segment.acknowledgment);
  tcp.flags(segment.flags);
  tcp.window(segment.window);
  if (segment.mss) tcp.mss(*segment.mss);
  if (!segment.payload.empty()) tcp /= Tins::RawPDU(std::string(segment.payload));
  const auto bytes = segment.to.address.is_v6() ? (header6(segment) / tcp).serialize()
                                                : (header4(segment) / tcp).serialize();
  return wire::Frame::copy_of(bytes);
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
