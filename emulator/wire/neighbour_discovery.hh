#pragma once
// Neighbour solicitations and advertisements (RFC 4861, 4.3 and 4.4), and the addresses that IPv6
// makes of others: link-local, solicited-node, multicast MAC.

#include "emulator/wire/icmpv6.hh"
#include "emulator/wire/view.hh"

namespace lvslab::wire {

inline constexpr size_t kNeighbourMessageSize = 24;  // without options

enum class LinkLayerOption : uint8_t { source = 1, target = 2 };

class NeighbourMessageView : public View<const uint8_t> {
 public:
  // message: a whole ICMPv6 message. Checked: 24 bytes, code 0, options that fill the rest (RFC
  // 4861, 7.1). Not checked: the checksum, the hop limit of 255.
  static std::optional<NeighbourMessageView> over(Bytes message);

  uint8_t type() const { return u8(0); }
  bool from_router() const { return u8(4) & 0x80; }  // advertisements: R, S, O
  bool solicited() const { return u8(4) & 0x40; }
  bool overrides() const { return u8(4) & 0x20; }
  IpAddress target() const { return IpAddress::v6_at(at_ + 8); }
  // The first such option; nothing too when it is not one for Ethernet.
  std::optional<Mac> link_layer(LinkLayerOption kind) const;

 private:
  NeighbourMessageView(const uint8_t* at, size_t size) : View(at), size_(size) {}
  size_t size_;
};

// fe80::/64 and the modified EUI-64 of the MAC (RFC 4291, appendix A).
IpAddress link_local_of(const Mac& mac);
// ff02::1:ff00:0/104 and the last 24 bits (RFC 4291, 2.7.1).
IpAddress solicited_node_of(const IpAddress& address);
// 33:33 and the last 32 bits of a multicast address (RFC 2464, 7).
Mac multicast_mac_of(const IpAddress& group);
// ff02::1 and ff02::2
const IpAddress& all_nodes();
const IpAddress& all_routers();

}  // namespace lvslab::wire
