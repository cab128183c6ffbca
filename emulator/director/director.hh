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
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/base/time.hh"
#include "emulator/director/routes.hh"
#include "emulator/director/verdict.hh"
#include "emulator/ipvs/settings.hh"
#include "emulator/ipvs/status.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::director {

using ipvs::Settings;

enum class Hook : uint8_t { local_in, forward, local_out };

// Why a command is refused, as the kernel would refuse it, in ipvsadm's words: "No such service".
// Null: it is taken.
using Refusal = const char*;
class CommandError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One datagram of the master's daemon.
struct SyncMessage {
  uint16_t port = 0;  // to send it to; group, interface and TTL are daemons()'
  Bytes bytes;
};

class Director {
 public:
  // routes must outlive the director. The seed feeds what is random (twos).
  Director(const Settings& settings, Routes& routes, uint64_t seed);
  ~Director();
  Director(Director&&) noexcept;
  Director& operator=(Director&&) noexcept;

  // Changes nothing when the kernel would refuse: throws CommandError, or says why.
  void apply(const ipvs::Command& command, Time now);
  [[nodiscard]] Refusal try_apply(const ipvs::Command& command, Time now);

  // `packet` begins with its IP header, whole (no fragments of IPv4), its header length and total
  // length already checked by the host. Never throws, allocates only while tables grow.
  // What happened is put into `note`, if there is one: a third of the cost of a packet.
  Verdict process(wire::Frame& packet, Hook hook, Time now, Note* note = nullptr);

  // Whether it judges IPv4 packets of that protocol, which it can do only of whole ones.
  bool wants_whole(uint8_t protocol) const;
  // Whether IPVS has nf_conntrack look at IPv4 packets: for FTP (ServiceTable::tracks).
  bool tracks() const;
  // Connections whose time has come go. Bounded by the number that expired.
  void expire(Time now);
  Time next_deadline() const;
  // The server whose way a masqueraded segment takes, as it leaves: IPVS goes by the server of its
  // connection, also where FTP had the server announce an address that is not the server's.
  std::optional<ipvs::IpAddress> way_of(wire::Frame& segment);

  // Connection synchronisation (--start-daemon), whose datagrams the node carries. What is sent is
  // valid until the next call; nothing: no more to send now.
  std::optional<SyncMessage> next_sync_message();
  // A datagram of the backup's group, on its interface and one of its ports.
  void receive_sync(Bytes datagram, Time now);
  // How many UDP ports each daemon uses, from its own one on (vs.sync_ports when the first began).
  unsigned sync_ports() const;

  // What is to be known for `ipvsadm -L`: services ordered as it prints them.
  std::vector<ipvs::ServiceStatus> services() const;
  // The same, into the memory of an earlier answer.
  void services(std::vector<ipvs::ServiceStatus>& into) const;
  std::vector<ipvs::ConnectionStatus> connections(Time now) const;
  // Connections in its table, affinities (-p) among them.
  size_t entries() const;
  // Connections, services, servers (deleted ones too, while they are remembered), FTP controls: all
  // that memory is held for. 0 once rules are cleared and time has passed.
  size_t kept() const;
  ipvs::TimeoutStatus timeouts() const;
  ipvs::DaemonStatus daemons() const;
  // sysctl net.ipv4.vs.*; see ipvs/settings.hh. Takes effect with the next packet.
  const Settings& settings() const;
  void change(const Settings& settings);
  const std::array<uint64_t, static_cast<size_t>(DropReason::kCount)>& drops() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lvslab::director
