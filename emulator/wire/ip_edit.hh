#pragma once
// An IP header of either version under one name, with where its transport header stands: for code
// that forwards both and edits in place. Extension headers of IPv6 are walked once, in over().
//
// What only one version has stays in ipv4.hh and ipv6.hh.

#include "emulator/wire/checksum.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"

namespace lvslab::wire {

// Which end of a packet is meant.
enum class Side : uint8_t { source, destination };

class IpEdit {
 public:
  // A whole packet; what follows its length is padding. Checked as Ipv4Edit and Ipv6Edit do, and
  // that the extension headers begin within the packet; one that reaches beyond it leaves an empty
  // payload, as Linux' ipv6_find_hdr() sees it.
  static std::optional<IpEdit> over(MutableBytes bytes) {
    if (bytes.empty()) return {};
    if (bytes[0] >> 4 == 6) return over_v6(bytes, false);
    const auto ip = Ipv4Edit::over(bytes);
    if (!ip) return {};
    return IpEdit(*ip, ip->total_length());
  }
  // A packet quoted in an ICMP error: as much of it as there is.
  static std::optional<IpEdit> over_quoted(MutableBytes bytes) {
    if (bytes.empty()) return {};
    return over_quoted(bytes, bytes[0] >> 4 == 6 ? Family::v6 : Family::v4, true);
  }
  // The same of a known family, whatever version and header length say in one of IPv4, whose 20
  // bytes are there: IPVS believes both. Those of IPv6 it has ipv6_find_hdr() look at.
  static std::optional<IpEdit> over_quoted(MutableBytes bytes, Family family) {
    return over_quoted(bytes, family, false);
  }

  bool is_v4() const { return !v6_; }
  Family family() const { return v6_ ? Family::v6 : Family::v4; }
  uint8_t* data() const { return at_; }
  uint8_t protocol() const { return protocol_; }       // the first that is no extension header
  size_t header_length() const { return transport_; }  // bytes up to the transport header
  size_t total_length() const { return end_; }         // bytes that belong to the packet
  MutableBytes payload() const { return {at_ + transport_, end_ - transport_}; }
  // A fragment, of which only the first has a transport header.
  bool is_fragment() const { return fragment_; }
  bool is_later_fragment() const { return later_fragment_; }

  Ipv4Edit v4() const { return Ipv4Edit::at(at_); }  // is_v4() only
  Ipv6Edit v6() const { return Ipv6Edit::at(at_); }  // !is_v4() only

  // Where the addresses stand: 4 or 16 bytes.
  uint8_t* address_at(Side side) const {
    if (v6_) return at_ + (side == Side::source ? 8 : 24);
    return at_ + (side == Side::source ? 12 : 16);
  }
  IpAddress address(Side side) const {
    return v6_ ? IpAddress::v6_at(address_at(side)) : IpAddress::v4_at(address_at(side));
  }
  IpAddress source() const { return address(Side::source); }
  IpAddress destination() const { return address(Side::destination); }

  // TTL or hop limit.
  uint8_t hops() const { return at_[v6_ ? 7 : 8]; }
  void take_hop() const {
    if (v6_)
      --at_[7];
    else
      v4().decrement_ttl();
  }
  // May be sent in fragments: IPv4 without DF.
  bool may_fragment() const { return !v6_ && !(at_[6] & 0x40); }

  // Puts an address of the packet's own family in place, the header's checksum by increment, and
  // says what that does to a checksum over the pseudo header.
  ChecksumDelta replace(Side side, const IpAddress& by) const {
    uint8_t* at = address_at(side);
    ChecksumDelta delta;
    if (v6_) {
      delta.replace(IpAddress::v6_at(at), by);
      std::memcpy(at, by.bytes().data(), 16);
      return delta;
    }
    delta.replace32(load_be32(at), by.v4_value());
    std::memcpy(at, by.bytes().data(), 4);
    store_be16(at_ + 10, delta.apply(load_be16(at_ + 10)));
    return delta;
  }

  // The same where the change is known: `by` for the address that is there.
  void put(Side side, const IpAddress& by, ChecksumDelta change) const {
    if (v6_) {
      std::memcpy(address_at(side), by.bytes().data(), 16);
      return;
    }
    std::memcpy(address_at(side), by.bytes().data(), 4);
    store_be16(at_ + 10, change.apply(load_be16(at_ + 10)));
  }

  // The sum of the pseudo header for a checksum over payload().
  uint64_t pseudo_header_sum() const {
    return wire::pseudo_header_sum(source(), destination(), protocol_,
                                   static_cast<uint32_t>(end_ - transport_));
  }

 private:
  IpEdit(const Ipv4Edit& ip, uint32_t end)
      : at_(ip.data()),
        transport_(static_cast<uint32_t>(ip.header_length())),
        end_(end),
        protocol_(ip.protocol()),
        fragment_(ip.is_fragment()),
        later_fragment_(ip.fragment_offset() != 0) {}
  explicit IpEdit(uint8_t* at) : at_(at), v6_(true) {}
  static std::optional<IpEdit> over_quoted(MutableBytes bytes, Family family, bool of_version);
  static std::optional<IpEdit> over_v6(MutableBytes bytes, bool quoted);

  uint8_t* at_;
  uint32_t transport_ = 0;
  uint32_t end_ = 0;
  uint8_t protocol_ = 0;
  bool v6_ = false;
  bool fragment_ = false;
  bool later_fragment_ = false;
};

}  // namespace lvslab::wire
