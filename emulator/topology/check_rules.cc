// The director's rules against the lab: that the virtual addresses are the director's, that the
// servers exist, and what each forwarding method needs of its servers. Rules are followed in
// order, as the kernel would keep them, so that a scenario's rules are judged on those before.

#include <algorithm>
#include <cstdlib>

#include "emulator/ipvs/language.hh"
#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"

namespace lvslab::topology {

namespace {

constexpr int kFarthest = 8;  // routers between a server and the director

class RulesCheck {
 public:
  RulesCheck(const Topology& topology, const Host& director, RuleState& state, Document& document)
      : topology_(topology), director_(director), state_(state), document_(document) {}

  void check(const Rule& rule) {
    rule_ = &rule;
    std::visit([this](const auto& command) { run(command); }, rule.command);
  }

 private:
  // Where an address stands in the rule; the rule itself when it isn't written that way.
  Place place_of(const std::string& address) const {
    const std::string& text = rule_->text;
    for (size_t at = text.find(address); at != std::string::npos; at = text.find(address, at + 1)) {
      const size_t end = at + address.size();
      const bool whole =
          end == text.size() || text[end] == ':' || text[end] == ' ' || text[end] == ']';
      if (whole) return {rule_->place.line, rule_->place.column + static_cast<int>(at)};
    }
    return rule_->place;
  }
  void mistake(const std::string& message) { document_.mistake(rule_->place, message); }

  bool known(const ipvs::ServiceKey& key) const {
    return std::find(state_.services.begin(), state_.services.end(), key) != state_.services.end();
  }
  bool need(const ipvs::ServiceKey& key) {
    if (!known(key) && !document_.gaps.rules) {
      mistake("no service " + ipvs::print(key) + " stands before this rule; it is made by -A " +
              ipvs::print(key));
    }
    return known(key);
  }

  void run(const ipvs::AddService& command) {
    const ipvs::ServiceKey& key = command.service.key;
    if (const auto* address = std::get_if<ipvs::AddressKey>(&key)) check_virtual(*address);
    if (const auto* mark = std::get_if<ipvs::MarkKey>(&key)) check_marked(*mark);
    if (known(key)) {
      mistake("service " + ipvs::print(key) + " exists already; -E changes it");
      return;
    }
    state_.services.push_back(key);
  }
  void run(const ipvs::EditService& command) { need(command.service.key); }
  void run(const ipvs::DeleteService& command) {
    if (!need(command.key)) return;
    std::erase(state_.services, command.key);
    std::erase_if(state_.destinations, [&](const auto& one) { return one.key == command.key; });
  }
  void run(const ipvs::AddDestination& command) {
    check_real(command.key, command.destination);
    if (!need(command.key)) return;
    const RuleState::Destination wanted{command.key, command.destination.real};
    if (has(wanted)) {
      mistake("server " + wanted.real.to_string() + " of " + ipvs::print(command.key) +
              " exists already; -e changes it");
      return;
    }
    state_.destinations.push_back(wanted);
  }
  void run(const ipvs::EditDestination& command) {
    check_real(command.key, command.destination);
    if (need(command.key)) need_destination({command.key, command.destination.real});
  }
  void run(const ipvs::DeleteDestination& command) {
    if (!need(command.key)) return;
    const RuleState::Destination wanted{command.key, command.real};
    if (need_destination(wanted)) std::erase(state_.destinations, wanted);
  }
  void run(const ipvs::Clear&) {
    state_.services.clear();
    state_.destinations.clear();
  }
  void run(const ipvs::SetTimeouts&) {}
  void run(const ipvs::StartDaemon& command) {
    if (director_.interfaces.empty()) return;  // a mistake already
    const std::string& wanted = command.daemon.interface;
    std::vector<std::string_view> names = {"lo"};
    for (const Interface& one : director_.interfaces) names.push_back(one.name);
    if (std::find(names.begin(), names.end(), wanted) != names.end()) return;
    document_.mistake(place_of(wanted), "director '" + director_.name + "' has no interface '" +
                                            wanted + "'" + suggestion(wanted, names));
  }
  void run(const ipvs::StopDaemon&) {}
  void run(const ipvs::Zero& command) {
    if (command.key) need(*command.key);
  }

