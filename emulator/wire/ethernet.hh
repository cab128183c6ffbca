#pragma once
// Ethernet II header (14 bytes) and ARP for IPv4 over Ethernet (RFC 826, 28 bytes).

#include "emulator/wire/view.hh"

namespace lvslab::wire {

namespace ethertype {
inline constexpr uint16_t kIpv4 = 0x0800;
inline constexpr uint16_t kArp = 0x0806;
inline constexpr uint16_t kIpv6 = 0x86dd;
}  // namespace ethertype

inline constexpr size_t kEthernetSize = 14;

template <PacketByte Byte>
class BasicEthernet : public View<Byte> {
 public:
  static std::optional<BasicEthernet> over(std::span<Byte> bytes) {
    if (bytes.size() < kEthernetSize) return {};
    return BasicEthernet(bytes.data());
  }
  Mac destination() const { return Mac(this->at_); }
  Mac source() const { return Mac(this->at_ + 6); }
  uint16_t type() const { return this->u16(12); }
  bool is_group() const { return this->u8(0) & 1; }  // multicast or broadcast

  void set_destination(const Mac& mac) const { put(0, mac); }
  void set_source(const Mac& mac) const { put(6, mac); }
  void set_type(uint16_t type) const { this->put16(12, type); }

 private:
  using View<Byte>::View;
  // A constant size is two moves, not a call.
  void put(size_t offset, const Mac& mac) const {
    std::memcpy(this->at_ + offset, &*mac.begin(), 6);
  }
};
using EthernetView = BasicEthernet<const uint8_t>;
using EthernetEdit = BasicEthernet<uint8_t>;

inline constexpr size_t kArpSize = 28;
namespace arp {
inline constexpr uint16_t kRequest = 1;
inline constexpr uint16_t kReply = 2;
}  // namespace arp

template <PacketByte Byte>
class BasicArp : public View<Byte> {
 public:
  // Only IPv4 over Ethernet: hardware type 1, protocol 0x0800, lengths 6 and 4.
  static std::optional<BasicArp> over(std::span<Byte> bytes) {
    if (bytes.size() < kArpSize) return {};
    BasicArp arp(bytes.data());
    if (arp.u16(0) != 1 || arp.u16(2) != ethertype::kIpv4 || arp.u16(4) != 0x0604) return {};
    return arp;
  }
  uint16_t operation() const { return this->u16(6); }
  Mac sender_mac() const { return Mac(this->at_ + 8); }
  IpAddress sender_ip() const { return IpAddress::v4_at(this->at_ + 14); }
  Mac target_mac() const { return Mac(this->at_ + 18); }
  IpAddress target_ip() const { return IpAddress::v4_at(this->at_ + 24); }

 private:
  using View<Byte>::View;
};
using ArpView = BasicArp<const uint8_t>;

}  // namespace lvslab::wire
