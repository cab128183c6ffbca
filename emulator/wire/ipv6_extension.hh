#pragma once
// IPv6 extension headers (RFC 8200, 4): hop-by-hop and destination options, routing, fragment.
// What the options and routes in them mean is for a host to say. AH and ESP count as upper layers.

#include "emulator/wire/ipv6.hh"

namespace lvslab::wire {

// IANA protocol numbers of the extension headers.
namespace next_header {
inline constexpr uint8_t kHopByHop = 0;
inline constexpr uint8_t kRouting = 43;
inline constexpr uint8_t kFragment = 44;
inline constexpr uint8_t kNone = 59;  // nothing follows
inline constexpr uint8_t kDestination = 60;
}  // namespace next_header

inline constexpr bool is_extension_header(uint8_t type) {
  return type == next_header::kHopByHop || type == next_header::kRouting ||
         type == next_header::kFragment || type == next_header::kDestination;
}

inline constexpr size_t kFragmentHeaderSize = 8;

template <PacketByte Byte>
class BasicFragmentHeader : public View<Byte> {
 public:
  static std::optional<BasicFragmentHeader> over(std::span<Byte> bytes) {
    if (bytes.size() < kFragmentHeaderSize) return {};
    return BasicFragmentHeader(bytes.data());
  }
  uint8_t next_header() const { return this->u8(0); }
  size_t offset() const { return this->u16(2) & 0xfff8U; }  // bytes
  bool more_fragments() const { return this->u8(3) & 1; }
  uint32_t id() const { return this->u32(4); }

  // Writes all 8 bytes; offset in bytes, a multiple of 8.
  void fill(uint8_t next, size_t offset_bytes, bool more, uint32_t id) const {
    this->put8(0, next);
    this->put8(1, 0);
    this->put16(2, static_cast<uint16_t>(offset_bytes | (more ? 1U : 0U)));
    this->put32(4, id);
  }

 private:
  using View<Byte>::View;
};
using FragmentHeaderView = BasicFragmentHeader<const uint8_t>;
using FragmentHeaderEdit = BasicFragmentHeader<uint8_t>;

// Goes from header to header. Every step moves on by 8 bytes at least.
class ExtensionWalk {
 public:
  // packet: begins with an IPv6 header, which is whole. Quoted packets may end anywhere.
  explicit ExtensionWalk(Bytes packet) : packet_(packet), type_(packet[6]) {}

  uint8_t type() const { return type_; }         // of what stands at at()
  size_t named_at() const { return named_at_; }  // offset of the byte that says so
  size_t at() const { return at_; }              // bytes from the front of the packet
  bool is_extension() const { return is_extension_header(type_); }

  // Length in bytes of the extension header at at(); 0 when the packet ends within it.
  size_t size() const {
    if (at_ + 8 > packet_.size()) return 0;
    const size_t length = type_ == next_header::kFragment ? 8 : (packet_[at_ + 1] + 1U) * 8U;
    return at_ + length <= packet_.size() ? length : 0;
  }
  // The extension header at at(), whole; empty when it is not.
  Bytes header() const { return packet_.subspan(std::min(at_, packet_.size()), size()); }

  // Past the extension header at at(). False, and nowhere gone: it is not whole.
  bool step() {
    const size_t length = size();
    if (length == 0) return false;
    type_ = packet_[at_];
    named_at_ = at_;
    at_ += length;
    return true;
  }

 private:
  Bytes packet_;
  uint8_t type_;
  size_t named_at_ = 6;
  size_t at_ = kIpv6Size;
};

// What stands behind all extension headers.
struct UpperLayer {
  uint8_t protocol = 0;
  size_t protocol_at = 0;       // offset of the byte that names it
  size_t offset = 0;            // of its header, from the front of the packet
  size_t fragment_at = 0;       // offset of the fragment header; 0: there is none
  bool later_fragment = false;  // its header is in another fragment
};
// Nothing when a header on the way is cut short. Does not go past the header of a fragment that is
// not the first.
std::optional<UpperLayer> upper_layer_of(Bytes packet);

}  // namespace lvslab::wire
