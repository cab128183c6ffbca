#include "emulator/node/director_rules.hh"

namespace lvslab::node {

void DirectorRules::apply(const ipvs::Command& command) {
  try {
    node_.apply(command, now_);
  } catch (const director::CommandError& refused) {
    throw ipvs::Refused(refused.what());
  }
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
