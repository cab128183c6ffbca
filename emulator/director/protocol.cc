#include "emulator/director/protocol.hh"

namespace lvslab::director {

const Protocol* protocol_of(uint8_t number) {
  switch (number) {
    case wire::proto::kTcp:
      return &tcp();
    case wire::proto::kUdp:
      return &udp();
    default:
      return nullptr;
  }
}

}  // namespace lvslab::director
