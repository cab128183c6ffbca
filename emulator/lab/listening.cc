#include "emulator/lab/listening.hh"

#include <fstream>
#include <sstream>
#include <string>

namespace lvslab::lab {

namespace {

// One table of /proc/net (proc(5)): "sl local_address rem_address st ...", addresses as HEX:PORT.
bool in_table(const std::string& path, uint16_t port, const std::string& wanted_state) {
  std::ifstream table(path);
  std::string line;
  std::getline(table, line);  // the header
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state;
    words >> slot >> local >> remote >> state;
    const size_t colon = local.rfind(':');
    if (colon == std::string::npos || state != wanted_state) continue;
    if (std::stoul(local.substr(colon + 1), nullptr, 16) == port) return true;
  }
  return false;
}

}  // namespace

bool is_listening(const kernel::Namespace& in, topology::Transport transport, uint16_t port) {
  // thread-self: the tables are those of the namespace that this thread is in.
  const std::string base = "/proc/thread-self/net/";
  const bool tcp = transport == topology::Transport::tcp;
  const std::string state = tcp ? "0A" : "07";  // TCP_LISTEN, TCP_CLOSE (net/tcp_states.h)
  const std::string name = tcp ? "tcp" : "udp";
  return in.run([&] {
    return in_table(base + name, port, state) || in_table(base + name + "6", port, state);
  });
}

}  // namespace lvslab::lab
