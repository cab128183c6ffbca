#include "emulator/lab/netns_lab.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/kernel/raw_frames.hh"
#include "emulator/lab/rules.hh"
#include "emulator/lab/sabotage.hh"

namespace lvslab::lab {

namespace {

bool is_embedded(const topology::Host& host) {
  if (host.role == topology::Role::director) return host.engine == topology::Engine::embedded;
  return host.role == topology::Role::real_server && host.stack == topology::Stack::embedded;
}

}  // namespace

NetnsLab::NetnsLab(const topology::Topology& topology, const Options& options, Keep keep)
    : topology_(topology),
      seed_(options.seed),
      fabric_(topology.networks),
      recorder_(fabric_, loop_, keep) {
  refuse_sabotage(options);
  for (const auto& host : topology.hosts) add_host(host, options);
  wires_.emplace(topology, fabric_, loop_, options.seed);
  fabric_.finish();
  recorder_.name_ports();
  for (auto& host : kernel_hosts_) host.configure();
  if (keep == Keep::frames)
    for (auto& host : embedded_hosts_)
      if (host.director()) host.director()->trace(kMostComments);
  for (const auto& host : topology.hosts) start_director(host);
  for (auto& host : kernel_hosts_) host.serve(loop_, hosts_file());
  for (const auto& host : topology.hosts)
    for (const auto& interface : host.interfaces)
      wires_->set(host.name, interface.name, interface.wires);
}

void NetnsLab::add_host(const topology::Host& host, const Options& options) {
  if (is_embedded(host))
    embedded_hosts_.emplace_back(host, options.seed, fabric_, loop_);
  else
    kernel_hosts_.emplace_back(host, fabric_);
}

void NetnsLab::start_director(const topology::Host& host) {
  if (host.role != topology::Role::director) return;
  // Rules in the file of such a director are for --director embedded and ipvs.
  if (host.engine == topology::Engine::external)
    return kernel_host(host.name).start_director(loop_, hosts_file());
  if (host.engine == topology::Engine::ipvs) kernel_host(host.name).mark(loop_);
  apply(host.name, host.rules);
}

bool NetnsLab::is_kernel_host(const std::string& name) const {
  return std::any_of(kernel_hosts_.begin(), kernel_hosts_.end(),
                     [&](const KernelHost& host) { return host.name() == name; });
}

KernelHost& NetnsLab::kernel_host(const std::string& name) {
  for (auto& host : kernel_hosts_)
    if (host.name() == name) return host;
  throw UsageError(topology_.file + ": " + name +
                   " is embedded: steps can begin at hosts with a kernel stack only");
}

EmbeddedHost* NetnsLab::embedded_host(const std::string& name) {
  for (auto& host : embedded_hosts_)
    if (host.name() == name) return &host;
  return nullptr;
}

node::DirectorNode* NetnsLab::director(const std::string& name) {
  auto* host = embedded_host(name);
  return host ? host->director() : nullptr;
}

size_t NetnsLab::connections(const std::string& name) {
  if (auto* node = director(name)) return node->director().connections(loop_.now()).size();
  if (const auto listed = kernel_host(name).ipvs_connections()) return *listed;
  throw UsageError(topology_.file + ": " + name + " is no IPVS: it lists no connections");
}

template <class Do>
void NetnsLab::at_host(const std::string& name, Do act) {
  if (auto* host = embedded_host(name))
    act(*host);
  else
    act(kernel_host(name));
}

void NetnsLab::take_over(const topology::Takeover& takeover) {
  for (const auto& move : takeover.moves)
    at_host(takeover.from, [&](auto& host) { host.remove_address(move.from, move.address); });
  at_host(takeover.to, [&](auto& host) {
    for (const auto& move : takeover.moves) host.add_address(move.to, move.address);
    for (const auto& move : takeover.moves) host.announce(move.to, move.address.address);
  });
}

void NetnsLab::change(const topology::Life& life) {
  const auto& host = *topology_.find_host(life.host);
  auto* embedded = embedded_host(life.host);
  const bool has_power = embedded ? embedded->is_on() : is_kernel_host(life.host);
  if (has_power) embedded ? turn_off(*embedded, host) : turn_off(host);
  if (life.change == topology::Life::Change::stop) return;
  embedded ? turn_on(*embedded, host) : turn_on(host);
}

// Its cables first: what its sockets would say as its processes end is not heard.
void NetnsLab::turn_off(const topology::Host& host) {
  for (const auto& interface : host.interfaces) fabric_.unplug({host.name, interface.name});
  kernel_hosts_.remove_if([&](const KernelHost& one) { return one.name() == host.name; });
}

void NetnsLab::turn_on(const topology::Host& host) {
  auto& made = kernel_hosts_.emplace_back(host, fabric_);
  made.configure();
  start_director(host);
  made.serve(loop_, hosts_file());
}

void NetnsLab::turn_off(EmbeddedHost& host, const topology::Host& as) {
  for (const auto& interface : as.interfaces) fabric_.unplug({as.name, interface.name});
  host.comment(recorder_.mutable_evidence());  // it will not be able to say so
  host.stop();
}

void NetnsLab::turn_on(EmbeddedHost& host, const topology::Host& as) {
  host.start(as, seed_, recorder_.evidence().sightings.size());
  for (const auto& interface : as.interfaces) fabric_.plug_in({as.name, interface.name});
  if (!host.director()) return;
  host.director()->trace(kMostComments);
  apply(as.name, as.rules);
}

void NetnsLab::send(const topology::SendFrames& send) {
  auto* embedded = embedded_host(send.host);
  std::optional<kernel::RawFrames> socket;
  if (!embedded) socket.emplace(kernel_host(send.host).in(), send.interface);
  for (const auto& frame : send.frames) {
    if (embedded)
      embedded->inject(send.interface, frame);
    else
      socket->send(frame);
    // Who has something to do does it now: no queue fills up.
    loop_.turn(loop_.now());
  }
}

void NetnsLab::apply(const std::string& name, const std::vector<topology::Rule>& rules) {
  if (rules.empty()) return;
  size_t taken = 0;
  std::string why;
  if (auto* node = director(name)) {
    taken = apply_rules(*node, rules, loop_.now(), why);
  } else if (topology_.find_host(name)->engine == topology::Engine::ipvs) {
    taken = kernel_host(name).apply(loop_, rules, why);
  } else {
    why = "it is a program that has rules of its own";
  }
  if (taken < rules.size()) refuse_rule(topology_, name, rules[taken], why);
}

void NetnsLab::comment_evidence() {
  for (auto& host : embedded_hosts_) host.comment(recorder_.mutable_evidence());
}

std::vector<scenario::AtHost> NetnsLab::broken() const {
  std::vector<scenario::AtHost> all;
  for (const auto& host : embedded_hosts_)
    for (auto& one : host.broken()) all.push_back(std::move(one));
  return all;
}

std::string NetnsLab::hosts_file() const {
  std::string text = "127.0.0.1 localhost\n::1 localhost\n";
  for (const auto& host : topology_.hosts)
    for (const auto& interface : host.interfaces)
      for (const auto& address : interface.addresses)
        text += address.address.to_string() + " " + host.name + "\n";
  return text;
}

}  // namespace lvslab::lab
