#include "emulator/wire/offload.hh"

#include <algorithm>

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ip_edit.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::wire {

namespace {

constexpr uint8_t kCwr = 0x80;  // RFC 3168, 6.1

// Bytes of a super-packet that each of its segments repeats; 0: it can't be told.
size_t repeated(const Frame& packet, const Offload& offload) {
  const size_t transport = offload.checksum_start;
  if (offload.segmentation == Segmentation::udp) return transport + kUdpSize;
  if (transport >= packet.size()) return 0;
  const auto tcp = TcpView::over(packet.bytes().subspan(transport));
  return tcp ? transport + tcp->header_length() : 0;
}

// The IP header of the segment at `index` and its transport header, from those of all.
void adapt_ip(Frame& segment, size_t index) {
  uint8_t* ip = segment.data() + kEthernetSize;
  const size_t size = segment.size() - kEthernetSize;
  if (ip[0] >> 4 == 6) {
    store_be16(ip + 4, static_cast<uint16_t>(size - kIpv6Size));
    return;
  }
  store_be16(ip + 2, static_cast<uint16_t>(size));
  const auto header = *Ipv4Edit::over({ip, size});
  header.set_id(static_cast<uint16_t>(header.id() + index));
  header.fill_checksum();
}

void adapt_tcp(uint8_t* tcp, size_t offset, bool first, bool last) {
  store_be32(tcp + 4, load_be32(tcp + 4) + static_cast<uint32_t>(offset));
  if (!first) tcp[13] = static_cast<uint8_t>(tcp[13] & ~kCwr);
  if (!last) tcp[13] = static_cast<uint8_t>(tcp[13] & ~(tcp_flag::kFin | tcp_flag::kPsh));
}

void fill_transport_checksum(Frame& segment, size_t field) {
  const auto ip = *IpEdit::over(segment.bytes().subspan(kEthernetSize));
  uint8_t* at = ip.payload().data() + field;
  store_be16(at, 0);
  const uint16_t sum = checksum_finish(checksum_sum(ip.payload(), ip.pseudo_header_sum()));
  store_be16(at, sum == 0 ? 0xffff : sum);  // as in finish_checksum()
}

}  // namespace

size_t size_on_wire(const Frame& packet) {
  if (!packet.is_super()) return packet.size();
  const Offload offload = packet.offload();
  const size_t header = repeated(packet, offload);
  if (header == 0) return packet.size();
  return std::min(packet.size(), header + offload.segment_size);
}

size_t segments_on_wire(const Frame& packet) {
  if (!packet.is_super()) return 1;
  const Offload offload = packet.offload();
  const size_t header = repeated(packet, offload);
  if (header == 0 || header >= packet.size() || offload.segment_size == 0) return 1;
  return (packet.size() - header + offload.segment_size - 1) / offload.segment_size;
}

void finish_checksum(Frame& packet) {
  const Offload offload = packet.offload();
  packet.clear_offload();
  const size_t at = size_t{offload.checksum_start} + offload.checksum_offset;
  if (!offload.partial_checksum || at + 2 > packet.size()) return;
  // The field holds the pseudo header's sum, which so becomes part of the sum.
  uint16_t sum = checksum_finish(checksum_sum(packet.bytes().subspan(offload.checksum_start)));
  // A computed 0 is sent as 0xffff: 0 would say "none" (RFC 768). For TCP both mean the same.
  if (sum == 0) sum = 0xffff;
  store_be16(packet.data() + at, sum);
}

Segmenter::Segmenter(const Frame& frame) : frame_(frame) {
  const Offload offload = frame.offload();
  if (!frame.is_super() || frame.size() < kEthernetSize) return;
  Frame headers = frame.clone();
  const auto ip = IpEdit::over(headers.bytes().subspan(kEthernetSize));
  const size_t transport = offload.checksum_start;
  const size_t header = repeated(frame, offload);
  if (!ip || transport != kEthernetSize + ip->header_length()) return;
  if (transport + std::max<size_t>(offload.checksum_offset + 2U, kUdpSize) > header) return;
  if (offload.segmentation != Segmentation::udp && transport + kTcpSize > header) return;
  count_ = segments_on_wire(frame);
  header_ = header;
  piece_ = offload.segment_size;
}

Frame Segmenter::next() {
  const size_t index = next_++;
  if (count_ == 1) {
    Frame whole = frame_.clone();
    finish_checksum(whole);
    return whole;
  }
  const size_t at = header_ + index * piece_;
  const size_t size = std::min(piece_, frame_.size() - at);
  Frame segment(header_ + size);
  std::memcpy(segment.data(), frame_.data(), header_);
  std::memcpy(segment.data() + header_, frame_.data() + at, size);
  segment.set_mark(frame_.mark());
  const Offload offload = frame_.offload();
  uint8_t* transport = segment.data() + offload.checksum_start;
  adapt_ip(segment, index);
  if (offload.segmentation == Segmentation::udp)
    store_be16(transport + 4, static_cast<uint16_t>(kUdpSize + size));
  else
    adapt_tcp(transport, index * piece_, index == 0, index + 1 == count_);
  fill_transport_checksum(segment, offload.checksum_offset);
  return segment;
}

}  // namespace lvslab::wire
