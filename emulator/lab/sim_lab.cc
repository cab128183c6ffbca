#include "emulator/lab/sim_lab.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/fabric/evidence.hh"
#include "emulator/lab/comments.hh"
#include "emulator/lab/rules.hh"

namespace lvslab::lab {

namespace {

// Packets whose handling is remembered for the capture; frames beyond it go uncommented.
constexpr size_t kMostComments = 1 << 20;

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
      hostile_(options.seed),
      simulation_(this, options.seed) {
  for (const auto& network : topology.networks)
    segments_.emplace(network.name, simulation_.add_segment());
  hosts_.reserve(topology.hosts.size());
  for (const auto& host : topology.hosts) add_host(host);
  for (const auto& host : topology.hosts)
    if (host.role == topology::Role::director) apply(host.name, host.rules);
}

void SimLab::add_host(const topology::Host& host) {
  auto made = make_node(host, seed_);
  if (made.director) made.director->trace(kMostComments);
  std::vector<sim::PortConfig> ports;
  for (const auto& interface : host.interfaces) {
    ports.push_back({interface.mac, interface.mtu, segments_.at(interface.network)});
    evidence_.ports.push_back({host.name, interface.name});
  }
  const uint32_t index = simulation_.add_node(*made.node, ports);
  hosts_.push_back({&host, std::move(made), index});
}

SimLab::SimHost& SimLab::at(const std::string& name) {
  return *std::find_if(hosts_.begin(), hosts_.end(),
                       [&](const SimHost& one) { return one.host->name == name; });
}

void SimLab::apply(const std::string& name, const std::vector<topology::Rule>& rules) {
  std::string why;
  SimHost& host = at(name);
  const size_t taken = apply_rules(*host.made.director, rules, simulation_.now(), why);
  simulation_.acted(host.index);
  if (taken < rules.size()) refuse_rule(topology_, name, rules[taken], why);
}

uint32_t SimLab::port_of(const std::string& host, const std::string& interface) const {
  return *fabric::find_port(evidence_, host, interface);
}

void SimLab::act(const topology::Life& life, scenario::StepRecord&) {
  SimHost& host = at(life.host);
  evidence();  // what it said of its frames so far
  simulation_.exchange(host.index, nullptr);
  if (life.change == topology::Life::Change::stop) return;
  host.made = make_node(*host.host, seed_);
  if (host.made.director) host.made.director->trace(kMostComments);
  simulation_.exchange(host.index, host.made.node.get());
  if (host.made.director) apply(life.host, host.host->rules);
}

void SimLab::saw(Time at, uint32_t port, fabric::Direction direction, const wire::Frame& frame) {
  fabric::Sighting& sighting = evidence_.sightings.emplace_back();
  sighting.at = at;
  sighting.port = port;
  sighting.direction = direction;
  sighting.bytes.assign(frame.bytes().begin(), frame.bytes().end());
}

const fabric::Evidence& SimLab::evidence() {
  for (const SimHost& host : hosts_)
    if (host.made.director)
      add_comments(host.host->name, host.made.director->handled().entries(), evidence_);
  return evidence_;
}

std::unique_ptr<Lab> make_sim_lab(const topology::Topology& topology, const Options& options) {
  return std::make_unique<SimLab>(topology, options);
}

}  // namespace lvslab::lab
