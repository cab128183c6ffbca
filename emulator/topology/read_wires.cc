// Wires: what befalls frames between an interface and its network, as the file gives it and as
// steps change it.

#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/quantities.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

constexpr uint32_t kLongestFrame = 65'535 + 14;        // bytes
constexpr uint32_t kLongestQueue = 1'000'000;          // frames
constexpr uint32_t kLeastMtu = 68, kMostMtu = 65'535;  // RFC 791

// A key that does nothing without another one, as a mistake: nothing that is written is ignored.
class ImpairmentsReader {
 public:
  // `keys`: of a table that has those of impairments.
  explicit ImpairmentsReader(const Mapping& keys) : keys_(keys) {}

  wire::Impairments read() {
    read_times();
    read_share_of("loss", wire_.loss);
    if (const auto burst = keys_.find("burst")) read_burst(*burst);
    read_share_of("duplicate", wire_.duplicate);
    read_share_of("reorder", wire_.reorder);
    read_share_of("corrupt", wire_.corrupt);
    read_numbers();
    needs("reorder", "delay", "lets frames pass those that are delayed");
    needs("corrupt-at", "corrupt", "says where 'corrupt' strikes");
    needs("queue", "rate", "is how many frames wait for the rate");
    return wire_;
  }

 private:
  void read_times() {
    const auto delay = keys_.find("delay"), jitter = keys_.find("jitter");
    if (delay) wire_.delay = read_span(*delay).value_or(Duration());
    if (jitter) wire_.jitter = read_span(*jitter).value_or(Duration());
    const bool known =
        needs("jitter", "delay", "is how much the delay varies") && wire_.delay > Duration::zero();
    if (known && wire_.jitter > wire_.delay)
      jitter->wrong("'jitter' " + jitter->raw() + " is larger than 'delay' " + delay->raw() +
                    ": a frame would arrive before it was sent; at most " + delay->raw());
  }

  void read_share_of(std::string_view key, double& into) {
    if (const auto value = keys_.find(key)) into = read_share(*value).value_or(0) / double{kWhole};
  }

  void read_burst(const Value& value) {
    const Mapping keys(value, kBurst);
    if (const auto enter = keys.find("enter"))
      wire_.burst.enter = read_share(*enter).value_or(0) / double{kWhole};
    if (const auto leave = keys.find("leave"))
      wire_.burst.leave = read_share(*leave, 1).value_or(kWhole) / double{kWhole};
  }

  void read_numbers() {
    if (const auto at = keys_.find("corrupt-at"))
      wire_.corrupt_at = read_number(*at, 0, kLongestFrame - 1);
    if (const auto rate = keys_.find("rate")) wire_.rate = read_rate(*rate).value_or(0);
    if (const auto queue = keys_.find("queue"))
      wire_.queue = read_number(*queue, 0, kLongestQueue).value_or(wire_.queue);
    if (const auto mtu = keys_.find("mtu"))
      wire_.mtu = read_number(*mtu, kLeastMtu, kMostMtu).value_or(0);
  }

  bool needs(std::string_view key, std::string_view other, std::string_view why) {
    const auto value = keys_.find(key);
    if (!value || keys_.find(other)) return true;
    value->document().mistake(value->key_place(), value->called() + " " + std::string(why) +
                                                      ", and there is no '" + std::string(other) +
                                                      "'");
    return false;
  }

  const Mapping& keys_;
  wire::Impairments wire_;
};

void check_says_something(const Value& value, const Mapping& keys) {
  if (value.is_mapping() && keys.entries().empty())
    value.wrong(value.called() + " names no impairment; leave it out where the wire is perfect");
}

wire::Impairments read_direction(const Value& value) {
  const Mapping keys(value, kImpairments);
  check_says_something(value, keys);
  return ImpairmentsReader(keys).read();
}

// What a step names as "HOST:INTERFACE".
struct Port {
  Interface* now = nullptr;  // as the steps so far left it
  const Interface* in_file = nullptr;
  std::string host;
};

