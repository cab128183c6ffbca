#pragma once
// The wires of a lab on this kernel: fabric::Wire's, the same that a lab in memory has, in gaps of
// the fabric. Only ports that a file or one of its steps impairs have a gap; the frames of all
// others never leave the kernel.
//
//   host -> p7 [seen: sent] -> g7h -> wire "out" -> g7n -> the network's bridge
//   host <- p7 [seen: received] <- g7h <- wire "in" <- g7n <-

#include <list>
#include <string>

#include "emulator/fabric/wire.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/lab/fabric_network.hh"

namespace lvslab::lab {

class LiveWires {
 public:
  // Perfect ones, at the ports that the file or a step of it impairs. All ports are joined, the
  // fabric is not finished yet. The loop must outlive this.
  LiveWires(const topology::Topology& topology, FabricNetwork& fabric, kernel::EventLoop& loop,
            uint64_t seed);

  // From now on. Of a port with wires.
  void set(const std::string& host, const std::string& interface, const topology::Wires& wires);

  bool under_way() const;  // a frame waits in one of them
  // The longest delay that any of them ever had.
  Duration slowest() const { return slowest_; }

 private:
  // What is read at `from` and has come due is written to `to`.
  struct Way {
    fabric::Wire wire;
    kernel::Tap* from;
    kernel::Tap* to;
    kernel::EventLoop::Token token;
  };
  struct Port {
    fabric::PortName name;
    Way out, in;
  };
  void add(FabricNetwork& fabric, uint32_t port, Random& seeds);
  void set(Way& way, const wire::Impairments& impairments);
  void take(Way& way);
  void hand_on(Way& way, Time now);
  Time next_deadline() const;
  void tick(Time now);

  kernel::EventLoop& loop_;
  Duration slowest_{};
  std::list<FabricNetwork::Gap> gaps_;
  std::list<Port> ports_;
  kernel::EventLoop::Token ticker_;
};

}  // namespace lvslab::lab
