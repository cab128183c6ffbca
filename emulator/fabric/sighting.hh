#pragma once
// Evidence: one frame seen at one port. Everything that a check knows of a lab comes as these, in
// the order in which they happened, whatever the lab runs on.

#include <cstdint>
#include <string>
#include <vector>

#include "emulator/base/time.hh"

namespace lvslab::fabric {

// As the host at the port sees it.
enum class Direction : uint8_t { sent, received };

// A port of a host, "host:interface". Indices into the lab's list of ports.
struct PortName {
  std::string host;
  std::string interface;
  std::string to_string() const { return host + ":" + interface; }
  friend bool operator==(const PortName&, const PortName&) = default;
};

struct Sighting {
  Time at{};
  uint32_t port = 0;  // index into Evidence::ports
  Direction direction = Direction::sent;
  std::vector<uint8_t> bytes;  // from the Ethernet header on
  // The transport checksum was left to the device (RX of a super-packet): not to be judged.
  bool partial_checksum = false;
  uint16_t segment_size = 0;  // of a super-packet; else 0
  std::string comment;        // what the director did with it or why it dropped it; "" elsewhere
};

// The whole capture of a lab.
struct Evidence {
  std::vector<PortName> ports;
  std::vector<Sighting> sightings;
  uint64_t lost = 0;  // frames the capture could not keep: evidence is then incomplete
};

}  // namespace lvslab::fabric
