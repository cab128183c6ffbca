// Steps and what they do. What they expect is read in read_expectations.cc.

#include <algorithm>

#include "emulator/topology/nearest.hh"
#include "emulator/topology/parts.hh"
#include "emulator/topology/scalars.hh"

namespace lvslab::topology {

namespace {

// A connection is forgotten sooner that nobody uses.
constexpr std::chrono::seconds kLongestWait = std::chrono::hours(2);

constexpr uint32_t kMostRequests = 100'000;
constexpr uint32_t kLargestUdp = 65'000;  // bytes; a datagram holds 65,507 with the request itself

class StepReader {
 public:
  StepReader(Topology& topology, ScenarioState& state, Document& document)
      : topology_(topology), state_(state), document_(document) {}

  void read(const Value& value) {
    Step step;
    step.place = value.place();
    const Mapping keys(value, kStep);
    if (!value.is_mapping()) return;
    if (const auto name = keys.find("step"))
      step.name = name->text("what the step shows").value_or("");
    const auto action = read_action(kStep, keys, value);
    if (!action) return;
    step.action = *action;
    if (const auto meanwhile = keys.find("meanwhile")) read_meanwhile(*meanwhile, step);
    if (const auto expect = keys.find("expect")) {
      const StepContext context{topology_, step.action, state_.tunnels(), document_};
      read_expectations(*expect, context, step.expectations);
    }
    topology_.scenario.push_back(std::move(step));
  }

 private:
  static bool is_deed(std::string_view key) {
    return key != "step" && key != "expect" && key != "meanwhile" && key != "after";
  }

  // What a step, or an item of 'meanwhile', does.
  std::optional<Action> read_action(const KeyTable& table, const Mapping& keys,
                                    const Value& whole) {
    std::vector<Value> found;
    std::vector<std::string> deeds;
    for (const Key& key : table.keys) {
      if (!is_deed(key.name)) continue;
      deeds.push_back("'" + std::string(key.name) + "'");
      if (const auto value = keys.find(key.name)) found.push_back(*value);
    }
    if (found.size() != 1) {
      const bool is_step = table.keys.data() == kStep.keys.data();
      const std::string wanted = std::string(is_step ? "a step" : "an item of 'meanwhile'") +
                                 " does one of " + listed({deeds.begin(), deeds.end()});
      document_.mistake(found.empty() ? whole.place() : found[1].key_place(),
                        wanted + (found.empty() ? "; this one does nothing"
                                  : is_step     ? "; make two steps of it"
                                                : "; make two items of it"));
      return {};
    }
    const Action action = read_deed(found.front());
    check_power(action, found.front(), state_);
    return action;
  }

  void read_meanwhile(const Value& value, Step& step) {
    for (const Value& item : value.items("a list, as - {after: 20ms, stop: rs1}")) {
      const Mapping keys(item, kMeanwhile);
      if (!item.is_mapping()) continue;
      Meanwhile meanwhile;
      if (const auto after = keys.find("after")) {
        meanwhile.after = read_duration(*after).value_or(meanwhile.after);
        if (!step.meanwhile.empty() && meanwhile.after < step.meanwhile.back().after)
          after->wrong("'meanwhile' is in order of time; the item before this comes later");
      }
      const auto action = read_action(kMeanwhile, keys, item);
      if (!action) continue;
      check_keeps_power(step.action, *action, item);
      meanwhile.action = *action;
      step.meanwhile.push_back(std::move(meanwhile));
    }
  }

  Action read_deed(const Value& value) {
    if (value.called() == "'request'") return read_request(value);
    if (value.called() == "'continue'") return read_continue(value, state_);
    if (value.called() == "'takeover'") return read_takeover(value, topology_, state_);
    if (value.called() == "'await'") return read_await(value, topology_);
    if (value.called() == "'ping'") return read_ping(value);
    if (value.called() == "'arp-probe'") return read_arp_probe(value);
    if (value.called() == "'exec'") return read_exec(value);
    if (auto fault = read_fault(value, topology_)) return *std::move(fault);
    if (value.called() == "'wait'")
      return Wait{read_duration(value, kLongestWait).value_or(Wait{}.time)};
    if (value.called() != "'rules'") return read_set_wires(value, topology_, state_);
    return read_applied_rules(value);
  }

  // A host that runs programs: what starts there are sockets of its kernel.
  std::string read_kernel_host(const std::optional<Value>& value) {
    if (!value) return "";
    const auto name = value->text("the name of a host");
    if (!name) return "";
    const Host* host = find_named(topology_, *name, value->place(), document_);
    if (host != nullptr && host->stack == Stack::embedded) {
      value->wrong("host '" + *name + "' is embedded: it answers, but starts nothing of its own");
    }
    return *name;
  }

  void check_somebodys(const Value& value, const IpAddress& address) {
    const auto has = [&](const Host& host) { return has_address(host, address); };
    if (std::any_of(topology_.hosts.begin(), topology_.hosts.end(), has)) return;
    value.warn("nobody in the lab has the address " + address.to_string());
  }

  void read_transport(const Mapping& keys, Request& request) {
    if (const auto over = keys.find("over")) {
      request.transport = read_enum<Transport>(*over, kTransports).value_or(Transport::tcp);
    }
    const bool udp = request.transport == Transport::udp;
    if (const auto size = keys.find("size")) {
      request.size = read_number(*size, 0, udp ? kLargestUdp : kLargestTcp).value_or(0);
    }
    if (const auto flag = keys.find("dont-fragment")) {
      request.dont_fragment = read_flag(*flag).value_or(true);
      if (!udp && !request.dont_fragment) {
        flag->wrong("'dont-fragment: false' is for 'over: udp'; TCP always sets the bit");
      }
    }
  }

