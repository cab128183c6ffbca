#pragma once
// Small questions to a lab's evidence. What a frame means is not asked here: that is scenario's.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/fabric/sighting.hh"

namespace lvslab::fabric {

std::string_view name_of(Direction direction);  // "sent", "received"

std::optional<uint32_t> find_port(const Evidence& evidence, std::string_view host,
                                  std::string_view interface);
// Index and name agree with Evidence::ports; an index beyond it gives "?:?".
const PortName& port_of(const Evidence& evidence, uint32_t port);
std::vector<uint32_t> ports_of(const Evidence& evidence, std::string_view host);

// [first, end), cut to the sightings that are there.
std::span<const Sighting> slice(const Evidence& evidence, size_t first, size_t end);

}  // namespace lvslab::fabric
