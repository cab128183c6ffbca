#include "emulator/conform/world.hh"

#include <array>
#include <cstdio>

namespace lvslab::conform::world {

namespace {

using wire::IpAddress;
using wire::Prefix;

constexpr unsigned kClients = 4, kServers = 6, kVips = 4;
constexpr unsigned kRouter = 254;

IpAddress address(const char* v4_network, unsigned v6_network, unsigned host, bool v6) {
  std::array<char, 64> text{};
  if (v6) {
    std::snprintf(text.data(), text.size(), "2001:db8:%u::%x", v6_network, host);
  } else {
    std::snprintf(text.data(), text.size(), "%s.%u", v4_network, host);
  }
  return *IpAddress::parse(text.data());
}

IpAddress outside(unsigned host, bool v6) {
  return address("192.0.2", 1, host, v6);
}
IpAddress inside(unsigned host, bool v6) {
  return address("198.51.100", 2, host, v6);
}

// 02:00:00:00:0P:HH
wire::Mac mac(uint32_t port, unsigned host) {
  std::array<uint8_t, 6> bytes{
      2, 0, 0, 0, static_cast<uint8_t>(port + 1), static_cast<uint8_t>(host)};
  return wire::Mac(bytes.data());
}

unsigned host_of(const IpAddress& address) {
  return address.bytes()[address.size() - 1];
}

Interface interface(uint32_t port, uint32_t mtu) {
  Interface made{port == kOutside ? "eth0" : "eth1", director_mac(port), mtu, {}};
  made.addresses.push_back({director(port, false), 24});
  made.addresses.push_back({director(port, true), 64});
  if (port == kInside) return made;
  for (unsigned i = 0; i < kVips; ++i) {
    made.addresses.push_back({vip(i, false), 32});
    made.addresses.push_back({vip(i, true), 128});
  }
  return made;
}

}  // namespace

Case surroundings(uint32_t inside_mtu) {
  Case made;
  made.interfaces = {interface(kOutside, 1500), interface(kInside, inside_mtu)};
  for (const bool v6 : {false, true}) {
    for (unsigned i = 0; i < kClients; ++i)
      made.neighbours.push_back({kOutside, client(i, v6), mac_of(kOutside, client(i, v6))});
    for (unsigned i = 0; i < kServers; ++i)
      made.neighbours.push_back({kInside, server(i, v6), mac_of(kInside, server(i, v6))});
    for (const uint32_t port : {kOutside, kInside})
      made.neighbours.push_back({port, router(port, v6), mac_of(port, router(port, v6))});
  }
  made.routes = {{*Prefix::parse("0.0.0.0/0"), router(kOutside, false)},
                 {*Prefix::parse("203.0.113.128/25"), router(kInside, false)},
                 {*Prefix::parse("::/0"), router(kOutside, true)},
                 {*Prefix::parse("2001:db8:4::/64"), router(kInside, true)}};
  return made;
}

IpAddress vip(unsigned n, bool v6) {
  return outside(100 + n, v6);
}
IpAddress client(unsigned n, bool v6) {
  return outside(9 + n, v6);
}
IpAddress remote_client(unsigned n, bool v6) {
  return address("203.0.113", 3, 1 + n, v6);
}
IpAddress server(unsigned n, bool v6) {
  return inside(11 + n, v6);
}
IpAddress remote_server(unsigned n, bool v6) {
  return address("203.0.113", 4, 129 + n, v6);
}
IpAddress director(uint32_t port, bool v6) {
  return port == kOutside ? outside(1, v6) : inside(1, v6);
}
IpAddress router(uint32_t port, bool v6) {
  return port == kOutside ? outside(kRouter, v6) : inside(kRouter, v6);
}

wire::Mac director_mac(uint32_t port) {
  return mac(port, 1);
}

wire::Mac mac_of(uint32_t port, const IpAddress& address) {
  const bool v6 = address.is_v6();
  const auto network = port == kOutside ? outside(0, v6) : inside(0, v6);
  const bool on_link = address.masked(v6 ? 64 : 24) == network.masked(v6 ? 64 : 24);
  return mac(port, on_link ? host_of(address) : kRouter);
}

}  // namespace lvslab::conform::world
