#include "tests/unit/capture/sample.hh"

#include <sstream>

namespace lvslab::capture::sample {

namespace {
std::string padded_text(std::string text) {
  text.resize((text.size() + 3) / 4 * 4);
  return text;
}
}  // namespace

fabric::Evidence arp_seen_twice() {
  // Who has 192.0.2.80? Tell 192.0.2.1.
  const std::vector<uint8_t> arp{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 2,   1, 8, 6,
                                 0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,   0, 2, 1,
                                 192,  0,    2,    1,    0,    0,    0, 0, 0, 0, 192, 0, 2, 80};
  fabric::Evidence evidence;
  evidence.ports = {{"router", "eth1"}, {"director", "eth0"}};
  fabric::Sighting sent;
  sent.at = Time(Duration(1'000'000'007));
  sent.port = 0;
  sent.direction = fabric::Direction::sent;
  sent.bytes = arp;
  auto received = sent;
  received.at = Time(Duration(1'000'020'009));
  received.port = 1;
  received.direction = fabric::Direction::received;
  received.comment = "answered: 192.0.2.80 is a virtual address";
  evidence.sightings = {sent, received};
  return evidence;
}

std::string written(const fabric::Evidence& evidence, const FileInfo& info) {
  std::ostringstream out;
  PcapngWriter writer(out, evidence.ports, info);
  for (const auto& sighting : evidence.sightings) writer.write(sighting);
  writer.finish(evidence.lost);
  return out.str();
}

bool same(const fabric::Sighting& a, const fabric::Sighting& b) {
  return a.at == b.at && a.port == b.port && a.direction == b.direction && a.bytes == b.bytes &&
         a.partial_checksum == b.partial_checksum && a.segment_size == b.segment_size &&
         a.comment == b.comment;
}

std::string File::u16(uint16_t value) const {
  const auto high = static_cast<char>(value >> 8), low = static_cast<char>(value & 0xff);
  return big_ ? std::string{high, low} : std::string{low, high};
}
std::string File::u32(uint32_t value) const {
  const auto high = u16(static_cast<uint16_t>(value >> 16)),
             low = u16(static_cast<uint16_t>(value));
  return big_ ? high + low : low + high;
}
std::string File::u64(uint64_t value) const {
  const auto high = u32(static_cast<uint32_t>(value >> 32)),
             low = u32(static_cast<uint32_t>(value));
  return big_ ? high + low : low + high;
}

std::string File::option(uint16_t code, const std::string& value) const {
  return u16(code) + u16(static_cast<uint16_t>(value.size())) + padded_text(value);
}

File& File::block(uint32_t type, const std::string& body) {
  const auto length = u32(static_cast<uint32_t>(body.size() + 12));
  bytes_ += u32(type) + length + body + length;
  return *this;
}
File& File::section() {
  return block(0x0a0d0d0a, u32(0x1a2b3c4d) + u16(1) + u16(0) + u64(~uint64_t{0}));
}
File& File::interface(uint16_t link_type, uint32_t snap_length, const std::string& options) {
  return block(1, u16(link_type) + u16(0) + u32(snap_length) + options);
}
File& File::packet(uint32_t interface, uint64_t ticks, const std::string& bytes,
                   const std::string& options) {
  const auto length = u32(static_cast<uint32_t>(bytes.size()));
  return block(6, u32(interface) + u32(static_cast<uint32_t>(ticks >> 32)) +
                      u32(static_cast<uint32_t>(ticks)) + length + length + padded_text(bytes) +
                      options);
}
File& File::simple(uint32_t original_length, const std::string& bytes) {
  return block(3, u32(original_length) + padded_text(bytes));
}

}  // namespace lvslab::capture::sample
