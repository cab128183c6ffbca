#pragma once
// The reader's parts, in the order in which they run: networks, hosts, what hosts are to each
// other, rules, scenario. Each fills in its part of the topology and records what is wrong with
// it; the later ones cope with the holes that the earlier ones left.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "emulator/topology/document.hh"
#include "emulator/topology/model.hh"

namespace lvslab::topology {

// Where things stand that the model has no place for, kept until they have been checked.
struct AddressNote {
  size_t host;       // index into Topology::hosts
  size_t interface;  // index into Host::interfaces
  IpAddress address;
  bool outside = false;  // of the network's subnets, as a whole-length prefix may be
  Place place;
};
struct MacNote {
  size_t host;
  size_t interface;
  Place place;
};
struct GatewayNote {
  size_t host;
  IpAddress address;
  std::string called;  // "'gateway'", "'via'"
  Place place;
};
struct Notes {
  std::vector<AddressNote> addresses;
  std::vector<MacNote> macs;  // those given
  std::vector<GatewayNote> gateways;
};

void read_networks(const Value& value, Topology& topology);
std::optional<uint32_t> read_mtu(const Value& value, const Network& network);
void read_hosts(const Value& value, Topology& topology, Notes& notes);
void read_interfaces(const Value& value, Topology& topology, Notes& notes);  // of the last host
// Of an interface.
Wires read_wires(const Value& value);
void read_services(const Value& value, Host& host);
void read_sysctls(const Value& value, Host& host);
void read_marks(const Value& value, Host& host);

// Addresses, MACs, gateways, the number of directors. Gives a MAC to those interfaces that have
// none.
void check_hosts(Topology& topology, const Notes& notes, Place hosts, Document& document);

// Which services the director has after its rules so far, as the kernel would keep them.
struct RuleState {
  std::vector<ipvs::ServiceKey> services;
  struct Destination {
    ipvs::ServiceKey key;
    Endpoint real;
    friend bool operator==(const Destination&, const Destination&) = default;
  };
  std::vector<Destination> destinations;
  bool tunnels = false;  // one destination at least was ever reached by tunnel
};
void check_rules(const Topology& topology, const Host& director, const std::vector<Rule>& rules,
                 RuleState& state, Document& document);

// What the steps so far left behind, which later ones build upon.
struct ScenarioState {
  std::map<std::string, RuleState> rules;  // by director
  std::map<std::string, Request> kept;     // by Request::keep
  std::vector<Host> hosts;                 // with what takeovers and wires changed
  std::set<std::string> off;               // hosts that lost their power
  bool tunnels() const;                    // a director has, or had, a server reached by tunnel
};
void read_scenario(const Value& value, Topology& topology, ScenarioState& state);
inline constexpr uint32_t kLargestTcp = 1U << 20;  // bytes of one request
// Connections of a lab that are open at a time: each takes two of the descriptors of its process.
inline constexpr uint32_t kMostOpen = 10'000;
uint32_t read_at_once(const Value& value);
// Steps that build upon earlier ones.
Continue read_continue(const Value& value, const ScenarioState& state);
Takeover read_takeover(const Value& value, const Topology& topology, ScenarioState& state);
Await read_await(const Value& value, const Topology& topology);
// What befalls hosts and what is sent to trouble them; nothing for other steps.
std::optional<Action> read_fault(const Value& value, const Topology& topology);
// A mistake when a host is to do something that has no power by then; what `action` itself does to
// hosts' power is kept in the state.
void check_power(const Action& action, const Value& value, ScenarioState& state);
// A mistake when `meanwhile` takes the power of a host that is doing what the step is about.
void check_keeps_power(const Action& action, const Action& meanwhile, const Value& value);
SetWires read_set_wires(const Value& value, const Topology& topology, ScenarioState& state);

// What expectations of one step may refer to.
struct StepContext {
  const Topology& topology;
  const Action& action;
  bool tunnels;  // the director has, or had, a server reached by tunnel
  Document& document;

  // Who sent what the step is about; "" for steps that send nothing through the lab.
  std::string from() const;
  // How many requests the step makes; 0: none.
  uint32_t requests() const;
  bool asks() const { return requests() > 0; }
  bool travels() const { return asks() || std::holds_alternative<Ping>(action); }
};
void read_expectations(const Value& value, const StepContext& context,
                       std::vector<Expectation>& expectations);

std::optional<ExpectLatency> read_latency(const Value& value);
std::optional<ExpectAnswered> read_answered(const Value& value);

struct MatchRules {
  bool server = false;  // "server" means one host here
  bool change = false;  // a field may go without a value, a number change by "-1"
  bool packet = false;  // of one packet, which has no outer header unless something tunnels
};
std::vector<FieldMatch> read_matches(const Value& value, const StepContext& context,
                                     const MatchRules& rules);
// The hosts that a name in an expectation can mean: "server" any server, "client" whoever asks.
// A mistake when there is none.
std::vector<const Host*> hosts_meant(const std::string& name, const Value& value,
                                     const StepContext& context, bool server);

// Where frames are looked at, as the one of `keys` that is there says; `server`: as in MatchRules.
struct Lookout {
  std::string at;            // "*", "HOST:INTERFACE", "HOST:*"
  std::optional<bool> sent;  // nothing: sent or received
};
std::optional<Lookout> read_lookout(const Value& value, const StepContext& context,
                                    const Mapping& mapping,
                                    const std::vector<std::string_view>& keys, bool server);
struct FrameCount {
  uint32_t least, most;
};
std::optional<FrameCount> read_frame_count(const Value& value);  // 4, ">=1", "<=3", 2..5

// Shared by the parts.
std::vector<const Host*> directors_of(const Topology& topology);
const Host* owner_of(const Topology& topology, const IpAddress& address);  // on an interface
bool has_address(const Host& host, const IpAddress& address);              // loopback too
bool is_server(const Host& host);  // a real server, or the director with services of its own
std::vector<std::string_view> names_of(const std::vector<Host>& hosts);
std::vector<std::string_view> names_of(const std::vector<Network>& networks);
// The host named, or a mistake with the nearest one.
const Host* find_named(const Topology& topology, const std::string& name, Place place,
                       Document& document);

}  // namespace lvslab::topology
