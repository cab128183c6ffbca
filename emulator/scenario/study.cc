#include "emulator/scenario/study.hh"

#include <algorithm>

namespace lvslab::scenario {

Study::Study(const topology::Topology& topology, const topology::Step& step,
             const fabric::Evidence& evidence, const StepRecord& record)
    : topology_(topology), step_(step), evidence_(evidence), record_(record) {
  const auto sightings = fabric::slice(evidence, record.first_sighting, record.end_sighting);
  frames_.reserve(sightings.size());
  for (const fabric::Sighting& sighting : sightings)
    frames_.push_back({&sighting, Layers(sighting.bytes), {}});
  packets_ = correlate(topology, evidence.ports, record.exchanges, frames_);
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

std::string Study::server_of(size_t exchange) const {
  if (exchange >= exchanges().size()) return {};
  if (const std::string& named = exchanges()[exchange].server; !named.empty()) return named;
  const std::string maker = reply_maker(exchange);
  return maker.empty() ? reached_server(exchange) : maker;
}

std::string Study::reply_maker(size_t exchange) const {
  for (const Packet& packet : packets_) {
    if (packet.exchange != exchange || packet.way != Way::reply || packet.error) continue;
    const Observation& first = frames_[packet.sightings.front()];
    if (first.sighting->direction == fabric::Direction::sent) return host(first);
  }
  return {};
}

std::string Study::reached_server(size_t exchange) const {
  for (const Packet& packet : packets_) {
    if (packet.exchange != exchange || packet.way != Way::request || packet.error) continue;
    const std::string& last = host(frames_[packet.sightings.back()]);
    if (role(last) == topology::Role::real_server) return last;
  }
  return {};
}

std::string Study::client_of(size_t exchange) const {
  if (exchange < exchanges().size())
    for (const topology::Host& host : topology_.hosts)
      for (const topology::Interface& interface : host.interfaces)
        for (const wire::Prefix& prefix : interface.addresses)
          if (prefix.address == exchanges()[exchange].client.address) return host.name;
  return host_of(step_.action);
}

std::string host_of(const topology::Action& action) {
  struct Visitor {
    std::string operator()(const topology::Request& a) const { return a.from; }
    std::string operator()(const topology::Continue& a) const { return a.from; }
    std::string operator()(const topology::Ping& a) const { return a.from; }
    std::string operator()(const topology::ArpProbe& a) const { return a.from; }
    std::string operator()(const topology::ApplyRules& a) const {
      return a.given.empty() ? "" : a.given.front().director;
    }
    std::string operator()(const topology::Takeover& a) const { return a.to; }
    std::string operator()(const topology::Await& a) const { return a.director; }
    std::string operator()(const topology::Exec& a) const { return a.host; }
    std::string operator()(const topology::Life& a) const { return a.host; }
    std::string operator()(const topology::SendFrames& a) const { return a.host; }
    std::string operator()(const topology::Flood& a) const { return a.from; }
    std::string operator()(const topology::Junk& a) const { return a.from; }
    std::string operator()(const topology::Spoof& a) const { return a.from; }
    std::string operator()(const topology::SetWires& a) const {
      return a.ports.empty() ? "" : a.ports.front().host;
    }
    std::string operator()(const topology::Wait&) const { return ""; }
  };
  return std::visit(Visitor{}, action);
}

}  // namespace lvslab::scenario
