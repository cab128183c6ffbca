#include "emulator/lab/live_wires.hh"

#include <algorithm>

namespace lvslab::lab {

namespace {

// How many frames one turn of the loop takes from a TAP before others have theirs.
constexpr int kFramesATurn = 64;

bool sets(const topology::Action& action, const fabric::PortName& name) {
  const auto* set = std::get_if<topology::SetWires>(&action);
  return set && std::any_of(set->ports.begin(), set->ports.end(), [&](const auto& port) {
           return port.host == name.host && port.interface == name.interface;
         });
}

bool sets(const topology::Step& step, const fabric::PortName& name) {
  return sets(step.action, name) ||
         std::any_of(step.meanwhile.begin(), step.meanwhile.end(),
                     [&](const auto& one) { return sets(one.action, name); });
}

bool is_impaired(const topology::Topology& topology, const fabric::PortName& name) {
  const auto& interfaces = topology.find_host(name.host)->interfaces;
  const auto found = std::find_if(interfaces.begin(), interfaces.end(),
                                  [&](const auto& one) { return one.name == name.interface; });
  return found->wires != topology::Wires() ||
         std::any_of(topology.scenario.begin(), topology.scenario.end(),
                     [&](const auto& step) { return sets(step, name); });
}

}  // namespace

LiveWires::LiveWires(const topology::Topology& topology, FabricNetwork& fabric,
                     kernel::EventLoop& loop, uint64_t seed)
    : loop_(loop) {
  Random seeds(seed);
  for (uint32_t port = 0; port < fabric.ports().size(); ++port)
    if (is_impaired(topology, fabric.ports()[port])) add(fabric, port, seeds);
  ticker_ = loop_.add_ticker([this] { return next_deadline(); }, [this](Time now) { tick(now); });
}

void LiveWires::add(FabricNetwork& fabric, uint32_t port, Random& seeds) {
  auto& gap = gaps_.emplace_back(fabric.part(port));
  Way out{fabric::Wire(seeds.next()), &gap.at_host, &gap.at_network, {}};
  Way in{fabric::Wire(seeds.next()), &gap.at_network, &gap.at_host, {}};
  Port& made = ports_.emplace_back(Port{fabric.ports()[port], std::move(out), std::move(in)});
  for (Way* way : {&made.out, &made.in})
    way->token = loop_.add(way->from->fd(), EPOLLIN, [this, way](uint32_t) { take(*way); });
}

void LiveWires::set(const std::string& host, const std::string& interface,
                    const topology::Wires& wires) {
  for (Port& port : ports_) {
    if (port.name != fabric::PortName{host, interface}) continue;
    set(port.out, wires.out);
    set(port.in, wires.in);
  }
}

void LiveWires::set(Way& way, const wire::Impairments& impairments) {
  way.wire.change(impairments);
  slowest_ = std::max(slowest_, impairments.delay + impairments.jitter);
}

// What is due at once is handed on at the end of this turn, when the loop runs its tickers.
void LiveWires::take(Way& way) {
  const Time now = loop_.now();
  for (int i = 0; i < kFramesATurn; ++i) {
    auto frame = way.from->read();
    if (!frame) return;
    way.wire.enter(std::move(*frame), now);
  }
}

void LiveWires::hand_on(Way& way, Time now) {
  // A full queue loses the frame, as a full queue of a device does.
  while (const auto frame = way.wire.leave(now)) way.to->write(*frame);
}

bool LiveWires::under_way() const {
  return std::any_of(ports_.begin(), ports_.end(), [](const Port& port) {
    return port.out.wire.waiting() + port.in.wire.waiting() > 0;
  });
}

Time LiveWires::next_deadline() const {
  Time next = kNever;
  for (const Port& port : ports_)
    next = std::min({next, port.out.wire.next_deadline(), port.in.wire.next_deadline()});
  return next;
}

void LiveWires::tick(Time now) {
  for (Port& port : ports_) {
    hand_on(port.out, now);
    hand_on(port.in, now);
  }
}

}  // namespace lvslab::lab
