#include "emulator/kernel/virtio_header.hh"

namespace lvslab::kernel {

namespace {

// Offsets and values of struct virtio_net_hdr.
// The header length at 2 is a hint only: 0 lets the kernel find it.
constexpr size_t kFlags = 0, kGsoType = 1, kGsoSize = 4, kStart = 6, kOffset = 8;
constexpr uint8_t kNeedsChecksum = 1;
constexpr uint8_t kGsoTcp4 = 1, kGsoTcp6 = 4, kGsoUdpL4 = 5, kGsoEcn = 0x80;

wire::Segmentation segmentation_of(uint8_t type) {
  switch (type & ~kGsoEcn) {
    case kGsoTcp4:
      return wire::Segmentation::tcp4;
    case kGsoTcp6:
      return wire::Segmentation::tcp6;
    case kGsoUdpL4:
      return wire::Segmentation::udp;
    default:
      return wire::Segmentation::none;
  }
}

uint8_t type_of(wire::Segmentation segmentation) {
  switch (segmentation) {
    case wire::Segmentation::tcp4:
      return kGsoTcp4;
    case wire::Segmentation::tcp6:
      return kGsoTcp6;
    case wire::Segmentation::udp:
      return kGsoUdpL4;
    case wire::Segmentation::none:
      break;
  }
  return 0;
}

}  // namespace

wire::Offload read_virtio_header(const VirtioHeader& header, size_t frame_size) {
  wire::Offload offload;
  const uint16_t start = load_le16(header.data() + kStart);
  const uint16_t offset = load_le16(header.data() + kOffset);
  if ((header[kFlags] & kNeedsChecksum) && size_t{start} + offset + 2 <= frame_size) {
    offload.partial_checksum = true;
    offload.checksum_start = start;
    offload.checksum_offset = offset;
  }
  offload.segmentation = segmentation_of(header[kGsoType]);
  if (offload.segmentation != wire::Segmentation::none)
    offload.segment_size = load_le16(header.data() + kGsoSize);
  return offload;
}

VirtioHeader make_virtio_header(const wire::Offload& offload) {
  VirtioHeader header{};
  if (offload.partial_checksum) {
    header[kFlags] = kNeedsChecksum;
    store_le16(header.data() + kStart, offload.checksum_start);
    store_le16(header.data() + kOffset, offload.checksum_offset);
  }
  if (offload.segmentation != wire::Segmentation::none) {
    header[kGsoType] = type_of(offload.segmentation);
    store_le16(header.data() + kGsoSize, offload.segment_size);
  }
  return header;
}

}  // namespace lvslab::kernel
