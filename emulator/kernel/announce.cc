#include "emulator/kernel/announce.hh"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <tins/arp.h>
#include <tins/ethernetII.h>
#include <tins/icmpv6.h>
#include <tins/ipv6.h>

#include "emulator/base/error.hh"
#include "emulator/base/file_descriptor.hh"
#include "emulator/kernel/socket_address.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/neighbour_discovery.hh"

namespace lvslab::kernel {

namespace {

std::vector<uint8_t> gratuitous_arp(const wire::Mac& mac, const wire::IpAddress& address) {
  Tins::ARP arp(address.v4(), address.v4(), wire::Mac(), mac);
  arp.opcode(Tins::ARP::REQUEST);
  return (Tins::EthernetII(wire::broadcast_mac(), mac) / arp).serialize();
}

std::vector<uint8_t> advertisement(const wire::Mac& mac, const wire::IpAddress& address,
                                   bool is_router) {
  constexpr uint8_t kHopLimit = 255;  // RFC 4861, 7.1.2
  const wire::IpAddress& group = wire::all_nodes();
  Tins::IPv6 ip(group.v6(), address.v6());
  ip.hop_limit(kHopLimit);
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_ADVERT);
  message.router(is_router);
  message.override(true);
  message.target_addr(address.v6());
  message.target_link_layer_addr(mac);
  return (Tins::EthernetII(wire::multicast_mac_of(group), mac) / ip / message).serialize();
}

}  // namespace

void announce(const Namespace& in, std::string_view interface, const wire::Mac& mac,
              const wire::IpAddress& address, bool is_router) {
  auto frame =
      address.is_v4() ? gratuitous_arp(mac, address) : advertisement(mac, address, is_router);
  in.run([&] {
    const FileDescriptor socket(static_cast<int>(
        check(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "make packet socket", interface)));
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(if_nametoindex(std::string(interface).c_str()));
    check(::sendto(socket.get(), frame.data(), frame.size(), 0, as_sockaddr(to), sizeof to),
          "announce " + address.to_string(), interface);
  });
}

}  // namespace lvslab::kernel
