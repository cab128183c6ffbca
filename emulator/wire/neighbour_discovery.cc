#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::wire {

std::optional<NeighbourMessageView> NeighbourMessageView::over(Bytes message) {
  if (message.size() < kNeighbourMessageSize || message[1] != 0) return {};
  for (size_t at = kNeighbourMessageSize; at < message.size();) {
    if (at + 2 > message.size()) return {};
    const size_t length = message[at + 1] * size_t{8};
    if (length == 0 || at + length > message.size()) return {};
    at += length;
  }
  return NeighbourMessageView(message.data(), message.size());
}

std::optional<Mac> NeighbourMessageView::link_layer(LinkLayerOption kind) const {
  for (size_t at = kNeighbourMessageSize; at < size_; at += u8(at + 1) * size_t{8}) {
    if (u8(at) != static_cast<uint8_t>(kind)) continue;
    if (u8(at + 1) != 1) return {};
    return Mac(at_ + at + 2);
  }
  return {};
}

IpAddress link_local_of(const Mac& mac) {
  std::array<uint8_t, 16> bytes{0xfe, 0x80};
  const uint8_t* at = mac.begin();
  std::copy(at, at + 3, bytes.begin() + 8);
  bytes[8] ^= 0x02;
  bytes[11] = 0xff;
  bytes[12] = 0xfe;
  std::copy(at + 3, at + 6, bytes.begin() + 13);
  return IpAddress::v6_at(bytes.data());
}

IpAddress solicited_node_of(const IpAddress& address) {
  std::array<uint8_t, 16> bytes{0xff, 0x02};
  bytes[11] = 0x01;
  bytes[12] = 0xff;
  std::copy(address.bytes().begin() + 13, address.bytes().end(), bytes.begin() + 13);
  return IpAddress::v6_at(bytes.data());
}

Mac multicast_mac_of(const IpAddress& group) {
  std::array<uint8_t, 6> bytes{0x33, 0x33};
  std::copy(group.bytes().begin() + 12, group.bytes().end(), bytes.begin() + 2);
  return Mac(bytes.data());
}

const IpAddress& all_nodes() {
  static const IpAddress group = *IpAddress::parse("ff02::1");
  return group;
}

const IpAddress& all_routers() {
  static const IpAddress group = *IpAddress::parse("ff02::2");
  return group;
}

}  // namespace lvslab::wire
