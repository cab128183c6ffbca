#pragma once
// The frames of one step, put in order for judging: every expectation and every journey is a
// question to this. It points into the topology, the evidence and the record, which must outlive
// it.

#include <string>
#include <string_view>
#include <vector>

#include "emulator/fabric/evidence.hh"
#include "emulator/scenario/correlate.hh"
#include "emulator/scenario/exchange.hh"
#include "emulator/topology/model.hh"

namespace lvslab::scenario {

class Study {
 public:
  Study(const topology::Topology& topology, const topology::Step& step,
        const fabric::Evidence& evidence, const StepRecord& record);

  const topology::Topology& topology() const { return topology_; }
  const topology::Step& step() const { return step_; }
  const fabric::Evidence& evidence() const { return evidence_; }
  const std::vector<Exchange>& exchanges() const { return record_.exchanges; }
  const StepRecord& record() const { return record_; }
  const std::vector<Observation>& frames() const { return frames_; }
  const std::vector<Packet>& packets() const { return packets_; }

  const fabric::PortName& port(const Observation& frame) const;
  const std::string& host(const Observation& frame) const { return port(frame).host; }
  // The network that the frame's port is on; "" when the topology does not know it.
  const std::string& network(const Observation& frame) const;
  // Nothing for a name the lab does not have.
  const topology::Host* find_host(std::string_view name) const;
  topology::Role role(std::string_view host) const;  // client for an unknown one
  bool is_real_server(uint32_t port) const;          // the host of that port

  // The hosts a packet was at, in order.
  std::vector<std::string> hosts_of(const Packet& packet) const;
  // Who answered the exchange: by the identity service, else by the frames (who made the first
  // reply), else the real server that the requests reached. "" when none did.
  const std::string& server_of(size_t exchange) const;
  // The host whose end the exchange began at.
  const std::string& client_of(size_t exchange) const;

 private:
  // What the topology knows of a port.
  struct Standing {
    const topology::Host* host = nullptr;
    const topology::Interface* interface = nullptr;
  };
  const std::string& reply_maker(size_t exchange) const;
  const std::string& reached_server(size_t exchange) const;

  const topology::Topology& topology_;
  const topology::Step& step_;
  const fabric::Evidence& evidence_;
  const StepRecord& record_;
  std::vector<Observation> frames_;
  std::vector<Packet> packets_;
  std::vector<Standing> ports_;  // as in the evidence
};

// The host that an action starts from; "" for one that starts nowhere.
const std::string& host_of(const topology::Action& action);

}  // namespace lvslab::scenario