Interface* find_interface(std::vector<Host>& hosts, const std::string& host,
                          const std::string& name) {
  const auto owner =
      std::find_if(hosts.begin(), hosts.end(), [&](const Host& one) { return one.name == host; });
  if (owner == hosts.end()) return nullptr;
  auto& all = owner->interfaces;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Interface& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

class SetWiresReader {
 public:
  SetWiresReader(const Topology& topology, ScenarioState& state)
      : topology_(topology), state_(state) {}

  SetWires read(const Value& value) {
    if (value.called() == "'wire'") {
      read_change(value);
    } else {
      const bool cut = value.called() == "'cut'";
      set_.deed = cut ? SetWires::Deed::cut : SetWires::Deed::mend;
      for (const Port& port : read_ports(value)) {
        Wires wires = port.in_file->wires;
        if (cut) wires.out.cut = wires.in.cut = true;
        set(value, port, wires);
      }
    }
    return std::move(set_);
  }

 private:
  void read_change(const Value& value) {
    const Mapping keys(value, kWireStep);
    const wire::Impairments impairments = ImpairmentsReader(keys).read();
    const auto direction = keys.find("direction");
    const auto word = direction ? read_word(*direction, kDirections) : std::nullopt;
    const std::string_view which = kDirectionWords[word.value_or(2)];
    const auto of = keys.find("of");
    if (!of) return;
    for (const Port& port : read_ports(*of)) {
      Wires wires = port.now->wires;
      if (which != "in") wires.out = impairments;
      if (which != "out") wires.in = impairments;
      set(value, port, wires);
    }
  }

  void set(const Value& value, const Port& port, const Wires& wires) {
    if (port.now->wires == wires)
      value.warn(value.called() + " changes nothing: the wire of " + port.host + ":" +
                 port.now->name + " is so already");
    port.now->wires = wires;
    set_.ports.push_back({port.host, port.now->name, wires});
  }

  std::vector<Port> read_ports(const Value& value) {
    std::vector<Port> ports;
    const auto items = value.one_or_more();
    if (items.empty()) value.wrong(value.called() + " names no port");
    for (const Value& item : items)
      if (const auto port = read_port(item)) ports.push_back(*port);
    return ports;
  }

  std::optional<Port> read_port(const Value& item) {
    constexpr std::string_view kWanted = "a host and its interface, as rs1:eth0";
    const auto text = item.text(kWanted);
    if (!text) return {};
    const size_t colon = text->find(':');
    if (colon == std::string::npos) {
      item.wants(kWanted);
      return {};
    }
    Port port;
    port.host = text->substr(0, colon);
    const Host* host = find_named(topology_, port.host, item.place(), item.document());
    if (host == nullptr) return {};
    std::vector<std::string_view> names;
    const std::string name = text->substr(colon + 1);
    for (const Interface& one : host->interfaces) {
      names.push_back(one.name);
      if (one.name == name) port.in_file = &one;
    }
    port.now = find_interface(state_.hosts, port.host, name);
    if (port.now != nullptr && port.in_file != nullptr) return port;
    item.wrong("host '" + port.host + "' has no interface '" + name + "'" +
               suggestion(name, names));
    return {};
  }

  const Topology& topology_;
  ScenarioState& state_;
  SetWires set_;
};

}  // namespace

Wires read_wires(const Value& value) {
  const Mapping keys(value, kWire);
  check_says_something(value, keys);
  const auto out = keys.find("out"), in = keys.find("in");
  if (!out && !in) {
    const wire::Impairments both = ImpairmentsReader(keys).read();
    return {both, both};
  }
  for (const Entry& entry : keys.entries()) {
    if (entry.name == "out" || entry.name == "in") continue;
    value.document().mistake(entry.place, "'" + entry.name + "' stands beside " +
                                              (out ? "'out'" : "'in'") +
                                              "; put it into 'out', 'in' or both");
  }
  Wires wires;
  if (out) wires.out = read_direction(*out);
  if (in) wires.in = read_direction(*in);
  return wires;
}

SetWires read_set_wires(const Value& value, const Topology& topology, ScenarioState& state) {
  return SetWiresReader(topology, state).read(value);
}

}  // namespace lvslab::topology
