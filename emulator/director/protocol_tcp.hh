#pragma once
// TCP. Neither checksum nor data offset of a request is looked at, as in IPVS: a wrong checksum is
// changed by increments and stays wrong.

#include "emulator/director/director.hh"
#include "emulator/director/protocol.hh"
#include "emulator/director/real_server.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

inline uint8_t flags_of(Bytes segment) {
  return wire::TcpView::over(segment)->flags();
}
inline TcpState state_of(const Connection& connection) {
  return static_cast<TcpState>(connection.state);
}

class Tcp final : public Protocol {
 public:
  uint8_t number() const override { return wire::proto::kTcp; }
  size_t header_size() const override { return wire::kTcpSize; }

  bool opens(Bytes segment) const override { return flags_of(segment) & wire::tcp_flag::kSyn; }

  // vs.sloppy_tcp: a connection may begin in the middle.
  bool schedulable(Bytes segment, const Settings& settings) const override {
    const uint8_t flags = flags_of(segment);
    return !(flags & wire::tcp_flag::kRst) && (settings.sloppy_tcp || flags & wire::tcp_flag::kSyn);
  }

  bool resets(Bytes segment) const override { return flags_of(segment) & wire::tcp_flag::kRst; }

  // vs.conn_reuse_mode: bit 1 adds FIN_WAIT where only the client was seen to close.
  bool reusable(const Connection& connection, int mode) const override {
    if (mode == 0 || connection.control) return false;
    const TcpState state = state_of(connection);
    return state == TcpState::time_wait || state == TcpState::close ||
           (mode & 2 && state == TcpState::fin_wait && connection.no_output);
  }

  void advance(Connection& connection, Direction direction, Bytes segment,
               const Timeouts& timeouts) const override {
    if (direction == Direction::reply) connection.no_output = false;
    const TcpTable table = direction == Direction::reply ? TcpTable::output
                           : connection.no_output        ? TcpTable::input_only
                                                         : TcpTable::input;
    const TcpState before = state_of(connection);
    const TcpState next = next_state(table, before, flags_of(segment), timeouts.secure_tcp);
    connection.timeout = timeouts.of(next);
    if (next == before) return;
    connection.state = static_cast<uint8_t>(next);
    if (connection.server) connection.server->set_active(connection, is_active(next));
    if (next == TcpState::established) connection.assure_template();
  }

  std::string_view state_name(uint8_t state) const override {
    return name_of(static_cast<TcpState>(state));
  }

  void replace_end(const wire::Frame& packet, const wire::IpEdit& ip, Side side,
                   const ipvs::Endpoint& by, const Rewriting& change) const override {
    constexpr size_t kChecksum = 16;
    uint8_t* segment = ip.payload().data();
    const uint16_t checksum = load_be16(segment + kChecksum);
    const wire::ChecksumDelta addresses(change.addresses), all(change.all);
    ip.put(side, by.address, addresses);
    store_be16(segment + (side == Side::source ? 0 : 2), by.port);
    // A partial checksum covers the pseudo header alone; the device adds the ports later.
    store_be16(segment + kChecksum, checksum_is_partial(packet, ip)
                                        ? addresses.apply_partial(checksum)
                                        : all.apply(checksum));
  }
};

inline constinit const Tcp kTcp;

}  // namespace lvslab::director
