#include "tests/fuzz/director/flows.hh"

#include <algorithm>
#include <cstdio>

#include "tests/fuzz/director/places.hh"

namespace lvslab::fuzz {

namespace {

constexpr uint8_t kTcp = 6;
constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

uint64_t mac_of(Bytes frame) {
  uint64_t mac = 0;
  for (size_t i = 0; i < 6; ++i) mac = mac << 8 | frame[i];
  return mac;
}

}  // namespace

std::string Server::text() const {
  if (masqueraded) return real.text();
  if (real != End{}) return "tunnel to " + real.address.text();
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%012llx", static_cast<unsigned long long>(mac));
  return std::string("MAC ") + text.data();
}

std::optional<Server> server_of(const SeenFrame& in, const SeenFrame& out) {
  if (in.reading.count != 1 || out.reading.count == 0 || out.reading.quoted <= 1) return {};
  const Packet& asked = in.reading.outer();
  const Packet& given = out.reading.inner();
  if (!asked.has_ports || !given.has_ports || asked.protocol != given.protocol ||
      asked.source() != given.source())
    return {};
  Server server;
  if (asked.destination() != given.destination()) {
    server.masqueraded = true;
    server.real = given.destination();
  } else if (out.reading.count > 1) {
    server.real = {out.reading.outer().to, 0};
  } else {
    server.mac = mac_of(out.bytes);
  }
  return server;
}

std::optional<Flows::Seen> Flows::request(const Turn& turn) const {
  // Clients are outside; what comes by the other port may be a reply.
  if (turn.in.port != kOutside || turn.out.size() != 1) return {};
  const auto server = server_of(turn.in, turn.out[0]);
  if (!server) return {};
  const Packet& asked = turn.in.reading.outer();
  Seen seen{{asked.protocol, asked.source(), asked.destination()}, nullptr, *server};
  for (const auto& [name, flow] : flows_)
    if (name == seen.name) seen.before = &flow;
  return seen;
}

void Flows::look(const Turn& turn) {
  if (turn.in.reading.count == 0) return;
  const Packet& packet = turn.in.reading.outer();
  if (packet.protocol == kTcp && !(packet.tcp_flags & kSyn)) return;
  if (turn.out.size() == 1 && server_of(turn.in, turn.out[0])) return;
  std::erase_if(flows_, [&](const auto& known) {
    const FlowName& name = known.first;
    return name == FlowName{packet.protocol, packet.source(), packet.destination()};
  });
}

void Flows::take(const Seen& seen, const Turn& turn) {
  auto found = std::find_if(flows_.begin(), flows_.end(),
                            [&](const auto& known) { return known.first == seen.name; });
  if (found == flows_.end()) found = flows_.insert(found, {seen.name, {}});
  Flow& flow = found->second;
  const uint8_t flags = turn.in.reading.outer().tcp_flags & (kFin | kSyn | kRst | kAck);
  const bool known = flow.server == seen.server && flow.last != Time{};
  flow.established = seen.name.protocol != kTcp || (known && flags == kAck);
  flow.server = seen.server;
  flow.last = turn.at;
}

// Every storm has rules, and three oracles want to know: asked for by type one after another, as
// std::holds_alternative does, it was a noticeable part of a storm.
struct Flows::Rule {
  Flows& flows;
  void operator()(const ipvs::AddService& rule) { flows.one_packet_ |= rule.service.one_packet; }
  void operator()(const ipvs::EditService& rule) { flows.one_packet_ |= rule.service.one_packet; }
  void operator()(const ipvs::AddDestination&) {}
  void operator()(const ipvs::EditDestination&) {}
  void operator()(const ipvs::Zero&) {}
  void operator()(const ipvs::StartDaemon&) { flows.unsure_ = true; }
  void operator()(const ipvs::SetTimeouts&) { flows.unsure_ = true; }
  template <class Other>
  void operator()(const Other&) {
    flows.flows_.clear();
  }
};

void Flows::rule(const ipvs::Command& command) {
  std::visit(Rule{*this}, command);
}

void Flows::clear() {
  flows_.clear();
  one_packet_ = unsure_ = false;
}

}  // namespace lvslab::fuzz
