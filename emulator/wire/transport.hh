#pragma once
// TCP (RFC 9293), UDP (RFC 768) and ICMP (RFC 792, RFC 4443) headers.

#include "emulator/wire/view.hh"

namespace lvslab::wire {

inline constexpr size_t kTcpSize = 20;  // without options
inline constexpr size_t kUdpSize = 8;
inline constexpr size_t kIcmpSize = 8;

namespace tcp_flag {
inline constexpr uint8_t kFin = 0x01;
inline constexpr uint8_t kSyn = 0x02;
inline constexpr uint8_t kRst = 0x04;
inline constexpr uint8_t kPsh = 0x08;
inline constexpr uint8_t kAck = 0x10;
inline constexpr uint8_t kUrg = 0x20;
}  // namespace tcp_flag

template <PacketByte Byte>
class BasicTcp : public View<Byte> {
 public:
  // Checked: 20 bytes are there. The data offset is not: IPVS does not look at it, and neither may
  // the director; header_length() is for readers that do, who compare it with their bytes.
  static std::optional<BasicTcp> over(std::span<Byte> bytes) {
    if (bytes.size() < kTcpSize) return {};
    return BasicTcp(bytes.data());
  }
  uint16_t source_port() const { return this->u16(0); }
  uint16_t destination_port() const { return this->u16(2); }
  uint32_t sequence() const { return this->u32(4); }
  uint32_t acknowledgment() const { return this->u32(8); }
  size_t header_length() const { return (this->u8(12) >> 4) * 4U; }
  uint8_t flags() const { return this->u8(13); }
  bool has(uint8_t flag) const { return (flags() & flag) != 0; }
  uint16_t window() const { return this->u16(14); }
  uint16_t checksum() const { return this->u16(16); }

  void set_source_port(uint16_t v) const { this->put16(0, v); }
  void set_destination_port(uint16_t v) const { this->put16(2, v); }
  void set_checksum(uint16_t v) const { this->put16(16, v); }

 private:
  using View<Byte>::View;
};
using TcpView = BasicTcp<const uint8_t>;
using TcpEdit = BasicTcp<uint8_t>;

template <PacketByte Byte>
class BasicUdp : public View<Byte> {
 public:
  // Checked: 8 bytes are there. The length field is not: IPVS does not look at it.
  static std::optional<BasicUdp> over(std::span<Byte> bytes) {
    if (bytes.size() < kUdpSize) return {};
    return BasicUdp(bytes.data());
  }
  uint16_t source_port() const { return this->u16(0); }
  uint16_t destination_port() const { return this->u16(2); }
  uint16_t length() const { return this->u16(4); }
  uint16_t checksum() const { return this->u16(6); }  // 0: the sender computed none (IPv4)

  void set_source_port(uint16_t v) const { this->put16(0, v); }
  void set_destination_port(uint16_t v) const { this->put16(2, v); }
  void set_length(uint16_t v) const { this->put16(4, v); }
  void set_checksum(uint16_t v) const { this->put16(6, v); }

 private:
  using View<Byte>::View;
};
using UdpView = BasicUdp<const uint8_t>;
using UdpEdit = BasicUdp<uint8_t>;

namespace icmp {
inline constexpr uint8_t kEchoReply = 0;
inline constexpr uint8_t kUnreachable = 3;
inline constexpr uint8_t kRedirect = 5;
inline constexpr uint8_t kEchoRequest = 8;
inline constexpr uint8_t kTimeExceeded = 11;
inline constexpr uint8_t kParameterProblem = 12;
// Codes of kUnreachable.
inline constexpr uint8_t kNetUnreachable = 0;
inline constexpr uint8_t kHostUnreachable = 1;
inline constexpr uint8_t kProtocolUnreachable = 2;
inline constexpr uint8_t kPortUnreachable = 3;
inline constexpr uint8_t kFragmentationNeeded = 4;
}  // namespace icmp

template <PacketByte Byte>
class BasicIcmp : public View<Byte> {
 public:
  // Checked: 8 bytes are there. `bytes` is the whole message (the IP payload).
  static std::optional<BasicIcmp> over(std::span<Byte> bytes) {
    if (bytes.size() < kIcmpSize) return {};
    return BasicIcmp(bytes.data(), bytes.size());
  }
  uint8_t type() const { return this->u8(0); }
  uint8_t code() const { return this->u8(1); }
  uint16_t checksum() const { return this->u16(2); }
  uint16_t identifier() const { return this->u16(4); }    // echo
  uint16_t sequence() const { return this->u16(6); }      // echo
  uint16_t next_hop_mtu() const { return this->u16(6); }  // fragmentation needed (RFC 1191, 4)
  // What follows the 8 bytes: data of an echo, the quoted packet of an error.
  std::span<Byte> body() const { return {this->at_ + kIcmpSize, size_ - kIcmpSize}; }

  void set_type(uint8_t v) const { this->put8(0, v); }
  void set_checksum(uint16_t v) const { this->put16(2, v); }

 private:
  BasicIcmp(Byte* at, size_t size) : View<Byte>(at), size_(size) {}
  size_t size_;
};
using IcmpView = BasicIcmp<const uint8_t>;
using IcmpEdit = BasicIcmp<uint8_t>;

}  // namespace lvslab::wire
