#pragma once
// What ICMP errors taught about the ways to single addresses (RFC 1191, RFC 8201): Linux' route
// exceptions. They count for what this host sends, and for what it forwards only where the error
// named less than any way should take.

#include <algorithm>
#include <map>
#include <optional>

#include "emulator/base/time.hh"
#include "emulator/wire/address.hh"

namespace lvslab::host {

class PathMtus {
 public:
  static constexpr uint32_t kLeast4 = 552;   // net.ipv4.route.min_pmtu: nobody makes us send crumbs
  static constexpr uint32_t kLeast6 = 1280;  // RFC 8200, 5
  static constexpr Duration kKept = std::chrono::minutes(10);  // net.ipv*.route.mtu_expires
  static constexpr size_t kBound = 1024;                       // addresses

  struct Learned {
    uint32_t mtu = 0;     // bytes of IP packet
    bool locked = false;  // less was told than may be
    Time until{};
  };

  // believed: what the way was thought to take.
  void learn(const wire::IpAddress& to, uint32_t told, uint32_t believed, Time now) {
    const uint32_t least = to.is_v6() ? kLeast6 : kLeast4;
    if (told > believed || (to.is_v6() && told < least)) return;
    // What is locked stays until it is forgotten.
    if (const Learned* known = find(to); known && known->locked) return;
    if (learned_.size() >= kBound && !learned_.count(to)) learned_.erase(learned_.begin());
    learned_[to] = {std::min(std::max(told, least), believed), told < least, now + kKept};
    ++changes_;
  }
  const Learned* find(const wire::IpAddress& to) const {
    if (learned_.empty()) return nullptr;
    const auto found = learned_.find(to);
    return found == learned_.end() ? nullptr : &found->second;
  }
  void expire(Time now) {
    if (learned_.empty()) return;
    changes_ += std::erase_if(learned_, [&](const auto& one) { return one.second.until <= now; });
  }
  size_t size() const { return learned_.size(); }
  // When the first of those is forgotten of which less was told than may be. Time::max(): never.
  Time locked_until() const {
    Time first = Time::max();
    for (const auto& [to, one] : learned_)
      if (one.locked) first = std::min(first, one.until);
    return first;
  }
  // Grows with every change.
  uint64_t changes() const { return changes_; }

 private:
  std::map<wire::IpAddress, Learned> learned_;
  uint64_t changes_ = 0;
};

}  // namespace lvslab::host
