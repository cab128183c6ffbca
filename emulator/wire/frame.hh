#pragma once
// A frame on its way: bytes with room in front of them for what an encapsulation adds, and what the
// device said of it. Headers are taken off by moving the front (trim_front) and put on by
// moving it back (prepend): nothing is copied, nothing allocated once the pool is warm.
//
// Frames come from and return to a pool of the thread that made them.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "emulator/base/bytes.hh"

namespace lvslab::wire {

// Largest growth on the way: Ethernet 14 + outer IPv6 40 + UDP 8 + GUE 12 = 74 bytes; rounded up.
inline constexpr size_t kHeadroom = 128;
// A TAP with offloads hands over an IP packet of up to 65,535 bytes behind its Ethernet header.
inline constexpr size_t kLargestFrame = 65535 + 14;

enum class Segmentation : uint8_t { none, tcp4, tcp6, udp };

// What the device said of a frame (struct virtio_net_hdr, Virtual I/O Device 1.1, 5.1.6).
struct Offload {
  // The transport checksum holds only the pseudo header's sum; the rest is added by the device.
  bool partial_checksum = false;
  uint16_t checksum_start = 0;   // bytes from the front of the frame as it stands
  uint16_t checksum_offset = 0;  // bytes from checksum_start
  // A super-packet: its device cuts it into segments of segment_size bytes of payload.
  Segmentation segmentation = Segmentation::none;
  uint16_t segment_size = 0;
};

namespace detail {
// Returns a buffer to the pool it came from.
struct Recycle {
  bool large = false;
  void operator()(uint8_t* buffer) const;
};
}  // namespace detail

class Frame {
 public:
  Frame() = default;  // no bytes, no buffer
  // A frame of `size` bytes of unspecified content; size <= kLargestFrame.
  explicit Frame(size_t size);
  static Frame copy_of(Bytes bytes);
  Frame clone() const;  // with all that is known of it

  // The frame moved from is empty.
  Frame(Frame&& other) noexcept { *this = std::move(other); }
  Frame& operator=(Frame&& other) noexcept {
    buffer_ = std::move(other.buffer_);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    offload_ = std::exchange(other.offload_, {});
    mark_ = std::exchange(other.mark_, 0);
    largest_fragment_ = std::exchange(other.largest_fragment_, 0);
    return *this;
  }

  uint8_t* data() { return buffer_.get() + begin_; }
  const uint8_t* data() const { return buffer_.get() + begin_; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return end_ == begin_; }
  Bytes bytes() const { return Bytes(data(), size()); }
  MutableBytes bytes() { return MutableBytes(data(), size()); }

  size_t headroom() const { return begin_; }
  // The front moves back by n bytes, of unspecified content; n <= headroom().
  uint8_t* prepend(size_t n) {
    assert(n <= begin_);
    begin_ -= n;
    return data();
  }
  // The first n bytes go; n <= size().
  void trim_front(size_t n) {
    assert(n <= size());
    begin_ += n;
  }
  // Only the first n bytes stay; n <= size().
  void truncate(size_t n) {
    assert(n <= size());
    end_ = begin_ + n;
  }

  // checksum_start follows the front as it moves.
  Offload offload() const {
    Offload relative = offload_;
    relative.checksum_start = static_cast<uint16_t>(offload_.checksum_start - begin_);
    return relative;
  }
  void set_offload(const Offload& offload) {
    offload_ = offload;
    offload_.checksum_start = static_cast<uint16_t>(offload.checksum_start + begin_);
  }
  void clear_offload() { set_offload({}); }
  // A super-packet, which its device cuts into segments.
  bool is_super() const { return offload_.segmentation != Segmentation::none; }
  bool has_partial_checksum() const { return offload_.partial_checksum; }

  // A firewall's mark on the packet (fwmark); 0: none.
  uint32_t mark() const { return mark_; }
  void set_mark(uint32_t mark) { mark_ = mark; }
  // Bytes of the largest IP fragment it was put together from; 0: it came in one piece.
  uint32_t largest_fragment() const { return largest_fragment_; }
  void set_largest_fragment(uint32_t bytes) { largest_fragment_ = bytes; }

 private:
  std::unique_ptr<uint8_t, detail::Recycle> buffer_;
  // Places in the buffer. Each move of an end writes one of them only.
  size_t begin_ = 0;
  size_t end_ = 0;
  Offload offload_;  // its checksum_start counts from the buffer's beginning
  uint32_t mark_ = 0;
  uint32_t largest_fragment_ = 0;
};

}  // namespace lvslab::wire
