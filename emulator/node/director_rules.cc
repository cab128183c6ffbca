#include "emulator/node/director_rules.hh"

namespace lvslab::node {

void DirectorRules::apply(const ipvs::Command& command) {
  if (const auto refusal = node_.try_apply(command, now_)) throw ipvs::Refused(refusal);
}

std::vector<ipvs::ServiceStatus> DirectorRules::services() const {
  return node_.director().services();
}

std::vector<ipvs::ConnectionStatus> DirectorRules::connections() const {
  return node_.director().connections(now_);
}

ipvs::TimeoutStatus DirectorRules::timeouts() const {
  return node_.director().timeouts();
}

ipvs::DaemonStatus DirectorRules::daemons() const {
  return node_.director().daemons();
}

}  // namespace lvslab::node
