#pragma once
// A lab on this kernel, from up (the constructor) to down (the destructor). One process holds it
// all; nothing of it has a name outside.

#include <list>
#include <memory>
#include <string>

#include "emulator/lab/embedded_host.hh"
#include "emulator/lab/fabric_network.hh"
#include "emulator/lab/kernel_host.hh"
#include "emulator/lab/live_wires.hh"
#include "emulator/lab/options.hh"
#include "emulator/lab/recorder.hh"

namespace lvslab::lab {

class NetnsLab {
 public:
  // The topology must outlive the lab. Throws Unavailable, SystemError, UsageError.
  NetnsLab(const topology::Topology& topology, const Options& options, Keep keep);

  kernel::EventLoop& loop() { return loop_; }
  Recorder& recorder() { return recorder_; }
  LiveWires& wires() { return *wires_; }
  const topology::Topology& topology() const { return topology_; }

  // Throws UsageError if the host is none of this kernel's.
  KernelHost& kernel_host(const std::string& name);
  bool is_kernel_host(const std::string& name) const;
  // Null when that host is none of our directors.
  node::DirectorNode* director(const std::string& name);
  // How many connections the director there lists. Throws UsageError for one that can't tell.
  size_t connections(const std::string& director);
  // Addresses leave the one host, are taken by the other, and everybody there is told.
  void take_over(const topology::Takeover& takeover);
  // A host loses its power or gets it again.
  void change(const topology::Life& life);
  // As if that host had sent them.
  void send(const topology::SendFrames& send);
  // Gives a running director rules. Throws UsageError with the place of one that it refuses.
  void apply(const std::string& director, const std::vector<topology::Rule>& rules);
  // Writes what the director said of its frames beside them, in the evidence.
  void comment_evidence();
  // scenario::StepRecord::at_hosts.
  std::vector<scenario::AtHost> broken() const;
  // Lines of /etc/hosts: every host's first address, and the virtual addresses.
  std::string hosts_file() const;

 private:
  void add_host(const topology::Host& host, const Options& options);
  void start_director(const topology::Host& host);
  EmbeddedHost* embedded_host(const std::string& name);  // null: there is none of that name
  void turn_off(const topology::Host& host);
  void turn_on(const topology::Host& host);
  void turn_off(EmbeddedHost& host, const topology::Host& as);
  void turn_on(EmbeddedHost& host, const topology::Host& as);
  template <class Do>
  void at_host(const std::string& name, Do act);

  const topology::Topology& topology_;
  const uint64_t seed_;
  kernel::EventLoop loop_;
  FabricNetwork fabric_;
  Recorder recorder_;
  std::list<KernelHost> kernel_hosts_;
  std::list<EmbeddedHost> embedded_hosts_;
  std::optional<LiveWires> wires_;  // once all ports are joined
};

}  // namespace lvslab::lab
