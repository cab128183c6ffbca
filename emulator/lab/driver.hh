#pragma once
// Does what a scenario's steps say, and keeps what the doers saw at their own end.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulator/base/random.hh"
#include "emulator/host/local_ports.hh"
#include "emulator/kernel/client.hh"
#include "emulator/kernel/event_loop.hh"
#include "emulator/scenario/exchange.hh"
#include "emulator/topology/model.hh"

namespace lvslab::lab {

class NetnsLab;

class Driver {
 public:
  // The seed gives source ports.
  Driver(NetnsLab& lab, uint64_t seed);
  // Blocks until the action is over and its frames have settled. Throws SystemError when it could
  // not be done at all.
  scenario::StepRecord perform(const topology::Step& step);

 private:
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

  // A connection that stays open after a request; without socket it ended.
  struct Kept {
    std::string from;  // its client's name
    FileDescriptor socket;
    wire::Endpoint local;
  };
  std::unique_ptr<kernel::TcpRequest> ask_tcp(const topology::Request& request,
                                              const std::string& text);
  std::unique_ptr<kernel::UdpRequest> ask_udp(const topology::Request& request,
                                              const std::string& text);
  // Asks `count` times, `at_once` under way at a time. ask(i): the request, or null where there is
  // none to make; ended(i, request) is told of each.
  template <class Ask, class Ended>
  void ask_all(uint32_t count, uint32_t at_once, Ask ask, Ended ended);

  NetnsLab& lab_;
  std::map<std::string, std::vector<Kept>> kept_;  // by topology::Request::keep
  Random hostile_;                                 // what junk is made of
  uint16_t ping_sequence_ = 0;
  host::LocalPorts ports_;
};

}  // namespace lvslab::lab
