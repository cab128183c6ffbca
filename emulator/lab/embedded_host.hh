#pragma once
// A host of the lab that is a node of this process, behind a TAP for each of its interfaces: it
// runs when a frame waits or its deadline comes.

#include <string>
#include <vector>

#include "emulator/kernel/event_loop.hh"
#include "emulator/kernel/tap.hh"
#include "emulator/lab/embedded_node.hh"
#include "emulator/lab/fabric_network.hh"

namespace lvslab::lab {

class EmbeddedHost final : private host::Outbox {
 public:
  // Joined to the fabric; runs from the loop from now on. Loop and fabric must outlive it.
  EmbeddedHost(const topology::Host& host, uint64_t seed, FabricNetwork& fabric,
               kernel::EventLoop& loop);

  // An address comes and goes while the host runs, and its neighbours are told whose it is now.
  void add_address(const std::string& interface, const wire::Prefix& address) {
    made_.add_address(interface, address);
  }
  void remove_address(const std::string& interface, const wire::Prefix& address) {
    made_.remove_address(interface, address);
  }
  void announce(const std::string& interface, const wire::IpAddress& address);

  // Without power nothing comes in and nothing goes out; with it again, nothing of before is known.
  void stop() { on_ = false; }
  bool is_on() const { return on_; }
  // first_sighting: what was seen before is none of its new life.
  void start(const topology::Host& host, uint64_t seed, size_t first_sighting);
  std::vector<scenario::AtHost> broken() const { return made_.broken(name_); }
  void comment(fabric::Evidence& evidence) const { made_.comment(name_, evidence); }
  // A frame as if it had sent it.
  void inject(const std::string& interface, const std::vector<uint8_t>& frame);

  const std::string& name() const { return name_; }
  // Null when it is none.
  node::DirectorNode* director() { return made_.director; }

 private:
  void send(uint32_t port, wire::Frame frame) override;
  void receive_all(uint32_t port);

  std::string name_;
  kernel::EventLoop& loop_;
  EmbeddedNode made_;
  bool on_ = true;
  std::vector<kernel::Tap> taps_;
  std::vector<kernel::EventLoop::Token> tokens_;
};

}  // namespace lvslab::lab
