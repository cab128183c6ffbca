#pragma once
// Frames sent from an interface byte for byte, past the host's own stack (packet(7)).

#include <cstdint>
#include <string_view>
#include <vector>

#include "emulator/kernel/namespace.hh"

namespace lvslab::kernel {

class RawFrames {
 public:
  // Throws SystemError.
  RawFrames(const Namespace& in, std::string_view interface);
  // From its Ethernet header on. A frame that the device does not take (too long, queue full) is
  // lost, as on a wire.
  void send(const std::vector<uint8_t>& frame) const;

 private:
  FileDescriptor fd_;
};

}  // namespace lvslab::kernel
