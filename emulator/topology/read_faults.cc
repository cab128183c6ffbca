// Steps that trouble a lab: hosts that lose their power, frames that no host of good will sends.

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

constexpr uint32_t kMostFrames = 100'000;
constexpr size_t kLargestFrame = 65'549;  // bytes: an IP packet behind an Ethernet header
constexpr size_t kLeastFrame = 14;

const Host* read_host(const Value& value, const Topology& topology) {
  const auto name = value.text("the name of a host");
  return name ? find_named(topology, *name, value.place(), value.document()) : nullptr;
}

std::string name_of(const Host* host) {
  return host ? host->name : "";
}

Life read_life(const Value& value, const Topology& topology, Life::Change change) {
  return {change, name_of(read_host(value, topology))};
}

// "client:eth0", or the name of a host with one interface.
void read_port(const Value& value, const Topology& topology, SendFrames& send) {
  const auto text = value.text("a port, as client:eth0");
  if (!text) return;
  const size_t colon = text->find(':');
  const Host* host = find_named(topology, text->substr(0, colon), value.place(), value.document());
  if (!host) return;
  send.host = host->name;
  if (colon == std::string::npos && host->interfaces.size() == 1)
    send.interface = host->interfaces.front().name;
  std::vector<std::string_view> names;
  for (const Interface& interface : host->interfaces) {
    names.push_back(interface.name);
    if (colon != std::string::npos && interface.name == text->substr(colon + 1))
      send.interface = interface.name;
  }
  if (!send.interface.empty()) return;
  value.wrong(colon == std::string::npos
                  ? "host '" + host->name + "' has " + std::to_string(names.size()) +
                        " interfaces; say which, as " + host->name + ":" +
                        std::string(names.empty() ? "eth0" : names.front())
                  : "host '" + host->name + "' has no interface '" + text->substr(colon + 1) + "'" +
                        suggestion(text->substr(colon + 1), names));
}

std::optional<uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  return {};
}

// Pairs of hexadecimal digits; blanks between them are for the eye.
std::optional<std::vector<uint8_t>> read_hexadecimal(const Value& value) {
  const auto text = value.text("a frame in hexadecimal");
  if (!text) return {};
  std::vector<uint8_t> bytes;
  size_t digits = 0;
  for (const char c : *text) {
    if (c == ' ' || c == '\n') continue;
    const auto half = digit(c);
    if (!half) {
      value.wrong(std::string("'") + c + "' is no hexadecimal digit; a frame is written as " +
                  "'00215adb68e8 020000000101 0800 4500...'");
      return {};
    }
    if (digits++ % 2 == 0)
      bytes.push_back(static_cast<uint8_t>(*half << 4));
    else
      bytes.back() |= *half;
  }
  if (digits % 2 != 0) {
    value.wrong("an odd number of hexadecimal digits: two make a byte");
  } else if (bytes.size() < kLeastFrame || bytes.size() > kLargestFrame) {
    value.wrong("a frame has " + std::to_string(kLeastFrame) + " to " +
                std::to_string(kLargestFrame) + " bytes, not " + std::to_string(bytes.size()));
  } else {
    return bytes;
  }
  return {};
}

SendFrames read_frames(const Value& value, const Topology& topology) {
  SendFrames send;
  const Mapping keys(value, kFrames);
  if (const auto from = keys.find("from")) read_port(*from, topology, send);
  if (const auto bytes = keys.find("bytes"))
    for (const Value& item : bytes->one_or_more())
      if (auto frame = read_hexadecimal(item)) send.frames.push_back(std::move(*frame));
  return send;
}

template <class Trouble>
Trouble read_many(const Value& value, const Topology& topology, const KeyTable& table) {
  Trouble trouble;
  const Mapping keys(value, table);
  if (const auto from = keys.find("from")) trouble.from = name_of(read_host(*from, topology));
  if (const auto to = keys.find("to"))
    if (const auto end = read_endpoint(*to)) trouble.to = *end;
  if (const auto count = keys.find("count"))
    trouble.count = read_number(*count, 1, kMostFrames).value_or(1);
  return trouble;
}

Spoof read_spoof(const Value& value, const Topology& topology) {
  Spoof spoof;
  const Mapping keys(value, kSpoof);
  if (const auto from = keys.find("from")) spoof.from = name_of(read_host(*from, topology));
  if (const auto address = keys.find("address")) {
    if (const auto known = read_address(*address)) {
      spoof.address = *known;
      if (known->is_v6()) address->wrong("'spoof' is for IPv4; IPv6 has no ARP");
    }
  }
  return spoof;
}

// Those who have to be up and running for it.
struct Doers {
  using Names = std::vector<std::string>;
  Names operator()(const ApplyRules& a) const {
    Names names;
    for (const auto& given : a.given) names.push_back(given.director);
    return names;
  }
  Names operator()(const Takeover& a) const { return {a.to}; }  // who loses it may be dead
  Names operator()(const Await& a) const { return {a.director}; }
  Names operator()(const Exec& a) const { return {a.host}; }
  Names operator()(const SendFrames& a) const { return {a.host}; }
  Names operator()(const Life& a) const {
    return a.change == Life::Change::stop ? Names{a.host} : Names{};
  }
  Names operator()(const SetWires&) const { return {}; }
  Names operator()(const Wait&) const { return {}; }
  template <class Asking>
  Names operator()(const Asking& a) const {
    return {a.from};
  }
};

}  // namespace

void check_power(const Action& action, const Value& value, ScenarioState& state) {
  for (const std::string& name : std::visit(Doers{}, action))
    if (state.off.contains(name))
      value.wrong("host '" + name + "' lost its power in an earlier step; 'start: " + name +
                  "' comes first");
  const auto* life = std::get_if<Life>(&action);
  if (!life) return;
  if (life->change == Life::Change::start && !state.off.contains(life->host))
    value.wrong("host '" + life->host + "' runs; it is stopped first, or 'restart'ed");
  if (life->change == Life::Change::stop)
    state.off.insert(life->host);
  else
    state.off.erase(life->host);
}

void check_keeps_power(const Action& action, const Action& meanwhile, const Value& value) {
  const auto* life = std::get_if<Life>(&meanwhile);
  if (!life || life->change == Life::Change::start) return;
  const auto busy = std::visit(Doers{}, action);
  if (std::find(busy.begin(), busy.end(), life->host) != busy.end())
    value.wrong("host '" + life->host +
                "' is what the step is about; it keeps its power meanwhile");
}

std::optional<Action> read_fault(const Value& value, const Topology& topology) {
  const std::string called = value.called();
  if (called == "'stop'") return read_life(value, topology, Life::Change::stop);
  if (called == "'start'") return read_life(value, topology, Life::Change::start);
  if (called == "'restart'") return read_life(value, topology, Life::Change::restart);
  if (called == "'frames'") return read_frames(value, topology);
  if (called == "'flood'") return read_many<Flood>(value, topology, kFlood);
  if (called == "'junk'") return read_many<Junk>(value, topology, kJunk);
  if (called == "'spoof'") return read_spoof(value, topology);
  return {};
}

}  // namespace lvslab::topology
