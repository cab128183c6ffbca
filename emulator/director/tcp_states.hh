#pragma once
// TCP as IPVS sees it: one state a connection, moved by the flags of whatever passes. A director
// with route or tunnel sees the client's half only and has a table of guesses for it.
//
// Source of tables and timeouts: Linux 6.1, net/netfilter/ipvs. secure_tcp's table is not here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "emulator/base/time.hh"

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

// flags: the TCP header's. RST counts before SYN before FIN before ACK; none of them gives CLOSE.
TcpState next_state(TcpTable table, TcpState state, uint8_t flags);

// "ESTABLISHED", as `ipvsadm -Lnc` prints it; static storage.
std::string_view name_of(TcpState state);
// Counts in ActiveConn.
bool is_active(TcpState state);

// `ipvsadm --set TCP TCPFIN UDP` changes ESTABLISHED, FIN_WAIT and UDP.
struct Timeouts {
  using Seconds = std::chrono::seconds;
  std::array<Duration, static_cast<size_t>(TcpState::kCount)> tcp{
      Seconds(2),  Seconds(900), Seconds(120), Seconds(60),  Seconds(120), Seconds(120),
      Seconds(10), Seconds(60),  Seconds(30),  Seconds(120), Seconds(120)};
  Duration udp = Seconds(300);

  Duration& of(TcpState state) { return tcp[static_cast<size_t>(state)]; }
  Duration of(TcpState state) const { return tcp[static_cast<size_t>(state)]; }
};

}  // namespace lvslab::director
