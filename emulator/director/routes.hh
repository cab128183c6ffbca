#pragma once
// What the director must know of the host it lives in.

#include <cstdint>
#include <optional>
#include <string>

#include "emulator/base/time.hh"
#include "emulator/wire/address.hh"

namespace lvslab::director {

struct Route {
  uint32_t mtu = 1500;     // bytes of IP packet the way takes, as far as is known by now
  wire::IpAddress source;  // preferred source address: outer source of a tunnel
  bool local = false;      // the address is one of the host's own
  bool learned = false;    // the MTU was told by ICMP errors and follows what they tell next
  bool on_link = true;     // no gateway
};

class Routes {
 public:
  virtual ~Routes() = default;
  virtual std::optional<Route> route_to(const wire::IpAddress& address) const = 0;
  // An ICMP error told that the way to an address takes only `mtu` bytes (RFC 1191, 6.3).
  virtual void learn_path_mtu(const wire::IpAddress&, uint32_t /*mtu*/, Time /*now*/) {}
  // Of the host's interface of that name; nothing: there is none (--mcast-interface).
  virtual std::optional<uint32_t> mtu_of(const std::string&) const { return {}; }
  // What was looked up holds as long as this stays the same.
  uint64_t generation() const { return generation_; }
  // The same, but for path MTUs that were learned or forgotten.
  uint64_t ways() const { return ways_; }

 protected:
  void changed() { ++generation_, ++ways_; }
  void learned() { ++generation_; }

 private:
  uint64_t generation_ = 1, ways_ = 1;
};

}  // namespace lvslab::director
