// What hosts are to each other: addresses and MACs that two have, gateways that nobody is, and how
// many directors there are.

#include <algorithm>
#include <array>
#include <map>

#include "emulator/topology/parts.hh"

namespace lvslab::topology {

namespace {

class HostsCheck {
 public:
  HostsCheck(Topology& topology, const Notes& notes, Document& document)
      : topology_(topology), notes_(notes), document_(document) {}

  void addresses() {
    std::map<std::pair<std::string, IpAddress>, const AddressNote*> seen;
    for (const AddressNote& note : notes_.addresses) {
      const std::string& network = interface(note.host, note.interface).network;
      const auto [first, fresh] = seen.try_emplace({network, note.address}, &note);
      if (!fresh) {
        document_.mistake(note.place, "address " + note.address.to_string() + " is on network '" +
                                          network + "' twice; " + port(*first->second) +
                                          " has it already, in line " +
                                          std::to_string(first->second->place.line));
      } else if (note.outside && !routed_to(note.address)) {
        document_.warning(
            note.place, "address " + note.address.to_string() + " is outside network '" + network +
                            "' and no host has a route to it: nobody will ask for it there");
      }
    }
  }

  void given_macs() {
    std::map<Mac, const MacNote*> seen;
    for (const MacNote& note : notes_.macs) {
      const Mac& mac = interface(note.host, note.interface).mac;
      const auto [first, fresh] = seen.try_emplace(mac, &note);
      if (fresh) continue;
      document_.mistake(note.place, "the MAC " + wire::to_string(mac) + " is " +
                                        port(*first->second) + "'s already, in line " +
                                        std::to_string(first->second->place.line));
    }
  }

  // 02:00:00:00:HOST:INTERFACE, both from 1 in the order of the file; where a file took that one
  // for another interface, the third byte makes the difference.
  void make_macs() {
    for (size_t h = 0; h < topology_.hosts.size(); ++h) {
      for (size_t i = 0; i < topology_.hosts[h].interfaces.size(); ++i) {
        Interface& own = topology_.hosts[h].interfaces[i];
        if (own.mac != Mac()) continue;
        std::array<uint8_t, 6> bytes{2,
                                     0,
                                     0,
                                     static_cast<uint8_t>((h + 1) >> 8),
                                     static_cast<uint8_t>(h + 1),
                                     static_cast<uint8_t>(i + 1)};
        while (taken(Mac(bytes.data()))) ++bytes[2];
        own.mac = Mac(bytes.data());
      }
    }
  }

  void gateways() {
    for (const GatewayNote& note : notes_.gateways) {
      if (owner_of(topology_, note.address) != nullptr) continue;
      document_.warning(note.place, note.called + " " + note.address.to_string() + " of host '" +
                                        topology_.hosts[note.host].name + "' is no host's address");
    }
  }

  void directors(Place hosts) {
    constexpr size_t kMost = 2;
    const auto found = directors_of(topology_);
    for (size_t i = kMost; i < found.size(); ++i) {
      document_.mistake(found[i]->place, "host '" + found[i]->name +
                                             "' is one director too many; a lab has one, or two "
                                             "of which one takes over from the other");
    }
    const bool all_known = !document_.gaps.hosts && !document_.gaps.roles;
    if (found.empty() && all_known)
      document_.mistake(hosts, "no host has 'role: director'; a lab has one");
  }

 private:
  const Interface& interface(size_t host, size_t number) const {
    return topology_.hosts[host].interfaces[number];
  }
  template <class Note>
  std::string port(const Note& note) const {
    return topology_.hosts[note.host].name + ":" + interface(note.host, note.interface).name;
  }
  bool taken(const Mac& mac) const {
    for (const Host& host : topology_.hosts) {
      for (const Interface& one : host.interfaces) {
        if (one.mac == mac) return true;
      }
    }
    return false;
  }
  // By more than a default route.
  bool routed_to(const IpAddress& address) const {
    for (const Host& host : topology_.hosts) {
      for (const Route& route : host.routes) {
        if (route.to.length > 0 && route.to.contains(address)) return true;
      }
    }
    return false;
  }

  Topology& topology_;
  const Notes& notes_;
  Document& document_;
};

}  // namespace

void check_hosts(Topology& topology, const Notes& notes, Place hosts, Document& document) {
  HostsCheck check(topology, notes, document);
  check.addresses();
  check.given_macs();
  check.make_macs();
  check.gateways();
  check.directors(hosts);
}

}  // namespace lvslab::topology
