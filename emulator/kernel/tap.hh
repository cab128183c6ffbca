#pragma once
// An Ethernet port that this process plays: frames the kernel sends out of the interface are read
// here, frames written here arrive at it.
//
// The interface goes with its namespace, not with its descriptor (TUNSETPERSIST). Without that the
// kernel removes the TAPs of a process that ends one after the other, some 25 ms each; with their
// anonymous namespace they go together (30 of them in 65 ms, not 1,000). Once the descriptor is
// closed the interface has no carrier. So make TAPs only in namespaces that nobody named.

#include <optional>
#include <string>
#include <string_view>

#include "emulator/kernel/namespace.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::kernel {

struct TapOptions {
  // The kernel may hand over super-packets and partial checksums (TUNSETOFFLOAD CSUM, TSO4, TSO6
  // and, from Linux 6.2 on, USO). Off: it fills in checksums and cuts segments first. What is
  // written may carry an Offload either way.
  bool offload = false;
};

// Opens /dev/net/tun and attaches it to interface `name` of the calling thread's namespace. flags:
// IFF_TAP or IFF_TUN and more; it stays until its namespace goes. Throws Unavailable when the
// device file is missing or denied.
FileDescriptor open_tun(std::string_view name, short flags);

class Tap {
 public:
  // The interface is made in `in`, down, with the kernel's own random MAC (set_mac, set_up).
  Tap(const Namespace& in, std::string_view name, const TapOptions& options = {});

  // The next frame with its Offload, nothing when none waits. Allocates nothing once warm.
  std::optional<wire::Frame> read();
  // False when the frame was not taken: interface down, queue full or Offload refused.
  bool write(const wire::Frame& frame);

  int fd() const { return fd_.get(); }  // readable: a frame waits
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  FileDescriptor fd_;
};

}  // namespace lvslab::kernel
