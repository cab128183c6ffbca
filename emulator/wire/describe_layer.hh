#pragma once
// What stands behind an IP header, in words. A part of describe.cc that other rooms do not need.

#include <cstdint>
#include <string>

#include "emulator/base/bytes.hh"

namespace lvslab::wire {

struct Layer {
  bool has_ports = false;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  std::string words;  // "TCP [S] seq 1 win 64240"
  std::string inner;  // " | IP ..." inside a tunnel, " about IP ..." in an ICMP error
};

struct LayerContext {
  uint8_t protocol = 0;
  bool fragment = false;  // the first of several: lengths and checksums cannot fit
  bool quoted = false;    // inside an ICMP error: may end anywhere
  int depth = 0;          // IP headers before this packet's
};

Layer describe_layer(const LayerContext& context, Bytes payload);
std::string protocol_name(uint8_t protocol);
std::string describe_ip(Bytes packet, bool quoted, int depth);
std::string hex(uint32_t value, int digits);

}  // namespace lvslab::wire
