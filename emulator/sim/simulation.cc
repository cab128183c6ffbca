#include "emulator/sim/simulation.hh"

#include <algorithm>
#include <memory>

#include "emulator/wire/ethernet.hh"

namespace lvslab::sim {

class Simulation::At final : public node::Outbox {
 public:
  At(Simulation& simulation, uint32_t first_port)
      : simulation_(simulation), first_port_(first_port) {}
  void send(uint32_t port, wire::Frame frame) override {
    simulation_.send(first_port_ + port, std::move(frame));
  }

 private:
  Simulation& simulation_;
  uint32_t first_port_;
};

uint32_t Simulation::add_segment() {
  segments_.emplace_back();
  return static_cast<uint32_t>(segments_.size() - 1);
}

uint32_t Simulation::add_node(node::Node& node, const std::vector<PortConfig>& ports) {
  const auto index = static_cast<uint32_t>(nodes_.size());
  const auto first = static_cast<uint32_t>(ports_.size());
  nodes_.push_back({&node, first, std::make_unique<At>(*this, first), kNever});
  for (uint32_t i = 0; i < ports.size(); ++i) {
    segments_[ports[i].segment].push_back(first + i);
    ports_.push_back({index, i, ports[i].segment, ports[i].mtu, ports[i].mac, kNone, kNone});
  }
  schedule(index);
  return index;
}

void Simulation::exchange(uint32_t node, node::Node* other) {
  nodes_[node].node = other;
  schedule(node);
}

void Simulation::impair(uint32_t port, fabric::Direction direction,
                        const wire::Impairments& impairments) {
  const bool out = direction == fabric::Direction::sent;
  uint32_t& index = out ? ports_[port].out : ports_[port].in;
  if (index == kNone) {
    index = static_cast<uint32_t>(wires_.size());
    wires_.push_back({fabric::Wire(seeds_.next()), port, out, kNever});
  }
  wires_[index].wire.change(impairments);
}

const fabric::Wire* Simulation::wire(uint32_t port, fabric::Direction direction) const {
  const uint32_t index = direction == fabric::Direction::sent ? ports_[port].out : ports_[port].in;
  return index == kNone ? nullptr : &wires_[index].wire;
}

void Simulation::send(uint32_t port, wire::Frame frame) {
  if (observer_) observer_->saw(now_, port, fabric::Direction::sent, frame);
  if (ports_[port].out == kNone)
    carry(port, std::move(frame));
  else
    pass(ports_[port].out, std::move(frame));
}

void Simulation::pass(uint32_t wire, wire::Frame frame) {
  wires_[wire].wire.enter(std::move(frame), now_);
  pump(wire);
}

void Simulation::pump(uint32_t index) {
  while (auto frame = wires_[index].wire.leave(now_)) {
    if (wires_[index].out)
      carry(wires_[index].port, std::move(*frame));
    else
      fly(wires_[index].port, std::move(*frame));
  }
  const Time next = wires_[index].wire.next_deadline();
  if (next >= wires_[index].scheduled) return;
  deadlines_.push({next, false, index});
  wires_[index].scheduled = next;
}

void Simulation::carry(uint32_t from, wire::Frame frame) {
  const auto ethernet = wire::EthernetView::over(frame.bytes());
  if (!ethernet) {
    ++lost_;
    return;
  }
  const auto& ports = segments_[ports_[from].segment];
  if (ethernet->is_group()) {
    for (const uint32_t port : ports)
      if (port != from) offer(port, frame.clone());
    return;
  }
  const wire::Mac to = ethernet->destination();
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [&](uint32_t port) { return ports_[port].mac == to; });
  if (found == ports.end() || *found == from)
    ++lost_;
  else
    offer(*found, std::move(frame));
}

void Simulation::offer(uint32_t to, wire::Frame frame) {
  // A port takes what a VLAN tag would make of its longest frame (is_skb_forwardable).
  constexpr size_t kTag = 4;
  if (frame.size() > ports_[to].mtu + wire::kEthernetSize + kTag)
    ++lost_;
  else if (ports_[to].in == kNone)
    fly(to, std::move(frame));
  else
    pass(ports_[to].in, std::move(frame));
}

void Simulation::fly(uint32_t to, wire::Frame frame) {
  Flight& flight = flights_.push();
  flight.at = now_ + kHop;
  flight.port = to;
  flight.frame = std::move(frame);
}

void Simulation::arrive(Flight flight) {
  const Port& port = ports_[flight.port];
  Place& place = nodes_[port.node];
  if (!place.node) {
    ++lost_;
    return;
  }
  ++delivered_;
  if (observer_) observer_->saw(now_, flight.port, fabric::Direction::received, flight.frame);
  place.node->receive(port.of_node, std::move(flight.frame), now_, *place.outbox);
  schedule(port.node);
}

void Simulation::schedule(uint32_t node) {
  Place& place = nodes_[node];
  if (!place.node) return;
  const Time next = place.node->next_deadline();
  if (next >= place.scheduled) return;
  deadlines_.push({next, true, node});
  place.scheduled = next;
}

// An entry may have been overtaken: then the node is not yet due, or no longer.
void Simulation::wake(uint32_t node) {
  Place& place = nodes_[node];
  if (place.scheduled <= now_) place.scheduled = kNever;
  if (!place.node) return;
  if (place.node->next_deadline() <= now_) place.node->tick(now_, *place.outbox);
  schedule(node);
}

bool Simulation::step(Time deadline) {
  const Time flight = flights_.empty() ? kNever : flights_.front().at;
  const Time due = deadlines_.empty() ? kNever : deadlines_.top().at;
  const Time next = std::min(flight, due);
  if (next > deadline || next == kNever) return false;
  now_ = std::max(now_, next);
  if (flight <= due) {
    Flight first = std::move(flights_.front());
    flights_.pop();
    arrive(std::move(first));
    return true;
  }
  const Deadline deadline_now = deadlines_.top();
  deadlines_.pop();
  if (deadline_now.of_node) {
    wake(deadline_now.index);
  } else {
    wires_[deadline_now.index].scheduled = kNever;
    pump(deadline_now.index);
  }
  return true;
}

bool Simulation::run_until(const std::function<bool()>& done, Time deadline) {
  while (!done()) {
    if (step(deadline)) continue;
    if (deadline != kNever) now_ = std::max(now_, deadline);
    return done();
  }
  return true;
}

bool Simulation::under_way() const {
  return !flights_.empty() || std::any_of(wires_.begin(), wires_.end(),
                                          [](const WireAt& at) { return at.wire.waiting() > 0; });
}

void Simulation::settle(Time deadline) {
  while (under_way() && step(deadline)) {
  }
}

}  // namespace lvslab::sim
