#pragma once
// Names of hosts and services, for an ipvsadm without -n. This one knows none: numbers are read and
// printed. Who has names (a lab knows those of its hosts) derives from it.

#include <cstdint>
#include <optional>
#include <string>

#include "emulator/ipvs/service.hh"

namespace lvslab::ipvs {

class Resolver {
 public:
  virtual ~Resolver() = default;

  // Names are looked up for IPv4 only, as ipvsadm does.
  virtual std::optional<IpAddress> address_of(const std::string& /*host*/) const { return {}; }
  virtual std::optional<std::string> host_of(const IpAddress& /*address*/) const { return {}; }
  // protocol: an IP protocol number; services are those of TCP, UDP and SCTP.
  virtual std::optional<uint16_t> port_of(const std::string& /*service*/,
                                          uint8_t /*protocol*/) const {
    return {};
  }
  virtual std::optional<std::string> service_of(uint16_t /*port*/, uint8_t /*protocol*/) const {
    return {};
  }
};

}  // namespace lvslab::ipvs
