#pragma once
// A lab in memory, on a virtual clock: every host is an embedded one, whatever stack the file gives
// it. The same file, options and seed give the same evidence, byte for byte.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulator/lab/embedded_node.hh"
#include "emulator/lab/lab.hh"
#include "emulator/lab/timetable.hh"
#include "emulator/sim/simulation.hh"

namespace lvslab::lab {

class SimLab final : public Lab, private sim::Observer {
 public:
  // Throws Unavailable for what only a kernel has: programs, other directors, other sysctls.
  SimLab(const topology::Topology& topology, const Options& options);

  scenario::StepRecord perform(const topology::Step& step) override;
  const fabric::Evidence& evidence() override { return evidence_; }
  void comment_evidence() override;
  std::optional<size_t> connections_at_rest() override;

 private:
  struct SimHost {
    const topology::Host* host = nullptr;
    EmbeddedNode made;
    std::unique_ptr<node::Node> saboteur;  // in front of it
    uint32_t index = 0;                    // in the simulation
  };
  // A connection that stays open after a request; no request: it went with its host.
  struct Kept {
    std::string from;
    std::optional<host::Requests::Id> request;
    wire::Endpoint local;
  };

  void saw(Time at, uint32_t port, fabric::Direction direction, const wire::Frame& frame) override;

  void add_host(const topology::Host& host);
  EmbeddedNode make(const topology::Host& host) const;
  // What stands at the host's ports.
  node::Node& stand_in(SimHost& host) const;
  uint32_t port_of(const std::string& host, const std::string& interface) const;
  SimHost& at(const std::string& name);
  void apply(const std::string& director, const std::vector<topology::Rule>& rules);
  // sim_wires.cc
  void set_wires(const std::string& host, const std::string& interface,
                 const topology::Wires& wires);
  void impair(uint32_t port, fabric::Direction direction, const wire::Impairments& impairments);

  // sim_steps.cc
  void act(const topology::Request& request, scenario::StepRecord& record);
  void act(const topology::Continue& more, scenario::StepRecord& record);
  void act(const topology::Ping& ping, scenario::StepRecord& record);
  void act(const topology::ArpProbe& probe, scenario::StepRecord& record);
  void act(const topology::ApplyRules& rules, scenario::StepRecord& record);
  void act(const topology::Takeover& takeover, scenario::StepRecord& record);
  void act(const topology::Await& await, scenario::StepRecord& record);
  void act(const topology::Exec& exec, scenario::StepRecord& record);
  void act(const topology::Life& life, scenario::StepRecord& record);
  void act(const topology::SendFrames& send, scenario::StepRecord& record);
  void act(const topology::SetWires& set, scenario::StepRecord& record);
  void act(const topology::Wait& wait, scenario::StepRecord& record);
  // Asks, and lets the network run until the answer, error or timeout.
  template <class Question>
  host::Requests::Id ask(SimHost& from, const Question& question);
  // False: it had none by `deadline`.
  bool await(SimHost& from, host::Requests::Id request, Time deadline);
  void forget(SimHost& from, host::Requests::Id request);
  // Asks `count` times, `at_once` under way at a time. ask(i): the request, or nothing where there
  // is none to make; ended(i, request, result) is told of each.
  template <class Ask, class Ended>
  void ask_all(SimHost& from, uint32_t count, uint32_t at_once, Duration timeout, Ask ask,
               Ended ended);
  // What happens up to then or until it is done, with what the step has happen meanwhile.
  bool run_until(const std::function<bool()>& done, Time deadline);

  const topology::Topology& topology_;
  const uint64_t seed_;
  const std::optional<Sabotage> sabotage_;
  Random hostile_;  // what junk is made of
  sim::Simulation simulation_;
  std::map<std::string, uint32_t> segments_;  // by network
  std::vector<SimHost> hosts_;                // in the order of the file
  fabric::Evidence evidence_;
  std::map<std::string, std::vector<Kept>> kept_;  // by topology::Request::keep
  uint16_t ping_sequence_ = 0;
  std::optional<Timetable> timetable_;  // of the step that is played
  Duration slowest_{};                  // that a wire ever delayed frames
};

}  // namespace lvslab::lab
