#pragma once
// TCP as IPVS sees it: one state a connection, moved by the flags of whatever passes. A director
// with route or tunnel sees the client's half only and has a table of guesses for it.
//
// Source of tables and timeouts: Linux 6.1, net/netfilter/ipvs.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "emulator/wire/transport.hh"

namespace lvslab::director {

enum class TcpState : uint8_t {
  none,
  established,
  syn_sent,
  syn_recv,
  fin_wait,
  time_wait,
  close,
  close_wait,
  last_ack,
  listen,
  synack,
  kCount
};

// Whose packet: a client's, a server's, or a client's of whose server nothing was seen.
enum class TcpTable : uint8_t { input, output, input_only };

namespace tcp_tables {

inline constexpr size_t kStates = static_cast<size_t>(TcpState::kCount);

inline constexpr TcpState NO = TcpState::none, ES = TcpState::established, SS = TcpState::syn_sent,
                          SR = TcpState::syn_recv, FW = TcpState::fin_wait,
                          TW = TcpState::time_wait, CL = TcpState::close, CW = TcpState::close_wait,
                          LA = TcpState::last_ack, LI = TcpState::listen, SA = TcpState::synack;

using Row = std::array<TcpState, kStates>;
struct Table {
  Row syn, fin, ack, rst;
};

// Columns: the state before.
// clang-format off
inline constexpr Row kColumns{NO, ES, SS, SR, FW, TW, CL, CW, LA, LI, SA};
inline constexpr std::array<Table, 3> kTables{{
    {/*syn*/ {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},   // input
     /*fin*/ {CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW},
     /*ack*/ {ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
     /*rst*/ {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR}},
    {/*syn*/ {SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR},   // output
     /*fin*/ {TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW},
     /*ack*/ {ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES},
     /*rst*/ {CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL}},
    {/*syn*/ {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},   // input only
     /*fin*/ {CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW},
     /*ack*/ {ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
     /*rst*/ {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}},
}};

// vs.secure_tcp: a connection is believed when its server says so.
inline constexpr std::array<Table, 3> kSecureTables{{
    {/*syn*/ {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SA},   // input
     /*fin*/ {CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, SA},
     /*ack*/ {ES, ES, SS, SR, FW, TW, CL, CW, CL, LI, SA},
     /*rst*/ {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}},
    {/*syn*/ {SS, ES, SS, SA, SS, SS, SS, SS, SS, LI, SA},   // output
     /*fin*/ {TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW},
     /*ack*/ {ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES},
     /*rst*/ {CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL}},
    {/*syn*/ {SA, ES, ES, SR, SA, SA, SA, SA, SA, SA, SA},   // input only
     /*fin*/ {CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW},
     /*ack*/ {ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
     /*rst*/ {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}},
}};
// clang-format on
constexpr bool columns_are_the_enum() {
  for (size_t i = 0; i < kStates; ++i)
    if (static_cast<size_t>(kColumns[i]) != i) return false;
  return true;
}
static_assert(columns_are_the_enum(), "columns stand in the order of TcpState");

}  // namespace tcp_tables

// flags: the TCP header's. RST counts before SYN before FIN before ACK; none of them gives CLOSE.
inline TcpState next_state(TcpTable table, TcpState state, uint8_t flags, bool secure = false) {
  namespace flag = wire::tcp_flag;
  const auto& tables = secure ? tcp_tables::kSecureTables : tcp_tables::kTables;
  const tcp_tables::Table& rows = tables[static_cast<size_t>(table)];
  const auto column = static_cast<size_t>(state);
  constexpr uint8_t kAll = flag::kRst | flag::kSyn | flag::kFin | flag::kAck;
  if ((flags & kAll) == flag::kAck) [[likely]]
    return rows.ack[column];
  if (flags & flag::kRst) return rows.rst[column];
  if (flags & flag::kSyn) return rows.syn[column];
  if (flags & flag::kFin) return rows.fin[column];
  if (flags & flag::kAck) return rows.ack[column];
  return TcpState::close;
}

// "ESTABLISHED", as `ipvsadm -Lnc` prints it; static storage.
std::string_view name_of(TcpState state);
// Counts in ActiveConn.
inline bool is_active(TcpState state) {
  constexpr unsigned kActive = 1U << static_cast<unsigned>(TcpState::established) |
                               1U << static_cast<unsigned>(TcpState::syn_sent) |
                               1U << static_cast<unsigned>(TcpState::syn_recv) |
                               1U << static_cast<unsigned>(TcpState::synack);
  return kActive >> static_cast<unsigned>(state) & 1U;
}

}  // namespace lvslab::director
