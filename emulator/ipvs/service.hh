#pragma once
// Virtual services, their destinations and the commands on them, as values. The vocabulary of
// ipvsadm(8): what -A, -a and their options say, nothing of how it is done.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "emulator/wire/address.hh"

namespace lvslab::ipvs {

using wire::Endpoint;
using wire::Family;
using wire::IpAddress;

enum class Protocol : uint8_t { tcp = 6, udp = 17, sctp = 132 };

// -t, -u, --sctp-service ADDRESS:PORT
struct AddressKey {
  Protocol protocol = Protocol::tcp;
  Endpoint virtual_end;  // port 0: all ports; persistent services only
  friend bool operator==(const AddressKey&, const AddressKey&) = default;
};

// -f MARK [-6]
struct MarkKey {
  uint32_t mark = 0;
  Family family = Family::v4;
  friend bool operator==(const MarkKey&, const MarkKey&) = default;
};

using ServiceKey = std::variant<AddressKey, MarkKey>;
Family family_of(const ServiceKey& key);

enum class Scheduler : uint8_t {
  rr,
  wrr,
  lc,
  wlc,
  lblc,
  lblcr,
  dh,
  sh,
  sed,
  nq,
  fo,
  ovf,
  mh,
  twos,
  none
};

// -b: scheduler flags. Bits as in linux/ip_vs.h (IP_VS_SVC_F_SCHED1..3): sh and mh read the first
// two under their own names; for other schedulers ipvsadm sets them as flag-1..3 and nobody reads
// them.
struct SchedulerFlags {
  bool fallback = false;  // sh-fallback, mh-fallback, flag-1
  bool port = false;      // sh-port, mh-port, flag-2
  bool third = false;     // flag-3
  friend bool operator==(const SchedulerFlags&, const SchedulerFlags&) = default;
};

inline constexpr uint32_t kDefaultPersistence = 360;  // seconds: a bare -p (the man page says 300)
inline constexpr uint32_t kLargestTimeout = 31 * 24 * 60 * 60;  // seconds: -p and --set
inline constexpr uint32_t kLargestWeight = 0x7fffffff;          // -w, -x and -y

struct Persistence {
  uint32_t timeout = kDefaultPersistence;  // seconds, at least 1
  // IPv4: any mask, host order (holes are accepted); IPv6: a prefix length 1..128. Default: all
  // bits.
  uint32_t netmask = 0xffffffff;
  unsigned prefix6 = 128;
  friend bool operator==(const Persistence&, const Persistence&) = default;
};

struct Service {
  ServiceKey key;
  Scheduler scheduler = Scheduler::wlc;
  SchedulerFlags flags;
  std::optional<Persistence> persistence;
  bool one_packet = false;  // -o: UDP only
  std::string engine;       // --pe; "" or "sip"
  friend bool operator==(const Service&, const Service&) = default;
};

// Forwarding methods: -m, -g, -i.
enum class Method : uint8_t { masquerade, route, tunnel };
enum class TunnelType : uint8_t { ipip, gue, gre };
enum class TunnelChecksum : uint8_t { none, checksum, remote };

struct Tunnel {
  TunnelType type = TunnelType::ipip;
  uint16_t port = 0;  // gue: required
  TunnelChecksum checksum = TunnelChecksum::none;
  friend bool operator==(const Tunnel&, const Tunnel&) = default;
};

struct Destination {
  Endpoint real;  // port already that of the service for route and tunnel
  Method method = Method::route;
  Tunnel tunnel;  // method tunnel only
  uint32_t weight = 1;
  uint32_t upper = 0;  // -x: connections; 0 none
  uint32_t lower = 0;  // -y
  friend bool operator==(const Destination&, const Destination&) = default;
};

// -A, -E: -E replaces every option of the service by what it names.
struct AddService {
  Service service;
  friend bool operator==(const AddService&, const AddService&) = default;
};
struct EditService {
  Service service;
  friend bool operator==(const EditService&, const EditService&) = default;
};

// -D: with its destinations.
struct DeleteService {
  ServiceKey key;
  friend bool operator==(const DeleteService&, const DeleteService&) = default;
};

// -a, -e
struct AddDestination {
  ServiceKey key;
  Destination destination;
  friend bool operator==(const AddDestination&, const AddDestination&) = default;
};
struct EditDestination {
  ServiceKey key;
  Destination destination;
  friend bool operator==(const EditDestination&, const EditDestination&) = default;
};

// -d: `real` as written (no -g or -i here that would force the service's port on it).
struct DeleteDestination {
  ServiceKey key;
  Endpoint real;
  friend bool operator==(const DeleteDestination&, const DeleteDestination&) = default;
};

// -C: no service is left.
struct Clear {
  friend bool operator==(const Clear&, const Clear&) = default;
};

// --set TCP TCPFIN UDP: seconds, at most kLargestTimeout; 0 keeps.
struct SetTimeouts {
  uint32_t tcp = 0;
  uint32_t tcp_fin = 0;
  uint32_t udp = 0;
  friend bool operator==(const SetTimeouts&, const SetTimeouts&) = default;
};

// -Z: counters of one service, or of all.
struct Zero {
  std::optional<ServiceKey> key;
  friend bool operator==(const Zero&, const Zero&) = default;
};

// Connection synchronisation: whose daemon, and how it speaks (ipvsadm(8), --start-daemon).
enum class DaemonRole : uint8_t { master, backup };
struct Daemon {
  DaemonRole role = DaemonRole::master;
  uint8_t id = 0;                  // --syncid; 0: a backup takes every id
  std::string interface = "eth0";  // --mcast-interface
  uint16_t largest = 0;            // --sync-maxlen, bytes; 0: the interface's MTU decides
  IpAddress group;                 // --mcast-group; unspecified: 224.0.0.81
  uint16_t port = 0;               // --mcast-port; 0: 8848
  uint8_t ttl = 0;                 // --mcast-ttl; 0: 1
  friend bool operator==(const Daemon&, const Daemon&) = default;
};

// --start-daemon, --stop-daemon
struct StartDaemon {
  Daemon daemon;
  friend bool operator==(const StartDaemon&, const StartDaemon&) = default;
};
struct StopDaemon {
  DaemonRole role = DaemonRole::master;
  uint8_t id = 0;
  friend bool operator==(const StopDaemon&, const StopDaemon&) = default;
};

// What changes a director; listings are not commands.
using Command =
    std::variant<AddService, EditService, DeleteService, AddDestination, EditDestination,
                 DeleteDestination, Clear, SetTimeouts, Zero, StartDaemon, StopDaemon>;

}  // namespace lvslab::ipvs
