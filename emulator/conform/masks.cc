#include "emulator/conform/masks.hh"

#include <algorithm>
#include <array>
#include <vector>

#include "emulator/conform/nesting.hh"
#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

constexpr size_t kIp = wire::kEthernetSize;

bool is_ipv4(Bytes frame) {
  return frame.size() >= kIp + 20 && load_be16(&frame[12]) == wire::ethertype::kIpv4;
}

bool header_sum_is_good(Bytes frame) {
  const size_t header = (frame[kIp] & 15U) * 4U;
  return header >= 20 && kIp + header <= frame.size() &&
         wire::checksum_ok(frame.subspan(kIp, header));
}

// Of the same protocol, and ICMP messages of the same type: the one may be the other, sent on.
bool are_alike(Bytes a, Bytes b) {
  if (a[kIp + 9] != b[kIp + 9]) return false;
  const size_t at = kIp + (a[kIp] & 15U) * 4U, bt = kIp + (b[kIp] & 15U) * 4U;
  const bool icmp = a[kIp + 9] == wire::proto::kIcmp && at < a.size() && bt < b.size();
  return !icmp || a[at] == b[bt];
}

// The id of a packet that the director itself made: an ICMP message, an outer header. One that it
// forwards has the id it came with, and must.
void hide_own_id(Bytes input, MutableBytes ours, MutableBytes kernels) {
  if (!is_ipv4(ours) || !is_ipv4(kernels)) return;
  if (!header_sum_is_good(ours) || !header_sum_is_good(kernels)) return;
  const uint16_t a = load_be16(&ours[kIp + 4]), b = load_be16(&kernels[kIp + 4]);
  // Alike: a number of its own may by chance be that of what came in.
  const bool forwarded = is_ipv4(input) && are_alike(input, ours) &&
                         (load_be16(&input[kIp + 4]) == a || load_be16(&input[kIp + 4]) == b);
  if (a == b || forwarded) return;
  for (const MutableBytes frame : {ours, kernels}) {
    store_be16(&frame[kIp + 4], 0);
    store_be16(&frame[kIp + 10], 0);
  }
  // What else differs in the header is still seen: only id and the sum that follows from it go.
}

// Both have one, or neither shows it.
bool both_say(MutableBytes ours, MutableBytes kernels, size_t at) {
  return load_be16(&ours[at]) != 0 && load_be16(&kernels[at]) != 0;
}

void clear16(MutableBytes ours, MutableBytes kernels, size_t at) {
  store_be16(&ours[at], 0);
  store_be16(&kernels[at], 0);
}

// GUE: UDP whose source port is a hash of the flow with a secret of the boot.
void hide_gue_port(Bytes, MutableBytes ours, MutableBytes kernels) {
  const auto mine = ip_headers_of(ours), theirs = ip_headers_of(kernels);
  if (mine.empty() || theirs.empty() || mine[0].payload != theirs[0].payload) return;
  const size_t udp = mine[0].payload;
  const bool seen = mine[0].gue_at && theirs[0].gue_at;
  // Cut short behind the UDP header where it is a fragment: then the port it goes to must do.
  const bool cut = !mine[0].v6 && ours[kIp + 9] == 17 && ours.size() >= udp + wire::kUdpSize &&
                   ours.size() < udp + wire::kUdpSize + 4;
  if (!seen && !cut) return;
  // With a checksum it follows from the port.
  if (both_say(ours, kernels, udp + 6)) clear16(ours, kernels, udp + 6);
  clear16(ours, kernels, udp);
}

// By how much the header's checksum is off, as its sum says: what an error quotes may be so.
uint16_t header_sum(Bytes frame, const NestedIp& ip) {
  return wire::checksum_fold(wire::checksum_sum(frame.subspan(ip.at, (frame[ip.at] & 15U) * 4U)));
}

// The values of an IPv4 header's time stamp option (RFC 791, 3.1). False: it has none.
bool clear_stamps(MutableBytes frame, const NestedIp& ip) {
  constexpr uint8_t kTimeStamp = 68, kEnd = 0, kNoOperation = 1;
  bool found = false;
  const size_t end = ip.payload;
  for (size_t at = ip.at + wire::kIpv4Size; at + 4 <= end && frame[at] != kEnd;) {
    const size_t length = frame[at] == kNoOperation ? 1 : frame[at + 1];
    if (length == 0 || at + length > end) break;
    if (frame[at] == kTimeStamp && length >= 8) {
      found = true;
      const size_t entry = frame[at + 3] & 15U ? 8 : 4;
      for (size_t stamp = at + entry; stamp + 4 <= at + length; stamp += entry)
        store_be32(&frame[stamp], 0);
    }
    at += length;
  }
  return found;
}

// Time stamps, in every header of the frame, and the sums that follow from them. Pointer, addresses
// and overflow count are compared, and a sum that is not wrong by the same.
void hide_time_stamps(Bytes, MutableBytes ours, MutableBytes kernels) {
  const auto mine = ip_headers_of(ours), theirs = ip_headers_of(kernels);
  if (mine.size() != theirs.size()) return;
  std::vector<OuterSum> around;
  for (size_t i = 0; i < mine.size(); ++i) {
    if (mine[i].at != theirs[i].at || mine[i].payload != theirs[i].payload) return;
    if (mine[i].within) around.push_back(*mine[i].within);
    if (mine[i].v6 || theirs[i].v6) continue;
    const size_t sum = mine[i].at + 10;
    const bool alike = header_sum(ours, mine[i]) == header_sum(kernels, theirs[i]);
    const bool found = clear_stamps(ours, mine[i]) && clear_stamps(kernels, mine[i]);
    if (!found) continue;
    if (alike) clear16(ours, kernels, sum);
    for (const OuterSum& outer : around)
      if (both_say(ours, kernels, outer.at)) clear16(ours, kernels, outer.at);
  }
}

constexpr std::array<Mask, 3> kMasks{{
    {"own-id", "the IP id of packets that the director makes comes from a secret of the boot",
     hide_own_id},
    {"gue-port", "the source port of a GUE tunnel is a flow hash with a secret of the boot",
     hide_gue_port},
    {"time-stamp", "what an IP time stamp option says depends on the clock", hide_time_stamps},
}};

}  // namespace

std::span<const Mask> masks() {
  return kMasks;
}

// Multicast listener reports (RFC 3810, type 143 behind a hop-by-hop header): the kernel repeats
// them at random times after an address was added.
bool is_noise(Bytes frame) {
  constexpr uint8_t kHopByHop = 0, kIcmp6 = 58, kReport = 143;
  constexpr size_t kExtension = kIp + 40;
  if (frame.size() < kExtension + 16 || load_be16(&frame[12]) != wire::ethertype::kIpv6)
    return false;
  return frame[kIp + 6] == kHopByHop && frame[kExtension] == kIcmp6 &&
         frame[kExtension + 8] == kReport;
}

}  // namespace lvslab::conform
