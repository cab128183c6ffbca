#include "emulator/scenario/study.hh"

#include <algorithm>

namespace lvslab::scenario {

namespace {

const std::string kNobody;

}  // namespace

Study::Study(const topology::Topology& topology, const topology::Step& step,
             const fabric::Evidence& evidence, const StepRecord& record)
    : topology_(topology), step_(step), evidence_(evidence), record_(record) {
  const auto sightings = fabric::slice(evidence, record.first_sighting, record.end_sighting);
  frames_.reserve(sightings.size());
  for (const fabric::Sighting& sighting : sightings)
    frames_.push_back({&sighting, Layers(sighting.bytes), {}});
  packets_ = correlate(topology, evidence.ports, record.exchanges, frames_);
  for (const fabric::PortName& port : evidence.ports)
    ports_.push_back({find_host(port.host), find_interface(topology, port)});
}

const std::string& Study::network(const Observation& frame) const {
  const uint32_t port = frame.sighting->port;
  const bool known = port < ports_.size() && ports_[port].interface;
  return known ? ports_[port].interface->network : kNobody;
}

bool Study::is_real_server(uint32_t port) const {
  const topology::Host* host = port < ports_.size() ? ports_[port].host : nullptr;
  return host && host->role == topology::Role::real_server;
}

const fabric::PortName& Study::port(const Observation& frame) const {
  return fabric::port_of(evidence_, frame.sighting->port);
}

const topology::Host* Study::find_host(std::string_view name) const {
  for (const topology::Host& host : topology_.hosts)
    if (host.name == name) return &host;
  return nullptr;
}

topology::Role Study::role(std::string_view host) const {
  const topology::Host* found = find_host(host);
  return found ? found->role : topology::Role::client;
}

std::vector<std::string> Study::hosts_of(const Packet& packet) const {
  std::vector<std::string> hosts;
  for (const size_t i : packet.sightings)
    if (hosts.empty() || hosts.back() != host(frames_[i])) hosts.push_back(host(frames_[i]));
  return hosts;
}

const std::string& Study::server_of(size_t exchange) const {
  if (exchange >= exchanges().size()) return kNobody;
  if (const std::string& named = exchanges()[exchange].server; !named.empty()) return named;
  const std::string& maker = reply_maker(exchange);
  return maker.empty() ? reached_server(exchange) : maker;
}

const std::string& Study::reply_maker(size_t exchange) const {
  for (const Packet& packet : packets_) {
    if (packet.exchange != exchange || packet.way != Way::reply || packet.error) continue;
    const Observation& first = frames_[packet.sightings.front()];
    if (first.sighting->direction == fabric::Direction::sent) return host(first);
  }
  return kNobody;
}

const std::string& Study::reached_server(size_t exchange) const {
  for (const Packet& packet : packets_) {
    if (packet.exchange != exchange || packet.way != Way::request || packet.error) continue;
    const std::string& last = host(frames_[packet.sightings.back()]);
    if (role(last) == topology::Role::real_server) return last;
  }
  return kNobody;
}

const std::string& Study::client_of(size_t exchange) const {
  if (exchange < exchanges().size())
    for (const topology::Host& host : topology_.hosts)
      for (const topology::Interface& interface : host.interfaces)
        for (const wire::Prefix& prefix : interface.addresses)
          if (prefix.address == exchanges()[exchange].client.address) return host.name;
  return host_of(step_.action);
}

const std::string& host_of(const topology::Action& action) {
  struct Visitor {
    const std::string& operator()(const topology::Request& a) const { return a.from; }
    const std::string& operator()(const topology::Continue& a) const { return a.from; }
    const std::string& operator()(const topology::Ping& a) const { return a.from; }
    const std::string& operator()(const topology::ArpProbe& a) const { return a.from; }
    const std::string& operator()(const topology::ApplyRules& a) const {
      return a.given.empty() ? kNobody : a.given.front().director;
    }
    const std::string& operator()(const topology::Takeover& a) const { return a.to; }
    const std::string& operator()(const topology::Await& a) const { return a.director; }
    const std::string& operator()(const topology::Exec& a) const { return a.host; }
    const std::string& operator()(const topology::Life& a) const { return a.host; }
    const std::string& operator()(const topology::SendFrames& a) const { return a.host; }
    const std::string& operator()(const topology::Flood& a) const { return a.from; }
    const std::string& operator()(const topology::Junk& a) const { return a.from; }
    const std::string& operator()(const topology::Spoof& a) const { return a.from; }
    const std::string& operator()(const topology::SetWires& a) const {
      return a.ports.empty() ? kNobody : a.ports.front().host;
    }
    const std::string& operator()(const topology::Wait&) const { return kNobody; }
  };
  return std::visit(Visitor{}, action);
}

}  // namespace lvslab::scenario
