#pragma once
// What a director can be asked for: the answers behind `ipvsadm -L`, -Lc, --stats, --rate,
// --timeout and --daemon, as values. Who prints them is listing.hh; who keeps them, director/.

#include <string>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::ipvs {

// --stats. Bytes are those of IP packets.
struct Counters {
  uint64_t connections = 0;
  uint64_t packets_in = 0, packets_out = 0;
  uint64_t bytes_in = 0, bytes_out = 0;
  friend bool operator==(const Counters&, const Counters&) = default;
};

// --rate: per second, as the estimator last had them.
struct Rates {
  uint32_t connections = 0;
  uint32_t packets_in = 0, packets_out = 0;
  uint32_t bytes_in = 0, bytes_out = 0;
  friend bool operator==(const Rates&, const Rates&) = default;
};

struct DestinationStatus {
  Destination rule;
  uint32_t active = 0, inactive = 0, persistent = 0;  // connections
  Counters counters;  // since the last -Z, as the last sample had them: what --stats shows
  Rates rates;
  Counters total = {};  // all that was counted, as of now
};

struct ServiceStatus {
  Service rule;
  std::vector<DestinationStatus> destinations;  // in the kernel's order: newest first
  Counters counters;  // since the last -Z, as the last sample had them: what --stats shows
  Rates rates;
  Counters total = {};  // all that was counted, as of now
};

// One line of -Lc.
struct ConnectionStatus {
  uint8_t protocol = 0;  // 0 (IP): a template of a firewall mark's service
  Endpoint client, virtual_end, real;
  Method method = Method::masquerade;
  std::string state;  // "ESTABLISHED"
  Duration left{};    // until it expires
  // With a persistence engine: its name, and the data it goes by.
  std::string engine{}, engine_data{};
};

// --timeout: seconds.
struct TimeoutStatus {
  uint32_t tcp = 900, tcp_fin = 120, udp = 300;
  friend bool operator==(const TimeoutStatus&, const TimeoutStatus&) = default;
};

// --daemon: those that run.
using DaemonStatus = std::vector<Daemon>;

}  // namespace lvslab::ipvs
