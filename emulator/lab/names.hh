#pragma once
// The names that a lab's ipvsadm prints without -n and takes: its hosts', as programs on its hosts
// find them in /etc/hosts (NetnsLab::hosts_file), and this machine's services (/etc/services). No
// name server is asked.

#include "emulator/ipvs/resolver.hh"

namespace lvslab::lab {

class LabNames final : public ipvs::Resolver {
 public:
  // hosts: the text of an /etc/hosts.
  explicit LabNames(std::string hosts) : hosts_(std::move(hosts)) {}

  std::optional<ipvs::IpAddress> address_of(const std::string& host) const override;
  std::optional<std::string> host_of(const ipvs::IpAddress& address) const override;
  std::optional<uint16_t> port_of(const std::string& service, uint8_t protocol) const override;
  std::optional<std::string> service_of(uint16_t port, uint8_t protocol) const override;

 private:
  std::string hosts_;
};

}  // namespace lvslab::lab
