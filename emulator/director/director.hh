#pragma once
// The Linux Virtual Server: packets in, verdicts out, edited in place. It knows layer 3 and up; the
// node around it owns ports, neighbours and routes, and its host stack reassembles fragments before
// asking.
//
// Where it stands: the host calls process(Hook::local_in) for packets to an address of its own and
// process(Hook::forward) for packets that cross it, as netfilter calls IPVS. Nothing here reads a
// clock, draws randomness from outside or writes a log.
//
// Oracle: Linux net/netfilter/ipvs, as running in 6.1.

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/director/routes.hh"
#include "emulator/director/verdict.hh"
#include "emulator/ipvs/service.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::director {

enum class Hook : uint8_t { local_in, forward };

// Settings by their sysctl names (net.ipv4.vs.*), with the kernel's defaults.
struct Settings {
  bool expire_nodest_conn = false;
  bool sloppy_tcp = false;
  int conn_reuse_mode = 1;
  bool pmtu_disc = true;
  bool nat_icmp_send = false;
  // Ours alone: the bound of the connection table, entries. Beyond it new connections are dropped.
  size_t table_bound = 1 << 20;
};

// Refused by the rules as the kernel would refuse it, in ipvsadm's words: "No such service".
class CommandError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One line of `ipvsadm -Lnc`.
struct ConnectionInfo {
  uint8_t protocol = 0;
  ipvs::Endpoint client, virtual_end, real;
  ipvs::Method method = ipvs::Method::masquerade;
  std::string state;
  Duration left{};  // until it expires
};

struct DestinationInfo {
  ipvs::Destination rule;
  uint32_t active = 0;  // connections
  uint32_t inactive = 0;
  uint64_t connections = 0, packets_in = 0, packets_out = 0, bytes_in = 0, bytes_out = 0;
};

struct ServiceInfo {
  ipvs::Service rule;
  std::vector<DestinationInfo> destinations;  // in the kernel's order: newest first
  uint64_t connections = 0, packets_in = 0, packets_out = 0, bytes_in = 0, bytes_out = 0;
};

class Director {
 public:
  // routes must outlive the director. The seed feeds what is random (twos).
  Director(const Settings& settings, const Routes& routes, uint64_t seed);
  ~Director();
  Director(Director&&) noexcept;
  Director& operator=(Director&&) noexcept;

  // Throws CommandError and changes nothing when the kernel would refuse.
  void apply(const ipvs::Command& command, Time now);

  // `packet` begins with its IP header, whole (no fragments of IPv4), its header length and total
  // length already checked by the host. Never throws, allocates only while tables grow.
  // What happened is put into `note`, if there is one: a third of the cost of a packet.
  Verdict process(wire::Frame& packet, Hook hook, Time now, Note* note = nullptr);

  // Connections whose time has come go. Bounded by the number that expired.
  void expire(Time now);
  Time next_deadline() const;

  std::vector<ServiceInfo> services() const;  // ordered as `ipvsadm -Ln` prints
  std::vector<ConnectionInfo> connections(Time now) const;
  const std::array<uint64_t, static_cast<size_t>(DropReason::kCount)>& drops() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lvslab::director
