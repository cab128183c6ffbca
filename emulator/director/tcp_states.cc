#include "emulator/director/tcp_states.hh"

namespace lvslab::director {

namespace {

constexpr size_t kStates = static_cast<size_t>(TcpState::kCount);

constexpr std::array<std::string_view, kStates> kNames{
    "NONE",  "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT",
    "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "SYNACK"};

}  // namespace

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
