#pragma once
// What a command line has said so far. ipvsadm judges options as it meets them, so what one means
// can depend on those before it: a server without a port has the port of the service named by then;
// a netmask before an IPv6 service is forgotten. Which options go together is legality.hh's. Not
// for other rooms.

#include "emulator/ipvs/legality.hh"
#include "emulator/ipvs/resolver.hh"

namespace lvslab::ipvs {

class Draft {
 public:
  explicit Draft(const Resolver& resolver) : resolver_(resolver) {}

  // An option other than a command's. Throws Refusal.
  void take(const Option& option, const std::optional<std::string>& value);
  void take_role(const Option& command, const std::string& role);
  void take_timeouts(const std::vector<std::string>& arguments);
  // What is judged when the line has been read.
  void settle_flags();
  void check_service() const;
  void settle_destination();

  Subjects given() const { return given_; }
  ServiceKey key() const;
  Service service() const;
  // False: no kernel knows its scheduler or persistence engine, so service() is not all it says.
  bool known() const;
  const Destination& destination() const { return destination_; }
  const Daemon& daemon() const { return daemon_; }
  const SetTimeouts& timeouts() const { return timeouts_; }

 private:
  struct Place {
    std::optional<Family> family;
    Endpoint end;
  };
  void take_service_value(const Option& option, const std::optional<std::string>& value);
  void take_server_value(const Option& option, const std::string& value);
  void take_daemon_value(const Option& option, const std::string& value);
  void take_group(const std::string& value);
  void take_netmask(const std::string& value);
  bool read_place(std::string text, Place& place) const;
  bool read_port(const std::string& text, Place& place) const;
  std::optional<IpAddress> v4_address(const std::string& text) const;

  const Resolver& resolver_;
  Subjects given_ = 0;

  Place virtual_;
  uint8_t protocol_ = 0;
  uint32_t mark_ = 0;              // 0: none
  uint32_t netmask_ = 0xffffffff;  // IPv4: host order; IPv6: prefix length
  std::string scheduler_, engine_, flag_names_;
  SchedulerFlags flags_;
  std::optional<uint32_t> persistence_;
  bool one_packet_ = false;

  Place real_;
  Destination destination_;
  Daemon daemon_;
  SetTimeouts timeouts_;
};

}  // namespace lvslab::ipvs
