#pragma once
// The capture point: one packet socket that sees every frame of every interface of a namespace, in
// the order in which the kernel handled them. In the fabric namespace that is each frame of the
// lab, first incoming at the port of the host that sent it, then outgoing at the port of each host
// it is delivered to. Does not write files and keeps nothing.

#include <functional>
#include <span>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/base/time.hh"
#include "emulator/kernel/namespace.hh"

namespace lvslab::kernel {

struct Captured {
  Duration
      realtime{};     // since the epoch, by the kernel (SO_TIMESTAMPNS); never falls between calls
  int interface = 0;  // index in the namespace of the socket
  bool outgoing = false;          // delivered to the host behind the port; else sent by it
  Bytes bytes;                    // valid during the callback
  uint32_t original_length = 0;   // on the wire
  bool partial_checksum = false;  // the device was to fill it in (TP_STATUS_CSUMNOTREADY)
  uint16_t segment_size = 0;      // of a super-packet, else 0
};

class PacketSocket {
 public:
  // Not reported: the interfaces given by index, at most 200 (the bridges: a frame that is
  // broadcast also arrives at the bridge's own device). The kernel filters them out (BPF).
  explicit PacketSocket(const Namespace& in, std::span<const int> excluded = {});

  // All that wait, at most `limit`; the number of them. Super-packets come whole.
  size_t drain(const std::function<void(const Captured&)>& each, size_t limit = SIZE_MAX);
  // Frames the kernel could not keep for us since the socket was made (PACKET_STATISTICS).
  uint64_t lost();
  int fd() const { return fd_.get(); }  // readable: frames wait
  // What the kernel sets aside for frames that wait, in bytes; a small frame takes about 768. 128
  // MiB as root; as root of a user namespace no more than twice net.core.rmem_max (Debian: 416 KiB,
  // some 500 small frames), so drain often there or raise that sysctl.
  int buffer_size() const;

 private:
  FileDescriptor fd_;
  std::vector<uint8_t> buffer_;
  Duration latest_{};
  uint64_t lost_ = 0;
};

}  // namespace lvslab::kernel
