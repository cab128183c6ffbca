#pragma once
// The 10 bytes in front of each frame of a TAP with IFF_VNET_HDR and of a packet socket with
// PACKET_VNET_HDR (Virtual I/O Device 1.1, 5.1.6): to and from wire::Offload. Declared here because
// <linux/virtio_net.h> does not compile as C++. Little-endian (TUNSETVNETLE).

#include <array>

#include "emulator/wire/frame.hh"

namespace lvslab::kernel {

inline constexpr size_t kVirtioHeaderSize = 10;
using VirtioHeader = std::array<uint8_t, kVirtioHeaderSize>;

// What the kernel said of a frame of `frame_size` bytes; a start or offset outside it is ignored.
wire::Offload read_virtio_header(const VirtioHeader& header, size_t frame_size);
VirtioHeader make_virtio_header(const wire::Offload& offload);

}  // namespace lvslab::kernel
