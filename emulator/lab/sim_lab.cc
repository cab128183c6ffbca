#include "emulator/lab/sim_lab.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/fabric/evidence.hh"
#include "emulator/lab/rules.hh"
#include "emulator/lab/sabotage.hh"

namespace lvslab::lab {

namespace {

[[noreturn]] void refuse(const topology::Host& host, const std::string& what) {
  throw Unavailable(host.name + ": " + what + " in memory", "--on netns or --on uml");
}

void require_embeddable(const topology::Host& host) {
  if (host.role == topology::Role::director && host.engine == topology::Engine::ipvs)
    refuse(host, "kernel IPVS");
  if (host.role == topology::Role::director && host.engine == topology::Engine::external)
    refuse(host, "a program as director");
  for (const auto& service : host.services)
    if (std::holds_alternative<topology::ExecService>(service.what)) refuse(host, "a program");
}

bool is_kernel_stack(const topology::Host& host) {
  return host.role != topology::Role::director && host.stack == topology::Stack::kernel;
}

// As a kernel's would be: its defaults where embedded hosts have others.
topology::Host in_place_of_kernel(topology::Host host) {
  host.sysctls.try_emplace("net.ipv4.conf.all.send_redirects", "1");
  return host;
}

EmbeddedNode make_node(const topology::Host& host, uint64_t seed) {
  require_embeddable(host);
  if (!is_kernel_stack(host)) return make_embedded(host, seed);
  try {
    return make_embedded(in_place_of_kernel(host), seed);
  } catch (const UsageError& error) {
    throw Unavailable(std::string(error.what()) + "; in memory each is one",
                      "--on netns or --on uml");
  }
}

}  // namespace

SimLab::SimLab(const topology::Topology& topology, const Options& options)
    : topology_(topology),
      seed_(options.seed),
      sabotage_(options.sabotage),
      hostile_(options.seed),
      simulation_(this, options.seed) {
  for (const auto& network : topology.networks)
    segments_.emplace(network.name, simulation_.add_segment());
  hosts_.reserve(topology.hosts.size());
  for (const auto& host : topology.hosts) add_host(host);
  for (const auto& host : topology.hosts)
    for (const auto& interface : host.interfaces)
      set_wires(host.name, interface.name, interface.wires);
  for (const auto& host : topology.hosts)
    if (host.role == topology::Role::director) apply(host.name, host.rules);
}

EmbeddedNode SimLab::make(const topology::Host& host) const {
  auto made = make_node(sabotage_ ? sabotaged(host, *sabotage_) : host, seed_);
  if (!made.director) return made;
  made.director->trace(kMostComments);
  if (sabotage_)
    for (const auto& rule : rules_of(*sabotage_)) made.director->apply(rule, simulation_.now());
  return made;
}

node::Node& SimLab::stand_in(SimHost& host) const {
  if (sabotage_ && host.made.director)
    host.saboteur = saboteur(*host.made.node, *host.host, *sabotage_);
  return host.saboteur ? *host.saboteur : *host.made.node;
}

void SimLab::add_host(const topology::Host& host) {
  std::vector<sim::PortConfig> ports;
  for (const auto& interface : host.interfaces) {
    ports.push_back({interface.mac, interface.mtu, segments_.at(interface.network)});
    evidence_.ports.push_back({host.name, interface.name});
  }
  SimHost& added = hosts_.emplace_back(SimHost{&host, make(host), nullptr, 0});
  added.index = simulation_.add_node(stand_in(added), ports);
}

SimLab::SimHost& SimLab::at(const std::string& name) {
  return *std::find_if(hosts_.begin(), hosts_.end(),
                       [&](const SimHost& one) { return one.host->name == name; });
}

void SimLab::apply(const std::string& name, const std::vector<topology::Rule>& rules) {
  std::string why;
  SimHost& host = at(name);
  auto given = rules;
  if (sabotage_)
    for (auto& rule : given) rule.command = sabotaged(rule.command, *sabotage_);
  const size_t taken = apply_rules(*host.made.director, given, simulation_.now(), why);
  simulation_.acted(host.index);
  if (taken < rules.size()) refuse_rule(topology_, name, rules[taken], why);
}

uint32_t SimLab::port_of(const std::string& host, const std::string& interface) const {
  return *fabric::find_port(evidence_, host, interface);
}

void SimLab::act(const topology::Life& life, scenario::StepRecord&) {
  SimHost& host = at(life.host);
  host.made.comment(life.host, evidence_);  // it will not be able to say so
  simulation_.exchange(host.index, nullptr);
  for (auto& [name, connections] : kept_)
    for (Kept& kept : connections)
      if (kept.from == life.host) kept.request.reset();
  if (life.change == topology::Life::Change::stop) return;
  host.saboteur.reset();
  host.made = make(*host.host);
  host.made.first_sighting = evidence_.sightings.size();
  simulation_.exchange(host.index, &stand_in(host));
  if (host.made.director) apply(life.host, host.host->rules);
}

void SimLab::saw(Time at, uint32_t port, fabric::Direction direction, const wire::Frame& frame) {
  fabric::Sighting& sighting = evidence_.sightings.emplace_back();
  sighting.at = at;
  sighting.port = port;
  sighting.direction = direction;
  sighting.bytes.assign(frame.bytes().begin(), frame.bytes().end());
}

void SimLab::comment_evidence() {
  for (const SimHost& host : hosts_) host.made.comment(host.host->name, evidence_);
}

std::optional<size_t> SimLab::connections_at_rest() {
  simulation_.run_until([] { return false; }, simulation_.now() + kRest);
  size_t left = 0;
  for (const SimHost& host : hosts_)
    if (host.made.director)
      left += host.made.director->director().connections(simulation_.now()).size();
  return left;
}

std::unique_ptr<Lab> make_sim_lab(const topology::Topology& topology, const Options& options) {
  return std::make_unique<SimLab>(topology, options);
}

}  // namespace lvslab::lab
