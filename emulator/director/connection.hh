#pragma once
// One entry of the connection table: a line of `ipvsadm -Lnc`, the server it is bound to, and the
// table's own links. Made and removed by ConnectionTable only; its state is its protocol's.

#include <cstdint>

#include "emulator/base/time.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::director {

struct RealServer;

struct alignas(64) Connection {
  // Links of ConnectionTable. First, so that a lookup that fails reads one cache line.
  struct Links {
    uint64_t request_hash = 0, reply_hash = 0;
    Connection* next_request = nullptr;  // in the bucket; in the free list
    Connection* next_reply = nullptr;
    Connection* earlier = nullptr;  // in its timeout queue
    Connection* later = nullptr;
    uint32_t queue = 0;
  } links;

  ipvs::Endpoint client, virtual_end, real;
  uint8_t protocol = 0;
  ipvs::Method method = ipvs::Method::masquerade;  // as when it was made: -e does not change it
  uint8_t state = 0;                               // of its protocol; 0 before the first packet
  bool active = false;                             // counts in ActiveConn, else in InActConn
  // No packet of the server has come by, as usual with route and tunnel: the state follows the
  // client's packets alone.
  bool no_output = false;
  RealServer* server = nullptr;
  Duration timeout{};  // what the next packet puts its deadline to
  Time deadline{};

  // What its server's packets have as source: route and tunnel servers answer as the virtual end.
  const ipvs::Endpoint& reply_end() const {
    return method == ipvs::Method::masquerade ? real : virtual_end;
  }
};

}  // namespace lvslab::director
