#include "emulator/conform/masks.hh"

#include <algorithm>
#include <array>

#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"

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

// The id of a packet that the director itself made: an ICMP message, an outer header. One that it
// forwards has the id it came with, and must.
void hide_own_id(Bytes input, MutableBytes ours, MutableBytes kernels) {
  if (!is_ipv4(ours) || !is_ipv4(kernels)) return;
  if (!header_sum_is_good(ours) || !header_sum_is_good(kernels)) return;
  const uint16_t a = load_be16(&ours[kIp + 4]), b = load_be16(&kernels[kIp + 4]);
  const bool forwarded =
      is_ipv4(input) && (load_be16(&input[kIp + 4]) == a || load_be16(&input[kIp + 4]) == b);
  if (a == b || forwarded) return;
  for (const MutableBytes frame : {ours, kernels}) {
    store_be16(&frame[kIp + 4], 0);
    store_be16(&frame[kIp + 10], 0);
  }
  // What else differs in the header is still seen: only id and the sum that follows from it go.
}

// GUE: UDP to a tunnel's port, whose source port is a hash of the flow with a secret of the boot.
void hide_gue_port(Bytes, MutableBytes ours, MutableBytes kernels) {
  constexpr size_t kUdp = kIp + 20;
  for (const MutableBytes frame : {ours, kernels}) {
    if (!is_ipv4(frame) || frame[kIp + 9] != 17 || frame.size() < kUdp + 8) return;
    // Cut short behind the UDP header where it is a fragment: then the port it goes to must do.
    if (frame.size() < kUdp + 12) continue;
    const uint32_t gue = load_be32(&frame[kUdp + 8]);
    if (gue != 0x00040000 && gue != 0x00290000) return;
  }
  // With a checksum it follows from the port.
  const bool both = load_be16(&ours[kUdp + 6]) != 0 && load_be16(&kernels[kUdp + 6]) != 0;
  for (const MutableBytes frame : {ours, kernels}) {
    store_be16(&frame[kUdp], 0);
    if (both) store_be16(&frame[kUdp + 6], 0);
  }
}

// The values of a time stamp option (RFC 791, 3.1), and the header sum that follows from them.
// Pointer, addresses and overflow count are compared.
void hide_time_stamps(Bytes, MutableBytes ours, MutableBytes kernels) {
  constexpr uint8_t kTimeStamp = 68, kEnd = 0, kNoOperation = 1;
  for (const MutableBytes frame : {ours, kernels}) {
    if (!is_ipv4(frame) || !header_sum_is_good(frame)) return;
  }
  for (const MutableBytes frame : {ours, kernels}) {
    const size_t end = kIp + (frame[kIp] & 15U) * 4U;
    for (size_t at = kIp + 20; at + 4 <= end && frame[at] != kEnd;) {
      const size_t length = frame[at] == kNoOperation ? 1 : frame[at + 1];
      if (length == 0 || at + length > end) break;
      if (frame[at] == kTimeStamp && length >= 8) {
        const size_t entry = frame[at + 3] & 15U ? 8 : 4;
        for (size_t stamp = at + 4 + entry - 4; stamp + 4 <= at + length; stamp += entry)
          store_be32(&frame[stamp], 0);
        store_be16(&frame[kIp + 10], 0);
      }
      at += length;
    }
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
