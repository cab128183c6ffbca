#pragma once
// A network in memory, on a virtual clock: nodes, and the segments that join their ports. One
// thread, one order of events: the same nodes, frames and times give the same run, on every
// machine, loaded or not.
//
//   node -> send(port) -> [seen: sent] -> segment -> flight of kHop -> [seen: received] -> node
//
// A segment is a bridge whose forwarding table is known from the start, as that of a lab on a
// kernel: unicast goes to the port of its MAC or nowhere, a group's frame to all other ports. What
// is too long for a port is lost there.
//
// Between a port and its segment stands a perfect wire, or one that is impaired, each way. What is
// seen is what the host sends and gets: before and behind the wire.
//
// Time passes only from event to event. At one instant frames arrive first, in the order in which
// they were sent, then wires hand on and nodes do what has come due, in theirs. Nothing is
// allocated for a frame once all is warm, but by who looks on.

#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "emulator/fabric/ring.hh"
#include "emulator/fabric/sighting.hh"
#include "emulator/fabric/wire.hh"
#include "emulator/node/node.hh"
#include "emulator/wire/address.hh"

namespace lvslab::sim {

// How long a frame takes from port to port: so that what follows from another is later.
inline constexpr Duration kHop = std::chrono::microseconds(1);

struct PortConfig {
  wire::Mac mac;
  uint32_t mtu = 1500;   // bytes of IP packet
  uint32_t segment = 0;  // from add_segment()
};

// Sees every frame at every port. `port` counts the ports of all nodes, as they were added.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void saw(Time at, uint32_t port, fabric::Direction direction,
                   const wire::Frame& frame) = 0;
};

class Simulation {
 public:
  // The observer must outlive it; null: nobody looks on. The seed is that of its wires.
  explicit Simulation(Observer* observer, uint64_t seed = 1) : observer_(observer), seeds_(seed) {}
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  uint32_t add_segment();
  // The node must outlive the simulation, or be exchanged; its ports are in its own order.
  uint32_t add_node(node::Node& node, const std::vector<PortConfig>& ports);

  Time now() const { return now_; }
  // Where a node puts what somebody has it do beside receive() and tick(): call acted() afterwards.
  node::Outbox& outbox(uint32_t node) { return *nodes_[node].outbox; }
  // Its next deadline may have changed.
  void acted(uint32_t node) { schedule(node); }
  // Another node stands at those ports from now on; null: none does, what arrives is lost.
  void exchange(uint32_t node, node::Node* other);
  // From now on. Direction as the host at the port sees it.
  void impair(uint32_t port, fabric::Direction direction, const wire::Impairments& impairments);
  // Null: it is perfect and always was.
  const fabric::Wire* wire(uint32_t port, fabric::Direction direction) const;
  // A frame as if the host at that port had sent it.
  void send(uint32_t port, wire::Frame frame);

  // What happens up to `deadline`, or until it is done, which is asked after each event. Without
  // events time goes on to the deadline, unless that is kNever.
  bool run_until(const std::function<bool()>& done, Time deadline);
  // Until no frame is on its way, at the latest at `deadline`.
  void settle(Time deadline);

  // Frames that went from a port to another; those that no port took.
  uint64_t delivered() const { return delivered_; }
  uint64_t lost() const { return lost_; }

 private:
  class At;
  static constexpr uint32_t kNone = 0xffffffff;
  struct Place {
    node::Node* node = nullptr;
    uint32_t first_port = 0;
    std::unique_ptr<node::Outbox> outbox;
    Time scheduled = kNever;  // the earliest of its entries in deadlines_
  };
  struct Port {
    uint32_t node = 0, of_node = 0, segment = 0, mtu = 0;
    wire::Mac mac;
    uint32_t out = kNone, in = kNone;  // indices into wires_
  };
  struct WireAt {
    fabric::Wire wire;
    uint32_t port = 0;
    bool out = false;
    Time scheduled = kNever;
  };
  struct Flight {
    Time at{};
    uint32_t port = 0;
    wire::Frame frame;
  };
  struct Deadline {
    Time at{};
    bool of_node = false;  // else a wire's
    uint32_t index = 0;
    friend auto operator<=>(const Deadline&, const Deadline&) = default;
  };

  // False: nothing happens before `deadline`.
  bool step(Time deadline);
  void carry(uint32_t from, wire::Frame frame);
  void offer(uint32_t to, wire::Frame frame);
  void fly(uint32_t to, wire::Frame frame);
  void pass(uint32_t wire, wire::Frame frame);
  void pump(uint32_t wire);
  bool under_way() const;
  void arrive(Flight flight);
  void wake(uint32_t node);
  void schedule(uint32_t node);

  Observer* observer_;
  Random seeds_;
  Time now_{};
  std::vector<Place> nodes_;
  std::vector<Port> ports_;
  std::vector<std::vector<uint32_t>> segments_;  // ports
  std::vector<WireAt> wires_;
  fabric::Ring<Flight> flights_;  // in the order of their arrival: all take kHop
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  uint64_t delivered_ = 0, lost_ = 0;
};

}  // namespace lvslab::sim
