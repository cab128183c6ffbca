#pragma once
// What steps.hh is, for IPv6: the host under test on two networks, and packets to it.

#include "emulator/wire/icmpv6.hh"
#include "emulator/wire/ipv6_extension.hh"
#include "emulator/wire/neighbour_discovery.hh"
#include "steps.hh"

namespace lvslab::host::test {

namespace next = wire::next_header;
namespace icmp6 = wire::icmpv6;

inline const IpAddress kOwn0 = ip("2001:db8:1::1");
inline const IpAddress kOwn1 = ip("2001:db8:2::1");
inline const IpAddress kVip = ip("2001:db8:80::80");  // on lo
inline const IpAddress kPeer6 = ip("2001:db8:1::9");
inline const IpAddress kFar6 = ip("2001:db8:2::9");
inline const IpAddress kGateway6 = ip("2001:db8:1::fe");

// two_legs(), for IPv6.
inline HostConfig two_legs6() {
  HostConfig config;
  config.name = "rs1";
  config.interfaces = {{"eth0", kHost0, 1500, {prefix("2001:db8:1::1/64")}, {}},
                       {"eth1", kHost1, 1500, {prefix("2001:db8:2::1/64")}, {}}};
  config.loopback = {prefix("2001:db8:80::80/128")};
  config.routes = {{prefix("::/0"), kGateway6, {}}};
  return config;
}
inline HostConfig router6() {
  HostConfig config = two_legs6();
  config.forwarding = true;
  return config;
}

inline Tins::IPv6 packet6(const IpAddress& from, const IpAddress& to, uint8_t hop_limit = 64) {
  Tins::IPv6 result(to.v6(), from.v6());
  result.hop_limit(hop_limit);
  return result;
}

// Neighbour solicitation as a host sends it: to the group of the target, with its MAC.
inline std::vector<uint8_t> solicitation(const IpAddress& target, const IpAddress& from,
                                         const Mac& mac) {
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_SOLICIT);
  message.target_addr(target.v6());
  message.source_link_layer_addr(mac);
  const IpAddress group = wire::solicited_node_of(target);
  return (Tins::EthernetII(wire::multicast_mac_of(group), mac) / packet6(from, group, 255) /
          message)
      .serialize();
}
inline std::vector<uint8_t> advertisement(const IpAddress& target, const IpAddress& to,
                                          const Mac& mac, const Mac& to_mac,
                                          bool overrides = true) {
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_ADVERT);
  message.target_addr(target.v6());
  message.solicited(true);
  message.override(overrides);
  message.target_link_layer_addr(mac);
  return (Tins::EthernetII(to_mac, mac) / packet6(target, to, 255) / message).serialize();
}

inline wire::Ipv6View ip6(const Sent& sent) {
  return *wire::Ipv6View::over(sent.packet());
}
// The ICMPv6 message of a sent packet, whose checksum is right.
inline Bytes message6(const Sent& sent) {
  const auto header = ip6(sent);
  BOOST_REQUIRE_EQUAL(header.next_header(), wire::proto::kIcmpv6);
  BOOST_TEST(wire::icmpv6_checksum_ok(header.source(), header.destination(), header.payload()));
  return header.payload();
}
// An error of this type and code; its second word.
inline uint32_t error6(const Sent& sent, uint8_t type, uint8_t code) {
  const Bytes message = message6(sent);
  BOOST_TEST(int{message[0]} == int{type});
  BOOST_TEST(int{message[1]} == int{code});
  return load_be32(message.data() + 4);
}

// A neighbour makes itself known by asking for us.
inline void introduce6(Steps& steps, uint32_t port, const Mac& mac, const IpAddress& address) {
  steps.in(port, solicitation(port == 0 ? kOwn0 : kOwn1, address, mac));
  BOOST_REQUIRE_EQUAL(int{message6(steps.out())[0]}, int{icmp6::kNeighbourAdvertisement});
  steps.nothing_else();
}
inline void introduce_all6(Steps& steps) {
  introduce6(steps, 0, kPeer, kPeer6);
  introduce6(steps, 0, kGateway, kGateway6);
  introduce6(steps, 1, kFar, kFar6);
}

// An Ethernet frame from the peer on eth0 around bytes behind an IPv6 header: extension headers by
// hand, which libtins would put in order.
inline std::vector<uint8_t> raw6(const IpAddress& from, const IpAddress& to, uint8_t type,
                                 const std::vector<uint8_t>& payload, uint8_t hop_limit = 64) {
  std::vector<uint8_t> frame(wire::kEthernetSize + wire::kIpv6Size);
  const auto ethernet = *wire::EthernetEdit::over(MutableBytes(frame));
  ethernet.set_destination(to.is_multicast() ? wire::multicast_mac_of(to) : kHost0);
  ethernet.set_source(kPeer);
  ethernet.set_type(wire::ethertype::kIpv6);
  frame[wire::kEthernetSize] = 0x60;
  const auto header = wire::Ipv6Edit::over(MutableBytes(frame).subspan(wire::kEthernetSize));
  header->set_payload_length(static_cast<uint16_t>(payload.size()));
  header->set_next_header(type);
  header->set_hop_limit(hop_limit);
  header->set_source(from);
  header->set_destination(to);
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

inline std::vector<uint8_t> operator+(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A UDP datagram without its IP header, checksum right between those ends.
inline std::vector<uint8_t> datagram6(const IpAddress& from, const IpAddress& to, uint16_t port,
                                      const std::string& bytes) {
  const auto whole = (packet6(from, to) / udp(port) / text(bytes)).serialize();
  return {whole.begin() + wire::kIpv6Size, whole.end()};
}
inline std::string pattern(size_t size) {
  std::string bytes(size, 'x');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return bytes;
}

inline bool checksums_good6(const Sent& sent) {
  const auto header = ip6(sent);
  const auto upper = *wire::upper_layer_of(sent.packet());
  const Bytes covered = sent.packet().subspan(upper.offset);
  return wire::checksum_ok(
      covered, wire::pseudo_header_sum(header.source(), header.destination(), upper.protocol,
                                       static_cast<uint32_t>(covered.size())));
}

}  // namespace lvslab::host::test
