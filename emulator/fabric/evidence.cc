#include "emulator/fabric/evidence.hh"

#include <algorithm>

namespace lvslab::fabric {

std::string_view name_of(Direction direction) {
  return direction == Direction::sent ? "sent" : "received";
}

std::optional<uint32_t> find_port(const Evidence& evidence, std::string_view host,
                                  std::string_view interface) {
  for (uint32_t i = 0; i < evidence.ports.size(); ++i)
    if (evidence.ports[i].host == host && evidence.ports[i].interface == interface) return i;
  return {};
}

const PortName& port_of(const Evidence& evidence, uint32_t port) {
  static const PortName unknown{"?", "?"};
  return port < evidence.ports.size() ? evidence.ports[port] : unknown;
}

std::vector<uint32_t> ports_of(const Evidence& evidence, std::string_view host) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < evidence.ports.size(); ++i)
    if (evidence.ports[i].host == host) found.push_back(i);
  return found;
}

std::span<const Sighting> slice(const Evidence& evidence, size_t first, size_t end) {
  end = std::min(end, evidence.sightings.size());
  first = std::min(first, end);
  return std::span(evidence.sightings).subspan(first, end - first);
}

}  // namespace lvslab::fabric
