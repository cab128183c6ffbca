#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

constexpr size_t kLongestName = 15;  // IFNAMSIZ less its terminating zero

void check_interface_name(const Entry& entry, Document& document) {
  constexpr std::string_view kTaken[] = {"lo", "all", "default", "tunl0", ".", ".."};
  const std::string& name = entry.name;
  if (name.size() > kLongestName) {
    document.mistake(entry.place, "interface name '" + name + "' has " +
                                      std::to_string(name.size()) +
                                      " characters; Linux takes at most 15");
  } else if (name.empty() || name.find_first_of("/: \t.*") != std::string::npos) {
    document.mistake(entry.place,
                     "interface name '" + name + "' may not hold '/', ':', '.', '*' or spaces");
  } else if (std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken)) {
    document.mistake(entry.place,
                     "interface name '" + name + "' is taken by the system; eth0 is free");
  }
}

// Neither the network's own address nor its broadcast address is a host's (RFC 1122, 3.2.1.3).
bool is_station(const Prefix& subnet, const IpAddress& address) {
  if (address.is_v6() || subnet.length > 30) return true;
  const uint32_t host_bits = subnet.length == 0 ? 0xffffffff : (1U << (32 - subnet.length)) - 1;
  const uint32_t host_part = address.v4_value() & host_bits;
  return host_part != 0 && host_part != host_bits;
}

class InterfaceReader {
 public:
  InterfaceReader(Topology& topology, Notes& notes) : topology_(topology), notes_(notes) {}

  void read(const Entry& entry) {
    Document& document = entry.value.document();
    check_interface_name(entry, document);
    interface_ = {};
    interface_.name = entry.name;
    interface_.place = entry.place;
    const Mapping keys(entry.value, kInterface);
    read_network(keys);
    if (const auto address = keys.find("address"); address && network_ != nullptr) {
      for (const Value& item : address->one_or_more()) read_one_address(item);
    }
    if (const auto mac = keys.find("mac")) {
      if (const auto given = read_mac(*mac)) {
        interface_.mac = *given;
        notes_.macs.push_back({host_index(), interface_index(), mac->place()});
      }
    }
    if (const auto mtu = keys.find("mtu"); mtu && network_ != nullptr) read_own_mtu(*mtu);
    if (const auto wire = keys.find("wire")) interface_.wires = read_wires(*wire);
    topology_.hosts.back().interfaces.push_back(interface_);
  }

 private:
  size_t host_index() const { return topology_.hosts.size() - 1; }
  size_t interface_index() const { return topology_.hosts.back().interfaces.size(); }

  void read_network(const Mapping& keys) {
    network_ = nullptr;
    const auto value = keys.find("network");
    if (!value) return;
    const auto name = value->text("the name of a network");
    if (!name) return;
    interface_.network = *name;
    network_ = topology_.find_network(*name);
    if (network_ == nullptr) {
      value->wrong("there is no network '" + *name + "'" +
                   suggestion(*name, names_of(topology_.networks)));
      return;
    }
    interface_.mtu = network_->mtu;
  }

  void read_own_mtu(const Value& value) {
    const auto mtu = read_mtu(value, *network_);
    if (!mtu) return;
    if (*mtu > network_->mtu) {
      value.wrong("'mtu' " + std::to_string(*mtu) + " is above the " +
                  std::to_string(network_->mtu) + " of network '" + network_->name +
                  "', which would drop what is larger");
      return;
    }
    interface_.mtu = *mtu;
  }

  const Prefix* subnet_of(const IpAddress& address) const {
    for (const Prefix& subnet : network_->subnets) {
      if (subnet.contains(address)) return &subnet;
    }
    return nullptr;
  }

  std::string subnets() const {
    std::string text;
    for (const Prefix& subnet : network_->subnets) {
      text += (text.empty() ? "" : ", ") + subnet.to_string();
    }
    return text;
  }

  void read_one_address(const Value& item) {
    const auto given = read_address_or_prefix(item);
    if (!given) return;
    const IpAddress& address = given->address;
    const Prefix* subnet = subnet_of(address);
    const bool whole = given->length == address.bits();
    if (address.is_unspecified() || address.is_multicast() || address.is_loopback()) {
      item.wrong("no interface can have the address " + address.to_string());
      return;
    }
    if (subnet == nullptr && !whole) {
      if (network_->subnets.empty()) {  // already a mistake
        item.document().gaps.addresses = true;
        return;
      }
      item.wrong("address " + address.to_string() + " is outside network '" + network_->name +
                 "' (" + subnets() + ")");
      return;
    }
    if (!whole && given->length && *given->length != subnet->length) {
      item.wrong("address " + item.raw() + " has another prefix length than network '" +
                 network_->name + "' (" + subnet->to_string() + "); leave it out, or write /" +
                 std::to_string(address.bits()) + " for a single address");
      return;
    }
    if (subnet != nullptr && !is_station(*subnet, address)) {
      item.wrong("address " + address.to_string() + " is no host's: it is the first or last of " +
                 subnet->to_string());
      return;
    }
    const unsigned length = whole ? address.bits() : subnet->length;
    interface_.addresses.push_back({address, length});
    notes_.addresses.push_back(
        {host_index(), interface_index(), address, subnet == nullptr, item.place()});
  }

  Topology& topology_;
  Notes& notes_;
  Interface interface_;
  const Network* network_ = nullptr;
};

}  // namespace

void read_interfaces(const Value& value, Topology& topology, Notes& notes) {
  const Mapping interfaces(
      value, "interfaces by their names, as eth0: {network: lan, address: ...}", "interface");
  InterfaceReader reader(topology, notes);
  for (const Entry& entry : interfaces.entries()) reader.read(entry);
}

}  // namespace lvslab::topology
