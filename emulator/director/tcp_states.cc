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

}  // namespace lvslab::director
