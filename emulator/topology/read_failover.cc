// Steps of a takeover: connections that are kept and go on, addresses that move from one host to
// another, and what is awaited meanwhile.

#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

constexpr uint32_t kMostAwaited = 100'000;

template <class Named>
std::vector<std::string_view> names_in(const std::map<std::string, Named>& named) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : named) names.push_back(name);
  return names;
}

// Where an address stands on the host's interfaces.
struct Held {
  Interface* interface = nullptr;
  Prefix address;
};
Held held_by(Host& host, const IpAddress& address) {
  for (Interface& interface : host.interfaces) {
    for (const Prefix& own : interface.addresses) {
      if (own.address == address) return {&interface, own};
    }
  }
  return {};
}

// The one on that network, with an address of that family of its own.
Interface* interface_on(Host& host, const std::string& network, wire::Family family) {
  const auto speaks = [&](const Prefix& own) {
    return own.address.family() == family && own.length < own.address.bits();
  };
  for (Interface& interface : host.interfaces) {
    const auto& own = interface.addresses;
    if (interface.network == network && std::any_of(own.begin(), own.end(), speaks))
      return &interface;
  }
  return nullptr;
}

class TakeoverReader {
 public:
  TakeoverReader(Host& from, Host& to) : from_(from), to_(to) {}

  void read(const Value& item, Takeover& takeover) {
    const auto address = read_address(item);
    if (!address) return;
    const Held held = held_by(from_, *address);
    const std::string text = address->to_string();
    if (held.interface == nullptr) {
      item.wrong("host '" + from_.name + "' has no " + text + " on an interface" +
                 (held_by(to_, *address).interface ? "; '" + to_.name + "' has it" : ""));
      return;
    }
    const std::string port = from_.name + ":" + held.interface->name;
    if (held.address.length < address->bits()) {
      item.wrong("'takeover' moves single addresses; write " + text + "/" +
                 std::to_string(address->bits()) + " at " + port +
                 ", beside an address of its own");
      return;
    }
    const std::string& network = held.interface->network;
    Interface* there = interface_on(to_, network, address->family());
    if (there == nullptr) {
      item.wrong(text + " is on network '" + network + "', where host '" + to_.name +
                 "' has no interface with " + (address->is_v6() ? "an IPv6" : "an IPv4") +
                 " address of its own");
      return;
    }
    takeover.moves.push_back({held.address, held.interface->name, there->name});
    std::erase(held.interface->addresses, held.address);
    there->addresses.push_back(takeover.moves.back().address);
  }

 private:
  Host& from_;
  Host& to_;
};

// As the steps so far left it; null after a mistake.
Host* host_now(const std::optional<Value>& value, const Topology& topology,
               std::vector<Host>& hosts) {
  const auto name = value ? value->text("the name of a host") : std::nullopt;
  if (!name || !find_named(topology, *name, value->place(), value->document())) return nullptr;
  const auto found =
      std::find_if(hosts.begin(), hosts.end(), [&](const Host& one) { return one.name == *name; });
  return &*found;
}

}  // namespace

bool ScenarioState::tunnels() const {
  return std::any_of(rules.begin(), rules.end(),
                     [](const auto& director) { return director.second.tunnels; });
}

Continue read_continue(const Value& value, const ScenarioState& state) {
  Continue more;
  const Mapping keys(value, kContinue);
  if (const auto kept = keys.find("kept")) {
    more.kept =
        kept->text("the name that an earlier request keeps its connections under").value_or("");
    const auto request = state.kept.find(more.kept);
    if (request != state.kept.end()) {
      more.from = request->second.from;
      more.to = request->second.to;
      more.count = request->second.count;
    } else if (kept->is_text()) {
      kept->wrong("no request before this keeps connections as '" + more.kept + "'" +
                  suggestion(more.kept, names_in(state.kept)));
    }
  }
  if (const auto size = keys.find("size"))
    more.size = read_number(*size, 0, kLargestTcp).value_or(0);
  if (const auto timeout = keys.find("timeout"))
    more.timeout = read_duration(*timeout).value_or(more.timeout);
  if (const auto at_once = keys.find("at-once")) more.at_once = read_at_once(*at_once);
  return more;
}

Takeover read_takeover(const Value& value, const Topology& topology, ScenarioState& state) {
  Takeover takeover;
  const Mapping keys(value, kTakeover);
  const auto addresses = keys.find("addresses");
  const auto to = keys.find("to");
  Host* loser = host_now(keys.find("from"), topology, state.hosts);
  Host* winner = host_now(to, topology, state.hosts);
  if (loser == nullptr || winner == nullptr || !addresses) return takeover;
  if (loser == winner) {
    to->wrong("'takeover' is between two hosts; 'from' is '" + loser->name + "' too");
    return takeover;
  }
  takeover.from = loser->name;
  takeover.to = winner->name;
  TakeoverReader reader(*loser, *winner);
  const auto items = addresses->one_or_more();
  if (items.empty()) addresses->wrong("'addresses' names none");
  for (const Value& item : items) reader.read(item, takeover);
  return takeover;
}

Await read_await(const Value& value, const Topology& topology) {
  Await await;
  const Mapping keys(value, kAwait);
  if (const auto at = keys.find("at")) {
    await.director = at->text("the name of a director").value_or("");
    const Host* host =
        at->is_text() ? find_named(topology, await.director, at->place(), at->document()) : nullptr;
    if (host != nullptr && host->role != Role::director)
      at->wrong("host '" + await.director + "' is no director: it knows no connections");
  }
  if (const auto connections = keys.find("connections"))
    await.connections = read_number(*connections, 0, kMostAwaited).value_or(1);
  if (const auto timeout = keys.find("timeout"))
    await.timeout = read_duration(*timeout).value_or(await.timeout);
  return await;
}

}  // namespace lvslab::topology
