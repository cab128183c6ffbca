// --start-daemon and --stop-daemon: at most one daemon of each role. The kernel's order of
// refusals.

#include <algorithm>

#include "emulator/director/rule_check.hh"
#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

constexpr uint16_t kPort = 8848;
constexpr uint8_t kTtl = 1;
constexpr uint32_t kGroup = 0xe0000051;  // 224.0.0.81

// --sync-maxlen: what a UDP datagram has beside its message, and the bounds of Linux 6.1.
constexpr uint32_t kHeaders4 = 28, kHeaders6 = 48;
constexpr uint32_t kUsualMtu = 1500, kLargestMtu = 65535;
constexpr uint32_t kSmallestOfBackup = 1024;

uint16_t largest_of(const ipvs::Daemon& daemon, uint32_t mtu) {
  const bool backup = daemon.role == ipvs::DaemonRole::backup;
  const uint32_t headers = daemon.group.is_v6() ? kHeaders6 : kHeaders4;
  const uint32_t whole = backup ? std::clamp(mtu, kUsualMtu, kLargestMtu) : kUsualMtu;
  if (daemon.largest == 0) return static_cast<uint16_t>(whole - headers);
  const uint32_t least = backup ? kSmallestOfBackup : 1;
  return static_cast<uint16_t>(std::clamp<uint32_t>(daemon.largest, least, kLargestMtu - headers));
}

ipvs::Daemon with_defaults(ipvs::Daemon daemon, uint32_t mtu) {
  if (daemon.group.is_unspecified()) daemon.group = ipvs::IpAddress::v4_from(kGroup);
  if (daemon.port == 0) daemon.port = kPort;
  if (daemon.ttl == 0) daemon.ttl = kTtl;
  daemon.largest = largest_of(daemon, mtu);
  return daemon;
}

}  // namespace

Refusal Director::State::start(const ipvs::Daemon& daemon, Time now) {
  const bool names_group = !daemon.group.is_unspecified();
  if (services.has_mixed_families() || (names_group && !daemon.group.is_multicast()))
    return kInvalid;
  const auto mtu = routes->mtu_of(daemon.interface);
  if (!mtu) return "No such device";
  const bool is_master = daemon.role == ipvs::DaemonRole::master;
  if (is_master ? master.running() : backup.has_value()) return "Daemon has already run";
  if (!master.running() && !backup) sync_ports = static_cast<unsigned>(settings.sync_ports);
  if (is_master)
    master.start(with_defaults(daemon, *mtu), sync_ports, now);
  else
    backup = with_defaults(daemon, *mtu);
  services.set_synchronised(true);
  change(settings);
  return nullptr;
}

Refusal Director::State::stop(ipvs::DaemonRole role) {
  const bool is_master = role == ipvs::DaemonRole::master;
  if (is_master ? !master.running() : !backup) return "No daemon is running";
  if (is_master)
    master.stop();
  else
    backup.reset();
  services.set_synchronised(master.running() || backup);
  change(settings);
  return nullptr;
}

}  // namespace lvslab::director
