#include "emulator/scenario/checksums.hh"

#include <algorithm>
#include <cstdio>

#include "emulator/wire/checksum.hh"
#include "emulator/wire/view.hh"

namespace lvslab::scenario {

namespace {

constexpr uint16_t kRight = 0xffff;  // the folded sum of what carries a right checksum

// Fills in all but `judged` for a checksum at `at` over `covered`, beside a pseudo header's sum.
Sum sum_over(std::string_view of, Bytes frame, size_t at, const Part& covered, uint64_t pseudo) {
  const uint64_t total = wire::checksum_sum(frame.subspan(covered.at, covered.size), pseudo);
  Sum sum;
  sum.of = of;
  sum.at = at;
  sum.stored = load_be16(frame.data() + at);
  sum.residue = wire::checksum_fold(total);
  sum.wanted = wire::checksum_finish(total + static_cast<uint16_t>(~sum.stored));
  sum.right = sum.residue == kRight;
  return sum;
}

void add_header(Sums& sums, std::string_view of, const Layers& layers,
                const std::optional<IpHeader>& ip) {
  if (!ip || ip->version != 4) return;
  constexpr size_t kOffset = 10;
  Sum sum = sum_over(of, layers.frame, ip->at + kOffset, {ip->at, ip->header}, 0);
  sum.judged = of != "quoted";
  sums.add(sum);
}

// What the transport checksum covers of this frame. A UDP length that cannot be (RFC 768: at least
// 8, at most what the packet holds) is not believed: all of the packet is then covered.
Part covered(const Layers& layers) {
  const IpHeader& ip = *layers.ip;
  const Part all{ip.body(), ip.total - ip.header};
  if (!layers.udp) return all;
  const size_t length = load_be16(layers.frame.data() + layers.udp->at + 4);
  if (ip.is_fragment() || length < layers.udp->size || length > all.size) return all;
  return {all.at, length};
}

void add_transport(Sums& sums, const Layers& layers, bool partial) {
  const auto& header = layers.tcp ? layers.tcp : layers.udp ? layers.udp : layers.icmp;
  if (!header) return;
  const std::string_view name = layers.tcp ? "tcp" : layers.udp ? "udp" : "icmp";
  const size_t offset = layers.tcp ? 16 : layers.udp ? 6 : 2;
  const IpHeader& ip = *layers.ip;
  const Part part = covered(layers);
  const bool pseudo = !layers.icmp || ip.version == 6;  // ICMPv4 has no pseudo header (RFC 792)
  const uint64_t start = pseudo ? wire::pseudo_header_sum(ip.source, ip.destination, ip.protocol,
                                                          static_cast<uint32_t>(part.size))
                                : 0;
  Sum sum = sum_over(name, layers.frame, header->at + offset, part, start);
  if (layers.udp && sum.wanted == 0) sum.wanted = 0xffff;  // RFC 768: zero means none
  sum.absent = layers.udp && sum.stored == 0 && ip.version == 4;
  sum.judged = !partial && !ip.is_fragment() && !sum.absent;
  // Zero is no sum that a UDP sender writes: over IPv6 it is wrong (RFC 8200, 8.1).
  if (layers.udp && sum.stored == 0) sum.right = false;
  sums.add(sum);
}

}  // namespace

std::string Sum::to_string() const {
  char text[96];
  std::snprintf(text, sizeof text, "%.*s checksum 0x%04x, right would be 0x%04x",
                static_cast<int>(of.size()), of.data(), stored, wanted);
  return text;
}

Sums sums_of(const Layers& layers, bool partial) {
  Sums sums;
  add_header(sums, "outer", layers, layers.outer);
  add_header(sums, "ip", layers, layers.ip);
  add_transport(sums, layers, partial);
  add_header(sums, "quoted", layers, layers.quoted);
  for (Sum& sum : sums) sum.right = sum.right && sum.judged;
  return sums;
}

}  // namespace lvslab::scenario
