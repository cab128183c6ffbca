#include "emulator/host/extension_check.hh"

#include <algorithm>

#include "emulator/wire/icmpv6.hh"

namespace lvslab::host {

namespace icmp = wire::icmpv6;
using Fault = std::optional<ExtensionFault>;

namespace {

constexpr int kOptionsBound = 8;     // net.ipv6.max_hbh_opts_number, max_dst_opts_number
constexpr size_t kPaddingBound = 7;  // bytes: more is a way to carry data

Fault silent() {
  return ExtensionFault{DropReason::bad_options};
}

Fault problem(DropReason reason, uint8_t code, size_t at) {
  return ExtensionFault{reason,
                        IcmpError{icmp::kParameterProblem, code, static_cast<uint32_t>(at), {}}};
}

// RFC 8200, 4.2: what to do with an option that is not known, by its two highest bits.
Fault unknown_option(Bytes packet, size_t at) {
  const unsigned action = packet[at] >> 6;
  if (action == 0) return {};
  const bool group = wire::Ipv6View::over_quoted(packet)->destination().is_multicast();
  if (action == 1 || (action == 3 && group)) return silent();
  return problem(DropReason::bad_options, icmp::kUnknownOption, at);
}

// RFC 2675, 2 and 3. A packet of more than 65,535 bytes does not come by here, so that every jumbo
// payload is wrong in one way or the other.
Fault jumbo_payload(Bytes packet, Bytes option, size_t at) {
  constexpr size_t kLargest = 65535;
  if (option.size() != 6 || (at & 3) != 2) return silent();
  if (load_be32(option.data() + 2) <= kLargest)
    return problem(DropReason::bad_options, icmp::kHeaderField, at + 2);
  if (wire::Ipv6View::over_quoted(packet)->payload_length() != 0)
    return problem(DropReason::bad_options, icmp::kHeaderField, at);
  return silent();
}

Fault check_option(Bytes packet, bool hop_by_hop, Bytes option, size_t at) {
  constexpr uint8_t kRouterAlert = 5;  // RFC 2711
  constexpr uint8_t kJumboPayload = 0xc2;
  if (hop_by_hop && option[0] == kRouterAlert) return option.size() == 4 ? Fault{} : silent();
  if (hop_by_hop && option[0] == kJumboPayload) return jumbo_payload(packet, option, at);
  return unknown_option(packet, at);
}

Fault check_options(Bytes packet, const wire::ExtensionWalk& walk) {
  constexpr uint8_t kPad1 = 0, kPadN = 1;
  const Bytes header = walk.header();
  const bool hop_by_hop = walk.type() == wire::next_header::kHopByHop;
  size_t padding = 0;
  int options = 0;
  for (size_t at = 2; at < header.size();) {
    const bool pad1 = header[at] == kPad1;
    const size_t left = header.size() - at;
    const size_t length = pad1 ? 1 : left < 2 ? left + 1 : header[at + 1] + size_t{2};
    if (length > left) return silent();
    const Bytes option = header.subspan(at, length);
    if (pad1 || option[0] == kPadN) {
      padding += length;
      const auto nonzero = [](uint8_t byte) { return byte != 0; };
      const bool hides = !pad1 && std::any_of(option.begin() + 2, option.end(), nonzero);
      if (padding > kPaddingBound || hides) return silent();
    } else {
      padding = 0;
      if (++options > kOptionsBound) return silent();
      if (Fault fault = check_option(packet, hop_by_hop, option, walk.at() + at)) return fault;
    }
    at += length;
  }
  return {};
}

// Types 3 and 4 are switched off (net.ipv6.conf.*.rpl_seg_enabled, seg6_enabled), whatever is left
// of them; type 2 is for mobile nodes alone.
Fault check_routing(const wire::ExtensionWalk& walk) {
  constexpr uint8_t kMobility = 2, kRpl = 3, kSegments = 4;
  const uint8_t type = walk.header()[2];
  const bool used_up = walk.header()[3] == 0;
  if (type == kRpl || type == kSegments) return ExtensionFault{DropReason::source_route};
  if (used_up) return {};
  if (type == kMobility) return ExtensionFault{DropReason::source_route};
  // At the type, not at the segments left, as RFC 8200 has it: so Linux 6.1 says.
  return problem(DropReason::source_route, icmp::kHeaderField, walk.at() + 2);
}

}  // namespace

Fault check_extension(Bytes packet, const wire::ExtensionWalk& walk) {
  if (walk.size() == 0) return ExtensionFault{};
  if (walk.type() == wire::next_header::kRouting) return check_routing(walk);
  return check_options(packet, walk);
}

}  // namespace lvslab::host
