#pragma once
// Rules without a director behind them: services and servers as values, with what the kernel (Linux
// 6.1) refuses and in the order in which it looks. So ipvsadm's language and listings are compared
// whole, whatever the embedded director supports.

#include <list>

#include "emulator/ipvs/rules.hh"

namespace lvslab::conformance {

class PlainRules : public ipvs::Rules {
 public:
  void apply(const ipvs::Command& command) override;
  std::vector<ipvs::ServiceStatus> services() const override { return services_; }
  std::vector<ipvs::ConnectionStatus> connections() const override { return {}; }
  ipvs::TimeoutStatus timeouts() const override { return timeouts_; }
  ipvs::DaemonStatus daemons() const override { return daemons_; }

 private:
  using Services = std::vector<ipvs::ServiceStatus>;
  Services::iterator find(const ipvs::ServiceKey& key);
  ipvs::ServiceStatus& required(const ipvs::ServiceKey& key, const char* otherwise);
  void refuse_mixed(const ipvs::ServiceKey& key, const ipvs::Destination& server) const;
  bool has_mixed() const;

  void act(const ipvs::AddService& command);
  void act(const ipvs::EditService& command);
  void act(const ipvs::DeleteService& command);
  void act(const ipvs::AddDestination& command);
  void act(const ipvs::EditDestination& command);
  void act(const ipvs::DeleteDestination& command);
  void act(const ipvs::Clear& command);
  void act(const ipvs::SetTimeouts& command);
  void act(const ipvs::Zero& command);
  void act(const ipvs::StartDaemon& command);
  void act(const ipvs::StopDaemon& command);

  Services services_;
  ipvs::TimeoutStatus timeouts_;
  ipvs::DaemonStatus daemons_;
};

}  // namespace lvslab::conformance
