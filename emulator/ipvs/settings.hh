#pragma once
// The director's settings, by their sysctl names (net.ipv4.vs.*), with the kernel's defaults.
// Meaning: Documentation/networking/ipvs-sysctl.rst.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lvslab::ipvs {

struct Settings {
  int am_droprate = 10;
  int amemthresh = 1024;  // pages
  bool backup_only = false;
  bool cache_bypass = false;
  int conn_reuse_mode = 1;
  bool conntrack = false;  // taken and kept; there is no connection tracker beside the director
  int drop_entry = 0;      // 0 never, 1 and 2 automatic, 3 always
  int drop_packet = 0;     // the same
  bool expire_nodest_conn = false;
  bool expire_quiescent_template = false;
  bool ignore_tunneled = false;
  int lblc_expiration = 24 * 60 * 60;   // seconds
  int lblcr_expiration = 24 * 60 * 60;  // seconds
  bool nat_icmp_send = false;
  bool pmtu_disc = true;
  bool run_estimation = true;
  bool schedule_icmp = false;
  int secure_tcp = 0;  // 0 never, 1 and 2 automatic, 3 always
  bool sloppy_sctp = false;
  bool sloppy_tcp = false;
  bool snat_reroute = true;
  bool sync_persist_mode = false;
  int sync_ports = 1;
  int sync_refresh_period = 0;  // seconds
  int sync_retries = 0;
  std::array<int, 2> sync_threshold{3, 50};  // packets
  int sync_version = 1;
  // Ours alone: the bound of the connection table, entries. Beyond it new connections are dropped.
  size_t table_bound = 1 << 20;
};

// "conn_reuse_mode", "sync_threshold" ...: without net.ipv4.vs.
std::vector<std::string_view> setting_names();
// False, and nothing changed, for an unknown name or a value that sysctl would not take.
bool set(Settings& settings, std::string_view name, std::string_view value);
// As `sysctl -n` prints it; nothing for an unknown name.
std::optional<std::string> get(const Settings& settings, std::string_view name);

}  // namespace lvslab::ipvs
