#pragma once
// A director as ipvsadm's runner speaks to it, at one instant. Holds references, nothing else.

#include "emulator/ipvs/rules.hh"
#include "emulator/node/director_node.hh"

namespace lvslab::node {

class DirectorRules final : public ipvs::Rules {
 public:
  // The node must outlive it.
  DirectorRules(DirectorNode& node, Time now) : node_(node), now_(now) {}

  void apply(const ipvs::Command& command) override;
  std::vector<ipvs::ServiceStatus> services() const override;
  std::vector<ipvs::ConnectionStatus> connections() const override;
  ipvs::TimeoutStatus timeouts() const override;
  ipvs::DaemonStatus daemons() const override;

 private:
  DirectorNode& node_;
  Time now_;
};

}  // namespace lvslab::node
