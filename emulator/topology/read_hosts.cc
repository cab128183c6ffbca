#include <algorithm>
#include <utility>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

// Words that expectations use for hosts that differ from step to step.
constexpr std::string_view kReserved[] = {"server", "real-servers"};

bool on_a_network_of(const Host& host, const IpAddress& address) {
  for (const Interface& interface : host.interfaces) {
    for (const Prefix& own : interface.addresses) {
      if (own.length < own.address.bits() && own.contains(address)) return true;
    }
  }
  return false;
}

class HostReader {
 public:
  HostReader(Topology& topology, Notes& notes, Document& document)
      : topology_(topology), notes_(notes), document_(document) {}

  void read(const Entry& entry) {
    topology_.hosts.emplace_back();
    host().name = entry.name;
    host().place = entry.place;
    read_name(entry.name, entry.place, "a host", entry.value.document());
    if (std::find(std::begin(kReserved), std::end(kReserved), entry.name) != std::end(kReserved)) {
      entry.value.document().mistake(
          entry.place, "no host can be named '" + entry.name +
                           "': expectations mean by it whichever server answered, or all");
    }
    const Mapping keys(entry.value, kHost);
    read_role(keys);
    if (const auto tunnel = keys.find("tunnel")) read_tunnel(*tunnel);
    if (const auto interfaces = keys.find("interfaces")) read_all(*interfaces);
    if (const auto loopback = keys.find("loopback")) read_loopback(*loopback);
    if (const auto gateway = keys.find("gateway")) read_gateways(*gateway);
    if (const auto routes = keys.find("routes")) read_routes(*routes);
    if (const auto sysctls = keys.find("sysctls")) read_sysctls(*sysctls, host());
    if (const auto services = keys.find("services")) read_services_of(*services);
    if (const auto rules = keys.find("rules"); rules && only_for(*rules, Role::director)) {
      host().rules = read_rules(*rules);
    }
    if (const auto marks = keys.find("marks"); marks && only_for(*marks, Role::director)) {
      read_marks(*marks, host());
    }
  }

 private:
  Host& host() { return topology_.hosts.back(); }

  void read_all(const Value& interfaces) {
    const size_t mistakes = document_.mistakes.size();
    const bool gap_before = std::exchange(document_.gaps.addresses, false);
    read_interfaces(interfaces, topology_, notes_);
    addresses_known_ = document_.mistakes.size() == mistakes && !document_.gaps.addresses;
    document_.gaps.addresses = gap_before || !addresses_known_;
  }

  // A mistake where another role has a key that means nothing to it.
  bool only_for(const Value& value, Role role) {
    if (host().role == role || !role_known_) return true;
    const auto name = [](Role one) { return std::string(kRoleWords[static_cast<size_t>(one)]); };
    value.document().mistake(value.key_place(), value.called() + " is for a " + name(role) +
                                                    "; host '" + host().name + "' is a " +
                                                    name(host().role));
    return false;
  }

  void read_role(const Mapping& keys) {
    addresses_known_ = role_known_ = false;
    if (const auto role = keys.find("role")) {
      if (const auto known = read_enum<Role>(*role, kRoles)) {
        host().role = *known;
        role_known_ = true;
      }
    }
    if (!role_known_) document_.gaps.roles = true;
    if (const auto stack = keys.find("stack"); stack && only_for(*stack, Role::real_server)) {
      host().stack = read_enum<Stack>(*stack, kStacks).value_or(Stack::kernel);
    }
    if (const auto engine = keys.find("engine"); engine && only_for(*engine, Role::director)) {
      host().engine = read_enum<Engine>(*engine, kEngines).value_or(Engine::embedded);
    }
    if (host().role == Role::director && host().engine == Engine::embedded) {
      host().stack = Stack::embedded;
    }
    read_command(keys);
    read_ready(keys);
    read_bound(keys);
  }

  void read_bound(const Mapping& keys) {
    constexpr uint32_t kMost = 1 << 24;
    const auto bound = keys.find("connections-at-most");
    if (!bound || !only_for(*bound, Role::director)) return;
    if (host().engine != Engine::embedded) {
      bound->document().mistake(
          bound->key_place(),
          "'connections-at-most' is for 'engine: embedded'; this engine's table is its own");
      return;
    }
    host().connections_at_most = read_number(*bound, 1, kMost);
  }

