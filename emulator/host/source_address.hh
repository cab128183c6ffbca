#pragma once
// Which of a host's IPv6 addresses speaks to whom: RFC 6724, section 5, as far as addresses without
// lifetimes, privacy or mobility have a say (rules 1, 2, 5, 6 and 8), and as Linux breaks ties.

#include <optional>
#include <vector>

#include "emulator/wire/address.hh"

namespace lvslab::host {

struct SourceCandidate {
  wire::Prefix address;
  bool outgoing = false;  // on the interface that the packet leaves by
};

// The best candidate for `target`, the first among equals; nothing without candidates. Link-local
// addresses are candidates of their own interface alone.
std::optional<wire::IpAddress> choose_source(const std::vector<SourceCandidate>& candidates,
                                             const wire::IpAddress& target);

}  // namespace lvslab::host
