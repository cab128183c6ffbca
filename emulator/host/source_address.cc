#include "emulator/host/source_address.hh"

#include <algorithm>
#include <bit>
#include <tuple>

namespace lvslab::host {

using wire::IpAddress;
using wire::Prefix;

namespace {

// Scopes as multicast addresses write them (RFC 4291, 2.7).
int scope_of(const IpAddress& address) {
  constexpr int kLinkLocal = 2, kSiteLocal = 5, kGlobal = 14;
  if (address.is_multicast()) return address.bytes()[1] & 0x0f;
  if (address.is_link_local() || address.is_loopback()) return kLinkLocal;
  const bool site = address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0xc0;
  return site ? kSiteLocal : kGlobal;
}

// RFC 6724, 2.1: the labels of the default policy table that Linux has.
int label_of(const IpAddress& address) {
  struct Label {
    Prefix prefix;
    int label;
  };
  static const std::vector<Label> labels = {
      {*Prefix::parse("::1/128"), 0},     {*Prefix::parse("2002::/16"), 2},
      {*Prefix::parse("::/96"), 3},       {*Prefix::parse("::ffff:0:0/96"), 4},
      {*Prefix::parse("fc00::/7"), 5},    {*Prefix::parse("2001::/32"), 6},
      {*Prefix::parse("2001:10::/28"), 7}};
  for (const Label& each : labels)
    if (each.prefix.contains(address)) return each.label;
  return 1;
}

int common_bits(const IpAddress& a, const IpAddress& b) {
  for (size_t i = 0; i < 16; ++i) {
    const auto differs = static_cast<uint8_t>(a.bytes()[i] ^ b.bytes()[i]);
    if (differs != 0) return static_cast<int>(i * 8) + std::countl_zero(differs);
  }
  return 128;
}

// The larger the better, rule by rule.
std::tuple<bool, int, bool, bool, int> score(const SourceCandidate& candidate,
                                             const IpAddress& target) {
  const IpAddress& address = candidate.address.address;
  const int scope = scope_of(address);
  const int wanted = scope_of(target);
  // Rule 2: the smallest scope that reaches the target; else the widest there is.
  const int reach = scope >= wanted ? -scope : scope - 128;
  // Rule 8: what lies beyond the source's own prefix says nothing.
  const int match =
      std::min(common_bits(address, target), static_cast<int>(candidate.address.length));
  return {address == target, reach, candidate.outgoing, label_of(address) == label_of(target),
          match};
}

}  // namespace

std::optional<IpAddress> choose_source(const std::vector<SourceCandidate>& candidates,
                                       const IpAddress& target) {
  const auto best = std::max_element(candidates.begin(), candidates.end(),
                                     [&](const SourceCandidate& a, const SourceCandidate& b) {
                                       return score(a, target) < score(b, target);
                                     });
  if (best == candidates.end()) return {};
  return best->address.address;
}

}  // namespace lvslab::host
