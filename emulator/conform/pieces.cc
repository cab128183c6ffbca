#include "emulator/conform/pieces.hh"

#include "emulator/wire/checksum.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"

namespace lvslab::conform {

namespace {

constexpr size_t kIp = wire::kEthernetSize;

std::optional<wire::Ipv4View> fragment_in(const SentFrame& frame) {
  if (frame.bytes.size() < kIp || load_be16(&frame.bytes[12]) != wire::ethertype::kIpv4) return {};
  const auto ip = wire::Ipv4View::over(Bytes(frame.bytes).subspan(kIp));
  if (!ip || !ip->is_fragment()) return {};
  if (!wire::checksum_ok(Bytes(ip->data(), ip->header_length()))) return {};
  return ip;
}

std::vector<uint8_t> bare_header(wire::Ipv4View ip) {
  std::vector<uint8_t> header(ip.data(), ip.data() + ip.header_length());
  store_be16(&header[4], 0);
  store_be16(&header[10], 0);
  return header;
}

}  // namespace

std::optional<Gathered> gather(std::span<const SentFrame> frames) {
  Gathered gathered;
  size_t at = 0;  // in the payload
  for (const SentFrame& frame : frames) {
    const auto ip = fragment_in(frame);
    if (!ip || ip->fragment_offset() != at) return {};
    if (at == 0) {
      gathered.whole = frame;
      gathered.whole.bytes.resize(kIp + ip->header_length());
    }
    std::vector<uint8_t>& whole = gathered.whole.bytes;
    if (frame.port != gathered.whole.port || load_be16(&whole[kIp + 4]) != ip->id()) return {};
    whole.insert(whole.end(), ip->payload().begin(), ip->payload().end());
    gathered.headers.push_back(bare_header(*ip));
    at += ip->payload().size();
    if (ip->more_fragments()) continue;
    const size_t header = (whole[kIp] & 15U) * 4U;
    store_be16(&whole[kIp + 2], static_cast<uint16_t>(whole.size() - kIp));
    store_be16(&whole[kIp + 6], 0);
    store_be16(&whole[kIp + 10], 0);
    store_be16(&whole[kIp + 10],
               wire::checksum_finish(wire::checksum_sum(Bytes(whole).subspan(kIp, header), 0)));
    gathered.pieces = gathered.headers.size();
    return gathered;
  }
  return {};
}

}  // namespace lvslab::conform
