#include "tests/fuzz/director/places.hh"

#include "emulator/conform/world.hh"

namespace lvslab::fuzz {

namespace world = conform::world;

namespace {

constexpr unsigned kOnLink = 4, kRemote = 12, kServers = 6, kVips = 4;

template <class Make>
void add(std::vector<wire::IpAddress>& to, unsigned count, Make make) {
  for (unsigned i = 0; i < count; ++i) to.push_back(make(i));
}

}  // namespace

Places::Places() {
  for (const bool v6 : {false, true}) {
    const auto with = [v6](auto address) {
      return [v6, address](unsigned n) { return address(n, v6); };
    };
    add(clients[v6], kOnLink, with(world::client));
    add(clients[v6], kRemote, with(world::remote_client));
    add(vips[v6], kVips, with(world::vip));
    add(servers[v6], kServers, with(world::server));
    add(servers[v6], 2, with(world::remote_server));
    servers[v6].push_back(world::director(kInside, v6));
    targets[v6] = vips[v6];
    targets[v6].push_back(world::director(kOutside, v6));
    add(targets[v6], 2, with(world::server));
    targets[v6].push_back(world::remote_server(0, v6));
    targets[v6].push_back(*wire::IpAddress::parse(v6 ? "ff02::1" : "224.0.0.1"));
    targets[v6].push_back(*wire::IpAddress::parse(v6 ? "2001:db8:ffff::1" : "255.255.255.255"));
  }
  const conform::Case around = world::surroundings(kMtus[0]);
  for (const uint32_t port : {kOutside, kInside}) {
    director_mac[port] = world::director_mac(port);
    router_mac[port] = world::mac_of(port, world::router(port, false));
  }
  plain_.name = "director";
  for (const conform::Interface& each : around.interfaces)
    plain_.interfaces.push_back({each.name, each.mac, each.mtu, each.addresses, {}});
  for (const conform::Route& route : around.routes)
    plain_.routes.push_back({route.to, route.via, {}});
  for (const conform::Neighbour& each : around.neighbours) {
    neighbours_[each.port].push_back({each.address, each.mac});
    plain_.neighbours.push_back({plain_.interfaces[each.port].name, each.address, each.mac});
  }
}

wire::Mac Places::mac_of(uint32_t port, const wire::IpAddress& address) const {
  for (const Known& known : neighbours_[port])
    if (known.address == address) return known.mac;
  return router_mac[port];
}

host::HostConfig Places::config(const Surroundings& about) const {
  host::HostConfig config = plain_;
  config.interfaces[kInside].mtu = kMtus[about.inside_mtu % kMtus.size()];
  config.forwarding = (about.flags & kNoForwarding) == 0;
  config.seed = about.seed;
  if (about.flags & kUnknownNeighbours) config.neighbours.clear();
  return config;
}

size_t Places::config_number(const Surroundings& about) {
  const size_t mtu = about.inside_mtu % kMtus.size();
  return mtu << 2U | ((about.flags & kNoForwarding) != 0 ? 2U : 0U) |
         ((about.flags & kUnknownNeighbours) != 0 ? 1U : 0U);
}

const Places& places() {
  static const Places made;
  return made;
}

}  // namespace lvslab::fuzz
