#pragma once
// What random cases may use. An area that a director does not have can be left out.

#include <cstdint>
#include <string>
#include <vector>

namespace lvslab::conform {

enum class Feature : uint8_t {
  tcp,
  udp,
  sctp,
  nat,
  dr,
  tun,
  gue,
  gre,
  icmp,
  v6,
  persistence,
  fwmark,
  ops,
  esp,
  lblc,
  fragments,
  options,
  timestamps,  // IP's time stamp option
  hostile,
  thresholds,
  changes,  // rules and settings in the middle of traffic
  settings,
  timers,
  ftp,
  patience,  // waits of minutes: only where waiting costs no time
  count,
};

class Features {
 public:
  static Features all();
  // "tcp,udp,nat"; "all"; "-v6" takes away from what stands before it, from all if it is first.
  // Throws UsageError.
  static Features parse(const std::string& list);
  static std::vector<std::string> names();

  bool has(Feature feature) const { return (bits_ >> static_cast<unsigned>(feature)) & 1U; }
  Features without(Feature feature) const;
  std::string to_string() const;

 private:
  uint32_t bits_ = 0;
};

}  // namespace lvslab::conform
