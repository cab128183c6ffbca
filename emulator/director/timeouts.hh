#pragma once
// How long a connection of each protocol lives in each state. `ipvsadm --set TCP TCPFIN UDP`
// changes ESTABLISHED, FIN_WAIT and UDP.
//
// Source: Linux 6.1, net/netfilter/ipvs.

#include <array>

#include "emulator/base/time.hh"
#include "emulator/director/tcp_states.hh"

namespace lvslab::director {

struct Timeouts {
  using Seconds = std::chrono::seconds;
  std::array<Duration, static_cast<size_t>(TcpState::kCount)> tcp{
      Seconds(2),  Seconds(900), Seconds(120), Seconds(60),  Seconds(120), Seconds(120),
      Seconds(10), Seconds(60),  Seconds(30),  Seconds(120), Seconds(120)};
  Duration udp = Seconds(300);
  bool secure_tcp = false;  // which table TCP's states follow

  Duration& of(TcpState state) { return tcp[static_cast<size_t>(state)]; }
  Duration of(TcpState state) const { return tcp[static_cast<size_t>(state)]; }
};

}  // namespace lvslab::director
