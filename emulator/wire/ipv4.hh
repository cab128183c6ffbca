#pragma once
// IPv4 header (RFC 791).

#include "emulator/wire/checksum.hh"
#include "emulator/wire/view.hh"

namespace lvslab::wire {

inline constexpr size_t kIpv4Size = 20;  // without options

template <PacketByte Byte>
class BasicIpv4 : public View<Byte> {
 public:
  // Checked: version 4, header length 20..60 and within the bytes, total length between the
  // header and the bytes. What follows total_length() is padding. Not checked: the checksum.
  static std::optional<BasicIpv4> over(std::span<Byte> bytes) {
    if (bytes.size() < kIpv4Size) return {};
    BasicIpv4 ip(bytes.data());
    if (ip.version() != 4 || ip.header_length() < kIpv4Size) return {};
    if (ip.total_length() < ip.header_length() || ip.total_length() > bytes.size()) return {};
    return ip;
  }
  // For a header quoted in an ICMP error: its total length speaks of the packet that was.
  static std::optional<BasicIpv4> over_quoted(std::span<Byte> bytes) {
    if (bytes.size() < kIpv4Size) return {};
    BasicIpv4 ip(bytes.data());
    if (ip.version() != 4 || ip.header_length() < kIpv4Size || ip.header_length() > bytes.size())
      return {};
    return ip;
  }

  // For one that was checked before, of whatever version it says to be; 20 bytes at least.
  static BasicIpv4 at(Byte* bytes) { return BasicIpv4(bytes); }

  uint8_t version() const { return this->u8(0) >> 4; }
  size_t header_length() const { return (this->u8(0) & 0x0fU) * 4U; }  // bytes
  uint8_t tos() const { return this->u8(1); }
  uint16_t total_length() const { return this->u16(2); }
  uint16_t id() const { return this->u16(4); }
  bool dont_fragment() const { return this->u8(6) & 0x40; }
  bool more_fragments() const { return this->u8(6) & 0x20; }
  size_t fragment_offset() const { return (this->u16(6) & 0x1fffU) * 8U; }  // bytes
  bool is_fragment() const { return (this->u16(6) & 0x3fffU) != 0; }
  uint8_t ttl() const { return this->u8(8); }
  uint8_t protocol() const { return this->u8(9); }
  uint16_t checksum() const { return this->u16(10); }
  IpAddress source() const { return IpAddress::v4_at(this->at_ + 12); }
  IpAddress destination() const { return IpAddress::v4_at(this->at_ + 16); }
  bool checksum_good() const { return checksum_ok(Bytes(this->at_, header_length())); }
  std::span<Byte> payload() const {
    return {this->at_ + header_length(), total_length() - header_length()};
  }

  void set_total_length(uint16_t v) const { this->put16(2, v); }
  void set_id(uint16_t v) const { this->put16(4, v); }
  void set_ttl(uint8_t v) const { this->put8(8, v); }
  void set_checksum(uint16_t v) const { this->put16(10, v); }
  void set_source(const IpAddress& a) const { put_address(12, a); }
  void set_destination(const IpAddress& a) const { put_address(16, a); }
  // flags_and_offset as on the wire: bit 14 DF, bit 13 MF, then the offset in units of 8 bytes.
  void set_fragment_word(uint16_t flags_and_offset) const { this->put16(6, flags_and_offset); }
  // Over the header as it stands.
  void fill_checksum() const {
    set_checksum(0);
    set_checksum(checksum_finish(checksum_sum(Bytes(this->at_, header_length()))));
  }
  // TTL less one. The checksum's word grows by what the TTL's shrinks, with its carry (RFC 1141).
  // The TTL must not be 0.
  void decrement_ttl() const {
    // TTL and protocol share a word. Written whole, because reading a word half of which was just
    // written waits for the store.
    this->put16(8, static_cast<uint16_t>(this->u16(8) - 0x0100));
    const uint32_t sum = checksum() + 0x0100U;
    set_checksum(static_cast<uint16_t>(sum + (sum >= 0xffff)));
  }

 private:
  using View<Byte>::View;
  // A constant size is one move, not a call; an address of the other family can write no further.
  void put_address(size_t offset, const IpAddress& a) const {
    std::memcpy(this->at_ + offset, a.bytes().data(), 4);
  }
};
using Ipv4View = BasicIpv4<const uint8_t>;
using Ipv4Edit = BasicIpv4<uint8_t>;

}  // namespace lvslab::wire