  bool has(const RuleState::Destination& one) const {
    return std::find(state_.destinations.begin(), state_.destinations.end(), one) !=
           state_.destinations.end();
  }
  bool need_destination(const RuleState::Destination& one) {
    if (has(one)) return true;
    if (document_.gaps.rules) return false;
    mistake("service " + ipvs::print(one.key) + " has no server " + one.real.to_string() +
            " before this rule");
    return false;
  }

  void check_virtual(const ipvs::AddressKey& key) {
    const IpAddress& address = key.virtual_end.address;
    // One that stands by gets it when it takes over.
    const auto directors = directors_of(topology_);
    const auto has = [&](const Host* host) { return has_address(*host, address); };
    if (std::any_of(directors.begin(), directors.end(), has) || document_.gaps.addresses) return;
    const std::string text = address.to_string();
    const Host* owner = owner_of(topology_, address);
    const std::string whose = owner == nullptr ? "nobody's" : "host '" + owner->name + "''s";
    document_.mistake(place_of(text), "virtual address " + text + " is " + whose + "; director '" +
                                          director_.name + "' must have it, on an interface as " +
                                          text + "/" + std::to_string(address.bits()) +
                                          " or on loopback");
  }

  void check_marked(const ipvs::MarkKey& key) {
    const auto gives = [&](const MarkSpec& one) {
      return one.mark == key.mark && one.to.address.family() == key.family;
    };
    const auto& marks = director_.marks;
    if (std::any_of(marks.begin(), marks.end(), gives)) return;
    document_.warning(rule_->place,
                      "nothing marks packets of " +
                          std::string(key.family == ipvs::Family::v6 ? "IPv6" : "IPv4") + " with " +
                          std::to_string(key.mark) + ": director '" + director_.name +
                          "' has no such 'marks'");
  }

  void check_real(const ipvs::ServiceKey& key, const ipvs::Destination& destination) {
    const IpAddress& real = destination.real.address;
    const Place place = place_of(real.to_string());
    const Host* server = owner_of(topology_, real);
    if (server == nullptr && (document_.gaps.addresses || document_.gaps.hosts)) return;
    if (server == nullptr) {
      std::string servers;
      for (const Host& host : topology_.hosts) {
        if (host.role != Role::real_server || host.interfaces.empty()) continue;
        for (const Prefix& own : host.interfaces.front().addresses) {
          servers += (servers.empty() ? "; real servers: " : ", ") + host.name + " " +
                     own.address.to_string();
        }
      }
      document_.mistake(place,
                        "no host has the real server's address " + real.to_string() + servers);
      return;
    }
    if (server == &director_) return;  // a local node needs nothing
    if (server->role != Role::real_server) {
      document_.mistake(place, real.to_string() + " is host '" + server->name + "', a " +
                                   std::string(kRoleWords[static_cast<size_t>(server->role)]) +
                                   "; a rule names real servers");
      return;
    }
    if (destination.method == ipvs::Method::tunnel) state_.tunnels = true;
    check_method(key, destination, *server, place);
    check_service(key, destination, *server, place);
  }

  void check_method(const ipvs::ServiceKey& key, const ipvs::Destination& destination,
                    const Host& server, Place place) {
    const std::string who = "server '" + server.name + "'";
    switch (destination.method) {
      case ipvs::Method::masquerade:
        if (!answers_through_director(server, destination.real.address)) {
          document_.warning(place, who + " is masqueraded (-m), but its gateway is not director '" +
                                       director_.name +
                                       "': its replies would not be translated back");
        }
        return;
      case ipvs::Method::route:
        if (!shares_segment(destination.real.address, server)) {
          document_.warning(
              place,
              who + " is reached by direct routing (-g), but director '" + director_.name +
                  "' has no interface in its network: only the MAC says where such a packet goes");
        }
        break;
      case ipvs::Method::tunnel:
        if (!server.tunnel) {
          document_.warning(
              place,
              who +
                  " is reached by tunnel (-i), but has no 'tunnel: true' to take the packets out");
        }
        break;
    }
    const auto* address = std::get_if<ipvs::AddressKey>(&key);
    if (address != nullptr) {
      check_virtual_at(server, address->virtual_end.address, place);
    }
  }

