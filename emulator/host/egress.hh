#pragma once
// How the transport parts of a host send: an IP packet of the host's own, to be routed.

#include "emulator/wire/frame.hh"

namespace lvslab::host {

class Egress {
 public:
  virtual ~Egress() = default;
  // `packet` begins with its complete IP header.
  virtual void originate(wire::Frame packet) = 0;
  // The same of a reset that answers the packet in hand: it bears its IP options back, as Linux'.
  virtual void reset(wire::Frame packet) { originate(std::move(packet)); }
};

}  // namespace lvslab::host
