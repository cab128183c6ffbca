#pragma once
// The protocols there are, by their own types: what runs for every packet is compiled for each
// (with_protocol), the rest asks through Protocol.

#include "emulator/director/protocol_ipsec.hh"
#include "emulator/director/protocol_sctp.hh"
#include "emulator/director/protocol_tcp.hh"
#include "emulator/director/protocol_udp.hh"

namespace lvslab::director {

// Null for a protocol that makes no connections here.
inline const Protocol* protocol_of(uint8_t number) {
  if (number == wire::proto::kTcp) return &kTcp;
  if (number == wire::proto::kUdp) return &kUdp;
  if (number == wire::proto::kSctp) return &kSctp;
  return nullptr;
}

// work(protocol) with the protocol's own type; nothing for one that is none of the director's
// business.
template <class Work>
void with_protocol(uint8_t number, Work work) {
  if (number == wire::proto::kTcp) return work(kTcp);
  if (number == wire::proto::kUdp) return work(kUdp);
  if (number == wire::proto::kSctp) return work(kSctp);
  if (number == wire::proto::kEsp || number == wire::proto::kAh) return work(kIpsec);
}

}  // namespace lvslab::director
