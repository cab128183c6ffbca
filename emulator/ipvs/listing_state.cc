// Listings of what goes on: connections, timeouts, daemons.
#include <algorithm>

#include "emulator/ipvs/language.hh"
#include "emulator/ipvs/listing.hh"
#include "emulator/ipvs/listing_text.hh"

namespace lvslab::ipvs {

namespace {

// What the kernel fills in for a daemon that does not say (an MTU of 1500 less the headers).
constexpr unsigned kLargestOverV4 = 1500 - 20 - 8;
constexpr unsigned kLargestOverV6 = 1500 - 40 - 8;
constexpr const char* kGroup = "224.0.0.81";
constexpr unsigned kPort = 8848;
constexpr unsigned kTtl = 1;

// As the kernel names it in /proc/net/ip_vs_conn.
std::string protocol_text(uint8_t protocol) {
  if (protocol == 0) return "IP";
  for (const Protocol known : {Protocol::tcp, Protocol::udp, Protocol::sctp})
    if (protocol == static_cast<uint8_t>(known)) return std::string(name_of(known));
  return "IP_" + std::to_string(protocol);
}

// Minutes and seconds, whole ones that are left.
std::string expire_text(Duration left_over) {
  const auto seconds =
      std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(left_over).count());
  const auto two = [](int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(seconds / 60) + ":" + two(seconds % 60);
}

std::string line_of(const ConnectionStatus& c, const Form& form, const Resolver& resolver) {
  const auto end = [&](const Endpoint& e) {
    return endpoint_text(e, c.protocol, form.numeric, resolver);
  };
  std::string text = left(protocol_text(c.protocol), 3) + " " + left(expire_text(c.left), 6) + " " +
                     left(c.state, 11) + " " + left(end(c.client), 18) + " " +
                     left(end(c.virtual_end), 18) + " ";
  const bool engine = form.columns == Columns::persistent && !c.engine.empty();
  if (!engine) return text + end(c.real) + "\n";
  return text + left(end(c.real), 16) + " " + left(c.engine, 18) + " " + c.engine_data + "\n";
}

template <class T>
std::string or_else(T value, unsigned otherwise) {
  return std::to_string(value != 0 ? unsigned{value} : otherwise);
}

std::string line_of(const Daemon& daemon) {
  const bool v6 = daemon.group.is_v6();
  return std::string(daemon.role == DaemonRole::master ? "master" : "backup") +
         " sync daemon (mcast=" + daemon.interface + ", syncid=" + std::to_string(daemon.id) +
         ", maxlen=" + or_else(daemon.largest, v6 ? kLargestOverV6 : kLargestOverV4) +
         ", group=" + (daemon.group.is_unspecified() ? kGroup : daemon.group.to_string()) +
         ", port=" + or_else(daemon.port, kPort) + ", ttl=" + or_else(daemon.ttl, kTtl) + ")\n";
}

}  // namespace

std::string list_connections(const std::vector<ConnectionStatus>& connections, const Form& form,
                             const Resolver& resolver) {
  std::string text =
      "IPVS connection entries\npro expire state       source             virtual   ";
  text += form.columns == Columns::persistent
              ? "         destination        pe name          pe_data\n"
              : "         destination\n";
  for (const auto& connection : connections) text += line_of(connection, form, resolver);
  return text;
}

std::string list_timeouts(const TimeoutStatus& timeouts) {
  return "Timeout (tcp tcpfin udp): " + std::to_string(timeouts.tcp) + " " +
         std::to_string(timeouts.tcp_fin) + " " + std::to_string(timeouts.udp) + "\n";
}

std::string list_daemons(const DaemonStatus& daemons) {
  std::string text;
  for (const DaemonRole role : {DaemonRole::master, DaemonRole::backup})
    for (const auto& daemon : daemons)
      if (daemon.role == role) text += line_of(daemon);
  return text;
}

}  // namespace lvslab::ipvs