  Action read_request(const Value& value) {
    Request request;
    const Mapping keys(value, kRequest);
    request.from = read_kernel_host(keys.find("from"));
    if (const auto to = keys.find("to")) {
      if (const auto end = read_endpoint(*to)) {
        request.to = *end;
        check_somebodys(*to, end->address);
      }
    }
    read_transport(keys, request);
    if (const auto count = keys.find("count")) {
      request.count = read_number(*count, 1, kMostRequests).value_or(kMostRequests);
    }
    if (const auto port = keys.find("source-port")) {
      request.source_port = static_cast<uint16_t>(read_number(*port, 1, 65535).value_or(0));
    }
    read_timeout(keys, request.timeout);
    if (const auto at_once = keys.find("at-once")) {
      request.at_once = read_at_once(*at_once);
      if (request.source_port != 0 && request.at_once > 1)
        at_once->wrong(
            "requests that are under way at once have a port each, not one 'source-port'");
    }
    if (const auto keep = keys.find("keep")) read_keep(*keep, request);
    return request;
  }

  uint32_t kept_so_far() const {
    uint32_t count = 0;
    for (const auto& [name, request] : state_.kept) count += request.count;
    return count;
  }

  void read_keep(const Value& value, Request& request) {
    const auto name = value.text("a name for the connections");
    if (!name || !read_name(*name, value.place(), "what is kept", document_)) return;
    if (request.transport == Transport::udp) {
      value.wrong("'keep' is for 'over: tcp'; UDP has no connections, but 'source-port'");
    } else if (kept_so_far() + request.count > kMostOpen) {
      value.wrong("at most " + std::to_string(kMostOpen) + " connections can be kept in a lab");
    } else if (request.source_port != 0 && request.count > 1) {
      value.wrong("connections that are kept have a port each, not one 'source-port'");
    } else if (state_.kept.contains(*name)) {
      value.wrong("an earlier request keeps its connections as '" + *name + "'");
    }
    request.keep = *name;
    state_.kept.insert_or_assign(*name, request);
  }

  Action read_ping(const Value& value) {
    Ping ping;
    const Mapping keys(value, kPing);
    ping.from = read_kernel_host(keys.find("from"));
    if (const auto to = keys.find("to")) {
      if (const auto address = read_address(*to)) {
        ping.to = *address;
        check_somebodys(*to, *address);
      }
    }
    if (const auto count = keys.find("count")) {
      ping.count = read_number(*count, 1, kMostRequests).value_or(1);
    }
    read_timeout(keys, ping.timeout);
    return ping;
  }

  Action read_arp_probe(const Value& value) {
    ArpProbe probe;
    const Mapping keys(value, kArpProbe);
    probe.from = read_kernel_host(keys.find("from"));
    if (const auto address = keys.find("address")) {
      if (const auto known = read_address(*address)) {
        probe.address = *known;
        if (known->is_v6()) address->wrong("'arp-probe' is for IPv4; IPv6 has no ARP");
      }
    }
    read_timeout(keys, probe.timeout);
    return probe;
  }

  Action read_exec(const Value& value) {
    Exec exec;
    const Mapping keys(value, kExec);
    exec.host = read_kernel_host(keys.find("host"));
    if (const auto command = keys.find("command")) exec.command = read_words(*command);
    if (const auto status = keys.find("status")) {
      exec.status = static_cast<int>(read_number(*status, 0, 255).value_or(0));
    }
    read_timeout(keys, exec.timeout);
    return exec;
  }

  Action read_applied_rules(const Value& value) {
    ApplyRules apply;
    const auto directors = directors_of(topology_);
    if (value.is_mapping()) {
      const Mapping each(value, "rules by the directors' names, as {d1: ..., d2: ...}", "director");
      for (const Entry& entry : each.entries()) read_rules_of(entry, apply);
    } else if (directors.size() > 1) {
      value.wrong("the lab has two directors; say whose rules they are, as {" +
                  directors.front()->name + ": ...}");
    } else if (!directors.empty()) {
      give(*directors.front(), value, apply);
    }
    return apply;
  }

  void read_rules_of(const Entry& entry, ApplyRules& apply) {
    const Host* host = find_named(topology_, entry.name, entry.place, document_);
    if (host == nullptr) return;
    if (host->role != Role::director) {
      document_.mistake(entry.place, "host '" + entry.name + "' is no director: it has no rules");
      return;
    }
    give(*host, entry.value, apply);
  }

  void give(const Host& director, const Value& value, ApplyRules& apply) {
    apply.given.push_back({director.name, read_rules(value)});
    check_rules(topology_, director, apply.given.back().rules, state_.rules[director.name],
                document_);
  }

  static void read_timeout(const Mapping& keys, std::chrono::milliseconds& timeout) {
    if (const auto value = keys.find("timeout")) timeout = read_duration(*value).value_or(timeout);
  }

  Topology& topology_;
  ScenarioState& state_;
  Document& document_;
};

}  // namespace

uint32_t read_at_once(const Value& value) {
  return read_number(value, 1, kMostOpen).value_or(1);
}

void read_scenario(const Value& value, Topology& topology, ScenarioState& state) {
  StepReader reader(topology, state, value.document());
  size_t number = 0;
  for (const Value& step : value.items("a list of steps, as - step: two web requests")) {
    reader.read(step.as("step " + std::to_string(++number)));
  }
}

}  // namespace lvslab::topology
