#pragma once
// What oracles of a director see, and what they are. One oracle, one property; its complaints carry
// its name. They see frames and rules, as somebody with a capture and a terminal would.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/conform/packets.hh"
#include "emulator/host/drops.hh"
#include "emulator/ipvs/settings.hh"
#include "emulator/ipvs/status.hh"
#include "tests/fuzz/support/complaint.hh"
#include "tests/fuzz/support/packet_reader.hh"

namespace lvslab::fuzz {

struct SeenFrame {
  uint32_t port = 0;
  Bytes bytes;
  Reading reading;
};

// A frame that came in, and all that left before anything else happened.
struct Turn {
  Time at{};
  SeenFrame in;
  std::span<const SeenFrame> out;
  // Afterwards: what the host's hook dropped and what the director says it did; all packets there
  // ever were (host/drops.hh).
  struct Counts {
    uint64_t by_hook = 0, director = 0;
    host::Ledger packets;
  };
  Counts counts;
};

using Services = std::vector<ipvs::ServiceStatus>;

// Everything about a director that is at rest.
struct Standing {
  Time at{};
  Services services;
  std::vector<ipvs::ConnectionStatus> connections;
  ipvs::Settings settings;
};

class Oracle {
 public:
  virtual ~Oracle() = default;
  virtual std::string_view name() const = 0;
  // Another storm: all that was seen is forgotten.
  virtual void begin() {}
  // Before a rule or setting changes (once, if nothing has moved in between), and when the storm is
  // over.
  virtual void rest(const Standing&, Complaints&) {}
  // A rule was taken.
  virtual void rule(const ipvs::Command&) {}
  // The last of some rules was taken; these are the services that there are now.
  virtual void ruled(const Services&) {}
  virtual void setting(const ipvs::Settings&) {}
  virtual void frame(const Turn&, Complaints&) {}

 protected:
  void complain(Complaints& complaints, const std::string& message) const {
    complaints.push_back({std::string(name()), message});
  }
};

// What is still there once all rules are gone and time has passed: of the director
// (Director::kept), and of its host packets that wait, TCP connections, path MTUs.
struct Left {
  size_t director = 0, waiting = 0, tcp = 0, path_mtus = 0;
};
// Complains, by the name of "memory", of what is not 0.
void look_at_memory(const Left& left, Complaints& complaints);

// All of them, in a fixed order.
std::vector<std::unique_ptr<Oracle>> make_oracles();

// Each alone, for tests.
std::unique_ptr<Oracle> make_checksum_oracle();
std::unique_ptr<Oracle> make_keeps_server_oracle();
std::unique_ptr<Oracle> make_hides_servers_oracle();
std::unique_ptr<Oracle> make_counters_oracle();
std::unique_ptr<Oracle> make_weight_zero_oracle();
std::unique_ptr<Oracle> make_bounds_oracle();
std::unique_ptr<Oracle> make_slow_path_oracle();

}  // namespace lvslab::fuzz
