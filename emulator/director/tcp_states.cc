#include "emulator/director/tcp_states.hh"

#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

constexpr size_t kStates = static_cast<size_t>(TcpState::kCount);

constexpr TcpState NO = TcpState::none, ES = TcpState::established, SS = TcpState::syn_sent,
                   SR = TcpState::syn_recv, FW = TcpState::fin_wait, TW = TcpState::time_wait,
                   CL = TcpState::close, CW = TcpState::close_wait, LA = TcpState::last_ack,
                   LI = TcpState::listen, SA = TcpState::synack;

using Row = std::array<TcpState, kStates>;
struct Table {
  Row syn, fin, ack, rst;
};

// Columns: the state before.
// clang-format off
constexpr Row kColumns{NO, ES, SS, SR, FW, TW, CL, CW, LA, LI, SA};
constexpr std::array<Table, 3> kTables{{
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
// clang-format on
constexpr bool columns_are_the_enum() {
  for (size_t i = 0; i < kStates; ++i)
    if (static_cast<size_t>(kColumns[i]) != i) return false;
  return true;
}
static_assert(columns_are_the_enum(), "columns stand in the order of TcpState");

constexpr std::array<std::string_view, kStates> kNames{
    "NONE",  "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT",
    "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "SYNACK"};

}  // namespace

TcpState next_state(TcpTable table, TcpState state, uint8_t flags) {
  namespace flag = wire::tcp_flag;
  const Table& rows = kTables[static_cast<size_t>(table)];
  const auto column = static_cast<size_t>(state);
  if (flags & flag::kRst) return rows.rst[column];
  if (flags & flag::kSyn) return rows.syn[column];
  if (flags & flag::kFin) return rows.fin[column];
  if (flags & flag::kAck) return rows.ack[column];
  return TcpState::close;
}

std::string_view name_of(TcpState state) {
  return kNames[static_cast<size_t>(state)];
}

bool is_active(TcpState state) {
  switch (state) {
    case TcpState::established:
    case TcpState::syn_sent:
    case TcpState::syn_recv:
    case TcpState::synack:
      return true;
    default:
      return false;
  }
}

}  // namespace lvslab::director
