#include "emulator/capture/reader.hh"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <limits>
#include <optional>
#include <unordered_map>
#include <vector>

#include "emulator/base/bytes.hh"
#include "emulator/base/error.hh"
#include "emulator/capture/block_reader.hh"
#include "emulator/capture/format.hh"

namespace lvslab::capture {

namespace {
__extension__ using Wide = __int128;

constexpr uint64_t kPerSecond = 1'000'000'000;

struct Interface {
  uint32_t port = 0;  // in the evidence
  uint16_t link_type = 0;
  uint32_t snap_length = 0;  // 0: no limit
  uint8_t resolution = 6;    // if_tsresol; microseconds unless said
  int64_t offset = 0;        // if_tsoffset, seconds
};

// Ticks of an interface's clock as nanoseconds since 1970; nothing beyond the year 2262.
std::optional<Time> time_of(const Interface& interface, uint64_t ticks) {
  const unsigned exponent = interface.resolution & 0x7f;
  Wide ns = static_cast<Wide>(ticks);
  if ((interface.resolution & 0x80) != 0) {
    ns = ns * kPerSecond >> exponent;
  } else if (exponent <= 9) {
    for (unsigned i = exponent; i < 9; ++i) ns *= 10;
  } else {
    for (unsigned i = 9; i < exponent && ns != 0; ++i) ns /= 10;
  }
  ns += static_cast<Wide>(interface.offset) * static_cast<Wide>(kPerSecond);
  if (ns < std::numeric_limits<Duration::rep>::min() ||
      ns > std::numeric_limits<Duration::rep>::max()) {
    return std::nullopt;
  }
  return Time(Duration(static_cast<Duration::rep>(ns)));
}

fabric::PortName port_named(const std::string& name) {
  const auto colon = name.rfind(':');
  if (colon == std::string::npos) return {name, ""};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

std::string text_of(Bytes value) {
  return std::string(value.begin(), value.end());
}

class Reader {
 public:
  Reader(std::istream& in, const std::string& name) : blocks_(in, name) {}

  fabric::Evidence read() {
    while (blocks_.next()) {
      if (blocks_.type() == kSectionHeader) section_header();
      if (blocks_.type() == kInterfaceDescription) interface_description();
      if (blocks_.type() == kEnhancedPacket) enhanced_packet();
      if (blocks_.type() == kSimplePacket) simple_packet();
      if (blocks_.type() == kInterfaceStatistics) statistics();
    }
    return std::move(evidence_);
  }

 private:
  const Order& order() const { return blocks_.order(); }
  const Interface& interface(uint32_t id) const;
  uint32_t port_for(const std::string& name);

  void section_header();
  void interface_description();
  void enhanced_packet();
  void packet_options(Bytes bytes, fabric::Sighting& sighting) const;
  void simple_packet();
  void statistics();

  BlockReader blocks_;
  std::vector<Interface> interfaces_;  // of this section
  std::unordered_map<std::string, uint32_t> ports_;
  uint32_t described_ = 0;  // interfaces so far, in the whole file
  fabric::Evidence evidence_;
};

const Interface& Reader::interface(uint32_t id) const {
  if (id >= interfaces_.size()) {
    blocks_.fail("a packet of interface " + std::to_string(id) +
                 ", which is not described before it");
  }
  const auto& found = interfaces_[id];
  if (found.link_type != kLinkEthernet) {
    blocks_.fail("a packet of link type " + std::to_string(found.link_type) +
                 "; only Ethernet (1) is read");
  }
  return found;
}

uint32_t Reader::port_for(const std::string& name) {
  const auto next = static_cast<uint32_t>(evidence_.ports.size());
  const auto [entry, added] = ports_.try_emplace(name, next);
  if (added) evidence_.ports.push_back(port_named(name));
  return entry->second;
}

void Reader::section_header() {
  const auto bytes = blocks_.body(16, "a section header");
  const auto major = order().u16(bytes.data() + 4);
  if (major != 1) blocks_.fail("pcapng version " + std::to_string(major) + "; only 1 is known");
  interfaces_.clear();
}

void Reader::interface_description() {
  const auto bytes = blocks_.body(8, "an interface description");
  Interface found;
  found.link_type = order().u16(bytes.data());
  found.snap_length = order().u32(bytes.data() + 4);
  std::string name = "interface " + std::to_string(described_++);
  blocks_.options(bytes.subspan(8), [&](uint16_t code, Bytes value) {
    if (code == kIfName && !value.empty()) name = text_of(value);
    if (code == kIfResolution && value.size() == 1) found.resolution = value[0];
    if (code == kIfOffset && value.size() == 8) {
      found.offset = static_cast<int64_t>(order().u64(value.data()));
    }
  });
  found.port = port_for(name);
  interfaces_.push_back(found);
}

void Reader::enhanced_packet() {
  const auto bytes = blocks_.body(20, "a packet");
  const auto& from = interface(order().u32(bytes.data()));
  const uint64_t high = order().u32(bytes.data() + 4);
  const size_t size = order().u32(bytes.data() + 12);
  if (padded(size) > bytes.size() - 20) {
    blocks_.fail("a packet of " + std::to_string(size) + " bytes in a block that has " +
                 std::to_string(bytes.size() - 20));
  }
  const auto at = time_of(from, high << 32 | order().u32(bytes.data() + 8));
  if (!at) blocks_.fail("a packet of a time beyond 64 bits of nanoseconds");
  fabric::Sighting sighting;
  sighting.at = *at;
  sighting.port = from.port;
  sighting.direction = fabric::Direction::received;
  sighting.bytes.assign(bytes.begin() + 20, bytes.begin() + 20 + static_cast<ptrdiff_t>(size));
  packet_options(bytes.subspan(20 + padded(size)), sighting);
  evidence_.sightings.push_back(std::move(sighting));
}

void Reader::packet_options(Bytes bytes, fabric::Sighting& sighting) const {
  blocks_.options(bytes, [&](uint16_t code, Bytes value) {
    if (code == kOptComment) {
      if (!sighting.comment.empty()) sighting.comment += '\n';
      sighting.comment += text_of(value);
    }
    if (code == kEpbFlags && value.size() == 4) {
      const auto flags = order().u32(value.data());
      if ((flags & kFlagDirection) == kFlagOutbound) sighting.direction = fabric::Direction::sent;
      sighting.partial_checksum = (flags & kFlagChecksumNotReady) != 0;
    }
  });
}

void Reader::simple_packet() {
  const auto bytes = blocks_.body(4, "a simple packet");
  const auto& from = interface(0);
  size_t size = order().u32(bytes.data());  // as it was on the wire
  if (from.snap_length != 0) size = std::min<size_t>(size, from.snap_length);
  if (size > bytes.size() - 4) {
    blocks_.fail("a packet of " + std::to_string(size) + " bytes in a block that has " +
                 std::to_string(bytes.size() - 4));
  }
  fabric::Sighting sighting;
  sighting.port = from.port;
  sighting.direction = fabric::Direction::received;
  sighting.bytes.assign(bytes.begin() + 4, bytes.begin() + 4 + static_cast<ptrdiff_t>(size));
  evidence_.sightings.push_back(std::move(sighting));
}

void Reader::statistics() {
  const auto bytes = blocks_.body(12, "interface statistics");
  const uint32_t id = order().u32(bytes.data());
  if (id >= interfaces_.size())
    blocks_.fail("statistics of interface " + std::to_string(id) +
                 ", which is not described before them");
  blocks_.options(bytes.subspan(12), [&](uint16_t code, Bytes value) {
    if (code == kIsbOsDrop && value.size() == 8) evidence_.lost += order().u64(value.data());
  });
}
}  // namespace

fabric::Evidence read_pcapng(std::istream& in, const std::string& name) {
  return Reader(in, name).read();
}

fabric::Evidence read_pcapng(const std::string& path) {
  if (path == "-") return read_pcapng(std::cin, "<stdin>");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw SystemError("read", path, errno);
  return read_pcapng(in, path);
}

}  // namespace lvslab::capture
