#include "emulator/scenario/ports.hh"

#include "emulator/fabric/evidence.hh"

namespace lvslab::scenario {

PortSelector::PortSelector(const std::string& at) {
  const size_t colon = at.find(':');
  host_ = at.substr(0, colon);
  if (colon != std::string::npos) interface_ = at.substr(colon + 1);
  if (interface_ == "*") interface_.clear();
}

bool PortSelector::matches(const Study& study, uint32_t number,
                           std::optional<size_t> exchange) const {
  const fabric::PortName& port = fabric::port_of(study.evidence(), number);
  if (!interface_.empty() && interface_ != port.interface) return false;
  if (host_ == "*") return true;
  const bool any_server = host_ == "real-servers" || (host_ == "server" && !exchange);
  if (any_server) return study.is_real_server(number);
  return host_named(study, host_, exchange) == port.host;
}

bool PortSelector::possible(const Study& study) const {
  const auto ports = static_cast<uint32_t>(study.evidence().ports.size());
  for (uint32_t port = 0; port < ports; ++port)
    if (matches(study, port, std::nullopt)) return true;
  return false;
}

std::optional<size_t> exchange_of(const Study& study, const Observation& frame) {
  if (!frame.packet) return {};
  return study.packets()[*frame.packet].exchange;
}

const std::string& host_named(const Study& study, const std::string& name,
                              std::optional<size_t> exchange) {
  // A host of that name is meant, whoever asks.
  if (name == "client" && study.find_host(name)) return name;
  if (name == "client") return exchange ? study.client_of(*exchange) : host_of(study.step().action);
  if (name == "server" && exchange) return study.server_of(*exchange);
  return name;
}

}  // namespace lvslab::scenario