  // A server that takes packets for the VIP must have it, and keep still about it where the
  // director has it too.
  void check_virtual_at(const Host& server, const IpAddress& virtual_address, Place place) {
    const std::string vip = virtual_address.to_string();
    const std::string who = "server '" + server.name + "'";
    if (!has_address(server, virtual_address)) {
      document_.warning(place, who + " gets packets for " + vip +
                                   ", which it would drop: it lacks 'loopback: " + vip + "'");
      return;
    }
    const Interface* shared = beside_director(virtual_address, server);
    if (shared == nullptr || virtual_address.is_v6()) return;
    if (policy(server, *shared, "arp_ignore") < 1) {
      document_.warning(place, who + " answers ARP for " + vip +
                                   " beside the director: it lacks the sysctl "
                                   "'net.ipv4.conf.all.arp_ignore: 1'");
    }
    if (policy(server, *shared, "arp_announce") < 2) {
      document_.warning(place, who + " asks by ARP in the name of " + vip +
                                   ": it lacks the sysctl 'net.ipv4.conf.all.arp_announce: 2'");
    }
  }

  // The server's interface where the director has the address too.
  const Interface* beside_director(const IpAddress& address, const Host& server) const {
    const auto has = [&](const Prefix& one) { return one.address == address; };
    for (const Interface& ours : director_.interfaces) {
      if (std::none_of(ours.addresses.begin(), ours.addresses.end(), has)) continue;
      for (const Interface& theirs : server.interfaces) {
        if (ours.network == theirs.network) return &theirs;
      }
    }
    return nullptr;
  }

  // The larger of `all` and the interface counts (ip-sysctl.rst).
  static int policy(const Host& server, const Interface& interface, const std::string& name) {
    int value = 0;
    for (const std::string& scope : {std::string("all"), interface.name}) {
      const auto found = server.sysctls.find("net.ipv4.conf." + scope + "." + name);
      if (found != server.sysctls.end()) value = std::max(value, std::atoi(found->second.c_str()));
    }
    return value;
  }

  bool shares_segment(const IpAddress& real, const Host& server) const {
    for (const Interface& theirs : server.interfaces) {
      const auto has = [&](const Prefix& one) { return one.address == real; };
      if (std::none_of(theirs.addresses.begin(), theirs.addresses.end(), has)) continue;
      for (const Interface& ours : director_.interfaces) {
        if (ours.network == theirs.network) return true;
      }
    }
    return false;
  }

  // By its default gateway, directly or by routers whose default gateway leads there. It may be the
  // other director's for now.
  bool answers_through_director(const Host& server, const IpAddress& real) const {
    const Host* at = &server;
    for (int i = 0; i < kFarthest && at != nullptr; ++i) {
      const Host* next = nullptr;
      for (const IpAddress& gateway : at->gateways) {
        if (gateway.family() == real.family()) next = owner_of(topology_, gateway);
      }
      if (next != nullptr && next->role == Role::director) return true;
      at = next;
    }
    return false;
  }

  void check_service(const ipvs::ServiceKey& key, const ipvs::Destination& destination,
                     const Host& server, Place place) {
    const auto* address = std::get_if<ipvs::AddressKey>(&key);
    if (address == nullptr || address->protocol == ipvs::Protocol::sctp) return;
    const bool masqueraded = destination.method == ipvs::Method::masquerade;
    const uint16_t port = masqueraded ? destination.real.port : address->virtual_end.port;
    if (port == 0) return;
    const auto transport =
        address->protocol == ipvs::Protocol::tcp ? Transport::tcp : Transport::udp;
    for (const ServiceSpec& spec : server.services) {
      const auto* identity = std::get_if<IdentityService>(&spec.what);
      if (identity == nullptr) return;  // a program may listen anywhere
      if (identity->transport == transport && identity->port == port) return;
    }
    const std::string wanted =
        std::string(kTransportWords[static_cast<size_t>(transport)]) + "/" + std::to_string(port);
    document_.warning(place, "nothing listens on " + wanted + " of server '" + server.name +
                                 "'; a service would be - identity: " + wanted);
  }

  const Topology& topology_;
  const Host& director_;
  RuleState& state_;
  Document& document_;
  const Rule* rule_ = nullptr;
};

}  // namespace

void check_rules(const Topology& topology, const Host& director, const std::vector<Rule>& rules,
                 RuleState& state, Document& document) {
  RulesCheck check(topology, director, state, document);
  for (const Rule& rule : rules) check.check(rule);
}

}  // namespace lvslab::topology