  void read_command(const Mapping& keys) {
    const auto command = keys.find("command");
    const bool external = host().role == Role::director && host().engine == Engine::external;
    if (!command && external) {
      keys.find("engine")->wrong("'engine: external' needs a 'command' that starts it");
    }
    if (!command || !only_for(*command, Role::director)) return;
    if (!external) {
      command->document().mistake(
          command->key_place(),
          "'command' is for 'engine: external'; this engine starts by itself");
      return;
    }
    host().command = read_words(*command);
  }

  void read_ready(const Mapping& keys) {
    constexpr std::string_view kWanted = "'exited', 'started', or a port, as tcp/80";
    const auto ready = keys.find("ready");
    if (!ready || !only_for(*ready, Role::director)) return;
    if (host().engine != Engine::external) {
      ready->document().mistake(
          ready->key_place(), "'ready' is for 'engine: external'; this engine is ready by itself");
      return;
    }
    const auto word = ready->text(kWanted);
    if (!word) return;
    const auto known = std::find(std::begin(kReadyWords), std::end(kReadyWords), *word);
    if (known != std::end(kReadyWords)) {
      host().ready_when = static_cast<ReadyWhen>(known - std::begin(kReadyWords));
      return;
    }
    if (word->find('/') == std::string::npos) return ready->wants(kWanted);
    const auto port = read_transport_port(*ready);
    if (!port) return;
    host().ready_when = ReadyWhen::listening;
    host().ready_at = *port;
  }

  void read_tunnel(const Value& value) {
    if (only_for(value, Role::real_server)) host().tunnel = read_flag(value).value_or(false);
  }

  void read_loopback(const Value& value) {
    for (const Value& item : value.one_or_more()) {
      const auto given = read_address_or_prefix(item);
      if (!given) continue;
      const IpAddress& address = given->address;
      if (given->length && *given->length != address.bits()) {
        item.wrong("on loopback " + item.raw() +
                   " would make the whole network the host's own; write " + address.to_string());
        continue;
      }
      host().loopback.push_back({address, address.bits()});
    }
  }

  void check_next_hop(const Value& value, const IpAddress& address) {
    if (!addresses_known_) return;
    if (!on_a_network_of(host(), address)) {
      value.wrong(value.called() + " " + address.to_string() + " is on no network of host '" +
                  host().name + "'");
      return;
    }
    if (has_address(host(), address)) {
      value.wrong(value.called() + " " + address.to_string() + " is host '" + host().name +
                  "' itself");
      return;
    }
    notes_.gateways.push_back({topology_.hosts.size() - 1, address, value.called(), value.place()});
  }

  void read_gateways(const Value& value) {
    for (const Value& item : value.one_or_more()) {
      const auto address = read_address(item);
      if (!address) continue;
      const auto same = [&](const IpAddress& one) { return one.family() == address->family(); };
      if (std::any_of(host().gateways.begin(), host().gateways.end(), same)) {
        item.wrong("host '" + host().name +
                   "' has two gateways of one family; use 'routes' for more");
        continue;
      }
      check_next_hop(item, *address);
      host().gateways.push_back(*address);
    }
  }

  void read_routes(const Value& value) {
    for (const Value& item :
         value.items("a list of routes, as - {to: 10.0.0.0/8, via: 192.168.1.1}")) {
      const Mapping keys(item, kRoute);
      const auto to = keys.find("to");
      const auto via = keys.find("via");
      if (!to || !via) continue;
      const auto subnet = read_subnet(*to);
      const auto next_hop = read_address(*via);
      if (!subnet || !next_hop) continue;
      if (subnet->address.family() != next_hop->family()) {
        via->wrong("the route to " + subnet->to_string() + " goes by an address of its own family");
        continue;
      }
      check_next_hop(*via, *next_hop);
      host().routes.push_back({*subnet, *next_hop, item.place()});
    }
  }

  void read_services_of(const Value& value) {
    if (host().role == Role::director && host().stack == Stack::embedded) {
      value.document().mistake(value.key_place(),
                               "an embedded director runs no services; 'engine: ipvs' does");
      return;
    }
    read_services(value, host());
  }

  Topology& topology_;
  Notes& notes_;
  Document& document_;
  bool addresses_known_ = false;
  bool role_known_ = false;
};

}  // namespace

void read_hosts(const Value& value, Topology& topology, Notes& notes) {
  const Mapping hosts(value, "hosts by their names, as client: {role: client, ...}", "host");
  HostReader reader(topology, notes, value.document());
  value.document().gaps.hosts = !value.is_mapping() || hosts.entries().size() != value.size();
  for (const Entry& entry : hosts.entries()) reader.read(entry);
}

}  // namespace lvslab::topology
