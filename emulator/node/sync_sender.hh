#pragma once
// The socket that a director's sync messages leave by: UDP datagrams from the interface's address
// to the daemon's group, as Linux' own (net/netfilter/ipvs) look. What they say is the director's.

#include "emulator/base/random.hh"
#include "emulator/director/director.hh"

namespace lvslab::node {

class SyncSender {
 public:
  explicit SyncSender(uint64_t seed) : random_(seed) {}

  // A new socket: with a port of its own, and a first identification (RFC 6864).
  void open();
  // An IP packet. `from`: of the group's family.
  wire::Frame datagram(const ipvs::Daemon& daemon, const wire::IpAddress& from,
                       const director::SyncMessage& message);

 private:
  Random random_;
  uint16_t port_ = 0;
  uint16_t next_id_ = 0;
};

}  // namespace lvslab::node
