#pragma once
// The protocols there are, by their own types: what runs for every packet is compiled for each
// (with_protocol), the rest asks through Protocol.

#include "emulator/director/protocol_tcp.hh"
#include "emulator/director/protocol_udp.hh"

namespace lvslab::director {

// Null for a protocol that makes no connections here.
inline const Protocol* protocol_of(uint8_t number) {
  if (number == wire::proto::kTcp) return &kTcp;
  if (number == wire::proto::kUdp) return &kUdp;
  return nullptr;
}

// work(protocol) with the type of `protocol`, which is one of protocol_of()'s.
template <class Work>
void with_protocol(const Protocol& protocol, Work work) {
  if (&protocol == &kTcp)
    work(kTcp);
  else
    work(kUdp);
}

}  // namespace lvslab::director
