#pragma once
// How many redirects concern one address: six at once, then one a second, as Linux has it for IPv6
// (inet_peer_xrlim_allow()). Each address has its own tokens, which grow with time.
//
// It sends nothing and knows nothing of routes: the host asks before it sends.

#include <algorithm>
#include <map>

#include "emulator/base/time.hh"
#include "emulator/wire/address.hh"

namespace lvslab::host {

class RedirectRate {
 public:
  static constexpr Duration kEach = std::chrono::seconds(1);
  static constexpr int kBurst = 6;
  static constexpr size_t kBound = 1024;  // addresses

  // True takes a token.
  bool allow(const wire::IpAddress& address, Time now) {
    if (peers_.size() >= kBound && !peers_.count(address)) peers_.erase(peers_.begin());
    Peer& peer = peers_.try_emplace(address, Peer{kBurst * kEach, now}).first->second;
    peer.tokens = std::min<Duration>(peer.tokens + (now - peer.last), kBurst * kEach);
    peer.last = now;
    if (peer.tokens < kEach) return false;
    peer.tokens -= kEach;
    return true;
  }

 private:
  struct Peer {
    Duration tokens;
    Time last;
  };
  std::map<wire::IpAddress, Peer> peers_;
};

}  // namespace lvslab::host
