#pragma once
// IPv6 header (RFC 8200). Extension headers: ipv6_extension.hh.

#include "emulator/wire/view.hh"

namespace lvslab::wire {

inline constexpr size_t kIpv6Size = 40;

template <PacketByte Byte>
class BasicIpv6 : public View<Byte> {
 public:
  // Checked: version 6, header whole, payload length within the bytes.
  static std::optional<BasicIpv6> over(std::span<Byte> bytes) {
    if (bytes.size() < kIpv6Size) return {};
    BasicIpv6 ip(bytes.data());
    if (ip.version() != 6 || kIpv6Size + ip.payload_length() > bytes.size()) return {};
    return ip;
  }
  static std::optional<BasicIpv6> over_quoted(std::span<Byte> bytes) {
    if (bytes.size() < kIpv6Size || bytes[0] >> 4 != 6) return {};
    return BasicIpv6(bytes.data());
  }

  // For one that was checked before, of whatever version it says to be; 40 bytes at least.
  static BasicIpv6 at(Byte* bytes) { return BasicIpv6(bytes); }

  uint8_t version() const { return this->u8(0) >> 4; }
  uint8_t traffic_class() const { return static_cast<uint8_t>(this->u16(0) >> 4); }
  uint32_t flow_label() const { return this->u32(0) & 0xfffffU; }
  uint16_t payload_length() const { return this->u16(4); }
  uint8_t next_header() const { return this->u8(6); }
  uint8_t hop_limit() const { return this->u8(7); }
  IpAddress source() const { return IpAddress::v6_at(this->at_ + 8); }
  IpAddress destination() const { return IpAddress::v6_at(this->at_ + 24); }
  std::span<Byte> payload() const { return {this->at_ + kIpv6Size, payload_length()}; }

  void set_payload_length(uint16_t v) const { this->put16(4, v); }
  void set_next_header(uint8_t v) const { this->put8(6, v); }
  void set_hop_limit(uint8_t v) const { this->put8(7, v); }
  void set_source(const IpAddress& a) const { put_address(8, a); }
  void set_destination(const IpAddress& a) const { put_address(24, a); }

 private:
  using View<Byte>::View;
  // A constant size is one move, not a call; an address of the other family can write no further.
  void put_address(size_t offset, const IpAddress& a) const {
    std::memcpy(this->at_ + offset, a.bytes().data(), 16);
  }
};
using Ipv6View = BasicIpv6<const uint8_t>;
using Ipv6Edit = BasicIpv6<uint8_t>;

}  // namespace lvslab::wire
