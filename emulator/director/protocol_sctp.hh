#pragma once
// SCTP. Its checksum covers no address: it changes only where a port does, and is then computed
// anew, so that a wrong one leaves right; where no port changes a wrong one stays.
//
// A packet too short for a chunk (kSctpSize to opening_size() - 1 bytes) belongs to a connection
// that is there, and changes nothing of it; without one IPVS drops it in silence, whatever
// schedulable() says of the longer ones.

#include "emulator/director/protocol.hh"
#include "emulator/director/real_server.hh"
#include "emulator/director/sctp_states.hh"

namespace lvslab::director {

class Sctp final : public Protocol {
 public:
  uint8_t number() const override { return wire::proto::kSctp; }
  size_t header_size() const override { return kSctpSize; }
  size_t opening_size() const override { return kSctpSize + kSctpChunkSize; }

  bool opens(Bytes segment) const override {
    return first_sctp_chunk(segment) == sctp_chunk::kInit;
  }

  // vs.sloppy_sctp: a connection may begin in the middle.
  bool schedulable(Bytes segment, const Settings& settings) const override {
    const auto chunk = first_sctp_chunk(segment);
    return chunk && *chunk != sctp_chunk::kAbort &&
           (settings.sloppy_sctp || *chunk == sctp_chunk::kInit);
  }

  bool resets(Bytes segment) const override {
    return first_sctp_chunk(segment) == sctp_chunk::kAbort;
  }

  bool reusable(const Connection& connection, int conn_reuse_mode) const override {
    return conn_reuse_mode != 0 && !connection.control && state_in(connection) == SctpState::closed;
  }

  void advance(Connection& connection, Direction direction, Bytes segment,
               const Timeouts&) const override {
    const auto event = sctp_event(segment);
    if (!event) return;
    if (direction == Direction::reply) connection.no_output = false;
    const SctpTable table = direction == Direction::reply ? SctpTable::output
                            : connection.no_output        ? SctpTable::input_only
                                                          : SctpTable::input;
    const SctpState next = next_state(table, state_in(connection), *event);
    if (connection.server) connection.server->set_active(connection, is_active(next));
    if (next == SctpState::established && next != state_in(connection))
      connection.assure_template();
    connection.state = static_cast<uint8_t>(next);
    connection.timeout = timeout_of(next);
  }

  std::string_view state_name(uint8_t state) const override {
    return name_of(static_cast<SctpState>(state));
  }

  // Linux leaves no SCTP checksum to a TAP device to fill in: there is no partial one here.
  void replace_end(const wire::Frame&, const wire::IpEdit& ip, Side side, const ipvs::Endpoint& by,
                   const Rewriting& change) const override {
    ip.put(side, by.address, wire::ChecksumDelta(change.addresses));
    const MutableBytes segment = ip.payload();
    uint8_t* port = segment.data() + (side == Side::source ? 0 : 2);
    if (load_be16(port) == by.port) return;
    store_be16(port, by.port);
    store_sctp_checksum(segment, sctp_checksum(segment));
  }

 private:
  static SctpState state_in(const Connection& connection) {
    return static_cast<SctpState>(connection.state);
  }
};

inline constinit const Sctp kSctp;

}  // namespace lvslab::director
