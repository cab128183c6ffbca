#pragma once
// What oracles of a director see, and what they are. One oracle, one property; its complaints carry
// its name. They see frames and rules, as somebody with a capture and a terminal would.

#include <memory>
#include <string_view>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/conform/packets.hh"
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
  std::vector<SeenFrame> out;
  // Counters before and after: of the host, by all reasons and by its hook; of the director.
  struct Counts {
    uint64_t host = 0, by_hook = 0, director = 0;
  };
  Counts before, after;
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
  // Before a rule or setting changes, and when the storm is over.
  virtual void rest(const Standing&, Complaints&) {}
  // A rule was taken; `services` are those there are now.
  virtual void rule(const ipvs::Command&, const Services&, Time) {}
  virtual void setting(const ipvs::Settings&) {}
  virtual void frame(const Turn&, Complaints&) {}

 protected:
  void complain(Complaints& complaints, const std::string& message) const {
    complaints.push_back({std::string(name()), message});
  }
};

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
