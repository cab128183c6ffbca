#include "emulator/host/fragment.hh"

#include "emulator/host/options.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace {
constexpr uint16_t kDontFragment = 0x4000;
constexpr uint16_t kMoreFragments = 0x2000;
}  // namespace

size_t size_on_wire(const wire::Frame& packet) {
  const wire::Offload& offload = packet.offload();
  if (offload.segmentation == wire::Segmentation::none) return packet.size();
  const size_t transport = offload.checksum_start;
  size_t header = wire::kUdpSize;
  if (offload.segmentation != wire::Segmentation::udp) {
    if (transport >= packet.size()) return packet.size();
    const auto tcp = wire::TcpView::over(packet.bytes().subspan(transport));
    if (!tcp) return packet.size();
    header = tcp->header_length();
  }
  return std::min(packet.size(), transport + header + offload.segment_size);
}

void finish_checksum(wire::Frame& packet) {
  const wire::Offload offload = packet.offload();
  packet.clear_offload();
  const size_t at = size_t{offload.checksum_start} + offload.checksum_offset;
  if (!offload.partial_checksum || at + 2 > packet.size()) return;
  // The field holds the pseudo header's sum, which so becomes part of the sum.
  uint16_t sum =
      wire::checksum_finish(wire::checksum_sum(packet.bytes().subspan(offload.checksum_start)));
  // A computed 0 is sent as 0xffff: 0 would say "none" (RFC 768). For TCP both mean the same.
  if (sum == 0) sum = 0xffff;
  store_be16(packet.data() + at, sum);
}

Fragmenter::Fragmenter(wire::Frame& packet, size_t mtu) : packet_(packet) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  header_ = ip.header_length();
  payload_ = ip.payload().size();
  piece_ = (mtu - header_) & ~size_t{7};
  first_offset_ = ip.fragment_offset();
  more_behind_ = ip.more_fragments();
}

wire::Frame Fragmenter::next() {
  const size_t size = std::min(piece_, payload_ - at_);
  wire::Frame fragment(header_ + size);
  std::memcpy(fragment.data(), packet_.data(), header_);
  std::memcpy(fragment.data() + header_, packet_.data() + header_ + at_, size);
  store_be16(fragment.data() + 2, static_cast<uint16_t>(fragment.size()));
  const auto ip = *wire::Ipv4Edit::over(fragment.bytes());
  const bool more = at_ + size < payload_ || more_behind_;
  ip.set_fragment_word(static_cast<uint16_t>((first_offset_ + at_) / 8 |
                                             (ip.dont_fragment() ? kDontFragment : 0) |
                                             (more ? kMoreFragments : 0)));
  ip.fill_checksum();
  // The first fragment still needed all options; the next ones are made from what is left.
  if (at_ == 0) keep_copied_options(packet_);
  at_ += size;
  return fragment;
}

}  // namespace lvslab::host
