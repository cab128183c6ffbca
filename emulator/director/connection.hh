#pragma once
// One entry of the connection table: a line of `ipvsadm -Lnc`, the server it is bound to, and the
// table's own links. Made and removed by ConnectionTable only; its state is its protocol's.

#include <cstdint>

#include "emulator/base/time.hh"
#include "emulator/director/flow_key.hh"
#include "emulator/ipvs/service.hh"

namespace lvslab::director {

struct RealServer;
struct FtpControl;

// What a masquerading connection puts for what: an end, and the changes of the checksums that cover
// it, worked out once.
struct Rewriting {
  uint16_t addresses = 0;  // of the IP header, and of a pseudo header: ChecksumDelta::folded()
  uint16_t all = 0;        // the ports' too
};

struct alignas(64) Connection {
  // Links of ConnectionTable. First, so that a lookup that fails reads one cache line.
  struct Links {
    FlowKey request, reply;
    Connection* next_request = nullptr;  // in the bucket; in the free list
    Connection* next_reply = nullptr;
    Connection* earlier = nullptr;  // in its timeout queue
    Connection* later = nullptr;
    uint32_t queue = 0;
  } links;

  uint8_t protocol = 0;
  ipvs::Method method = ipvs::Method::masquerade;  // as when it was made: -e does not change it
  uint8_t state = 0;                               // of its protocol; 0 before the first packet
  bool active = false;                             // counts in ActiveConn, else in InActConn
  // No packet of the server has come by, as usual with route and tunnel: the state follows the
  // client's packets alone.
  bool no_output = false;
  // Not a flow but a client's affinity to a server (-p): its client port is 0, its virtual end what
  // the affinity is about, and it controls the flows made by it.
  bool is_template = false;
  bool assured = false;         // a template: one of its flows was established
  bool one_packet = false;      // -o: in no table, gone after the packet
  bool bypass = false;          // vs.cache_bypass: to where the client sent it, no server
  bool no_client_port = false;  // made ahead of its first packet, whose port is not known
  bool synced = false;          // learned from another director
  bool tracked = false;         // IPVS has nf_conntrack follow it (vs.conntrack, FTP)
  uint8_t told_state = 0;       // the state that other directors were told last
  RealServer* server = nullptr;
  Duration timeout{};  // what the next packet puts its deadline to
  Time deadline{};
  FtpControl* ftp = nullptr;  // a masqueraded FTP session's commands
  uint32_t packets_in = 0;    // of the client
  uint32_t mark = 0;          // of the packet that made it
  uint32_t controls = 0;      // how many connections have it as `control`
  Connection* control = nullptr;
  uint64_t told_until = 0;  // SyncMaster's: until when they keep it, in ticks

  // In one cache line.
  alignas(64) ipvs::Endpoint real;
  ipvs::Endpoint client, virtual_end;
  Rewriting to_real, to_virtual;  // method masquerade

  // What its server's packets have as source: route and tunnel servers answer as the virtual end.
  const ipvs::Endpoint& reply_end() const {
    return method == ipvs::Method::masquerade && !bypass ? real : virtual_end;
  }
  void controlled_by(Connection& other) {
    control = &other;
    ++other.controls;
  }
  // It got somewhere: a template that it was made by is worth keeping.
  void assure_template() const {
    if (control && control->is_template) control->assured = true;
  }
};

// Of putting `to` for `from`, which is of the same family.
Rewriting rewriting(const ipvs::Endpoint& from, const ipvs::Endpoint& to);

}  // namespace lvslab::director
