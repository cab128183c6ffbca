#include "emulator/lab/embedded_node.hh"

#include <algorithm>

#include "emulator/base/error.hh"
#include "emulator/lab/comments.hh"
#include "emulator/lab/embedded_config.hh"
#include "emulator/node/server_node.hh"

namespace lvslab::lab {

namespace {

std::vector<node::IdentityPort> identity_ports(const topology::Host& host) {
  std::vector<node::IdentityPort> ports;
  for (const auto& service : host.services) {
    const auto* identity = std::get_if<topology::IdentityService>(&service.what);
    if (!identity)
      throw UsageError(host.name + ": an embedded host runs no programs (exec): stack: kernel");
    ports.push_back({identity->transport == topology::Transport::tcp ? node::Transport::tcp
                                                                     : node::Transport::udp,
                     identity->port});
  }
  return ports;
}

// Nothing when the counters add up, as they do whenever a host is at rest.
std::optional<std::string> unbalanced(const host::Ledger& all) {
  if (all.came() == all.went()) return {};
  std::string text =
      std::to_string(all.came()) + " packets came, " + std::to_string(all.went()) + " went (";
  const std::pair<const char*, uint64_t> each[] = {{"in ", all.in},
                                                   {", made ", all.made},
                                                   {", cut ", all.cut},
                                                   {"; sent ", all.sent},
                                                   {", taken ", all.taken},
                                                   {", joined ", all.joined},
                                                   {", dropped ", all.dropped},
                                                   {", waiting ", all.waiting}};
  for (const auto& [name, count] : each) text += name + std::to_string(count);
  return text + ")";
}

}  // namespace

EmbeddedNode make_embedded(const topology::Host& host, uint64_t seed) {
  EmbeddedNode made;
  if (host.role == topology::Role::director) {
    auto node =
        std::make_unique<node::DirectorNode>(embedded_config(host, seed), director_settings(host));
    node->set_marks(director_marks(host));
    made.director = node.get();
    made.host = &node->host();
    made.node = std::move(node);
  } else {
    auto node =
        std::make_unique<node::ServerNode>(embedded_config(host, seed), identity_ports(host));
    made.host = &node->host();
    made.node = std::move(node);
  }
  return made;
}

void EmbeddedNode::comment(const std::string& name, fabric::Evidence& evidence) const {
  if (director) add_comments(name, director->handled().entries(), evidence, first_sighting);
}

std::vector<scenario::AtHost> EmbeddedNode::broken(const std::string& name) const {
  std::vector<scenario::AtHost> all;
  if (const auto how = unbalanced(host->ledger()))
    all.push_back({scenario::Invariant::counters, name + ": " + *how});
  struct Table {
    const char* of;
    size_t holds, bound;
  };
  std::vector<Table> tables = {
      {"neighbours", host->neighbours().size(), host::kNeighbourBound},
      {"TCP connections of its own", host->tcp_connections(), host::kTcpConnectionBound},
      {"path MTUs", host->path_mtus().size(), host::PathMtus::kBound}};
  if (director)
    tables.push_back({"connections", director->director().entries(),
                      director->director().settings().table_bound});
  for (const Table& table : tables)
    if (table.holds > table.bound)
      all.push_back({scenario::Invariant::bounds, name + ": " + std::to_string(table.holds) + " " +
                                                      table.of + ", at most " +
                                                      std::to_string(table.bound)});
  return all;
}

uint32_t EmbeddedNode::port_of(const std::string& interface) const {
  const auto& all = host->config().interfaces;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == interface; });
  return static_cast<uint32_t>(found - all.begin());
}

void EmbeddedNode::add_address(const std::string& interface, const wire::Prefix& address) {
  const uint32_t port = port_of(interface);
  director ? director->add_address(port, address) : host->add_address(port, address);
}

void EmbeddedNode::remove_address(const std::string& interface, const wire::Prefix& address) {
  const uint32_t port = port_of(interface);
  director ? director->remove_address(port, address) : host->remove_address(port, address);
}

}  // namespace lvslab::lab
