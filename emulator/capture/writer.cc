#include "emulator/capture/writer.hh"

#include <algorithm>
#include <array>
#include <cassert>

#include "emulator/capture/atomic_file.hh"
#include "emulator/capture/format.hh"

namespace lvslab::capture {

namespace {
constexpr size_t kMostOption = 0xffff;
constexpr uint8_t kNanoseconds = 9;  // if_tsresol: units of 10^-9 s
constexpr uint64_t kWholeSectionUnknown = ~uint64_t{0};

// At most `most` bytes, not ending inside a UTF-8 sequence.
size_t cut(const std::string& text, size_t most) {
  if (text.size() <= most) return text.size();
  const auto continues = [&](size_t at) { return (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80; };
  size_t length = most;
  while (length > 0 && most - length < 4 && continues(length)) --length;
  return continues(length) ? most : length;
}

uint32_t flags_of(const fabric::Sighting& sighting) {
  uint32_t flags = sighting.direction == fabric::Direction::sent ? kFlagOutbound : kFlagInbound;
  if (sighting.partial_checksum) flags |= kFlagChecksumNotReady;
  if (sighting.segment_size != 0) flags |= kFlagSegmentationOffload;
  return flags;
}

std::string description_of(const fabric::PortName& port) {
  return port.interface + " of " + port.host + ", as " + port.host + " sees it";
}
}  // namespace

PcapngWriter::PcapngWriter(std::ostream& out, const std::vector<fabric::PortName>& ports,
                           const FileInfo& info)
    : out_(out), ports_(ports.size()), epoch_(info.epoch) {
  section_header(info);
  for (size_t i = 0; i < ports.size(); ++i) {
    const bool given = i < info.descriptions.size() && !info.descriptions[i].empty();
    interface_description(ports[i], given ? info.descriptions[i] : description_of(ports[i]));
  }
}

void PcapngWriter::section_header(const FileInfo& info) {
  begin(kSectionHeader);
  put32(kByteOrderMagic);
  put16(1);  // version 1.0
  put16(0);
  put64_halves(kWholeSectionUnknown);
  if (!info.comment.empty()) option(kOptComment, info.comment);
  option(kShbApplication, info.application);
  option(kOptEnd, Bytes());
  end();
}

void PcapngWriter::interface_description(const fabric::PortName& port,
                                         const std::string& description) {
  begin(kInterfaceDescription);
  put16(kLinkEthernet);
  put16(0);
  put32(kSnapLength);
  option(kIfName, port.to_string());
  option(kIfDescription, description);
  option(kIfResolution, Bytes(&kNanoseconds, 1));
  option(kOptEnd, Bytes());
  end();
}

void PcapngWriter::write(const fabric::Sighting& sighting) {
  assert(sighting.port < ports_ && "a sighting at a port that the file does not describe");
  const auto since_1970 = sighting.at.time_since_epoch() + epoch_;
  const auto kept = std::min<size_t>(sighting.bytes.size(), kSnapLength);
  begin(kEnhancedPacket);
  put32(sighting.port);
  put64_halves(static_cast<uint64_t>(std::max<Duration::rep>(since_1970.count(), 0)));
  put32(static_cast<uint32_t>(kept));
  put32(static_cast<uint32_t>(sighting.bytes.size()));
  put_padded(Bytes(sighting.bytes).first(kept));
  if (!sighting.comment.empty()) option(kOptComment, sighting.comment);
  std::array<uint8_t, 4> flags{};
  store_le32(flags.data(), flags_of(sighting));
  option(kEpbFlags, flags);
  option(kOptEnd, Bytes());
  end();
}

void PcapngWriter::finish(uint64_t lost) {
  if (lost == 0 || ports_ == 0) return;
  begin(kInterfaceStatistics);
  put32(0);
  put64_halves(0);
  std::array<uint8_t, 8> count{};
  store_le32(count.data(), static_cast<uint32_t>(lost));
  store_le32(count.data() + 4, static_cast<uint32_t>(lost >> 32));
  option(kOptComment, "frames that the capture of the whole lab lost");
  option(kIsbOsDrop, count);
  option(kOptEnd, Bytes());
  end();
}

void PcapngWriter::begin(uint32_t type) {
  block_.clear();
  put32(type);
  put32(0);  // the length: end() knows it
}

void PcapngWriter::end() {
  const auto length = static_cast<uint32_t>(block_.size() + 4);
  put32(length);
  store_le32(block_.data() + 4, length);
  out_.write(static_cast<const char*>(static_cast<const void*>(block_.data())),
             static_cast<std::streamsize>(block_.size()));
}

void PcapngWriter::put16(uint16_t value) {
  block_.resize(block_.size() + 2);
  store_le16(block_.data() + block_.size() - 2, value);
}

void PcapngWriter::put32(uint32_t value) {
  block_.resize(block_.size() + 4);
  store_le32(block_.data() + block_.size() - 4, value);
}

void PcapngWriter::put64_halves(uint64_t value) {
  put32(static_cast<uint32_t>(value >> 32));
  put32(static_cast<uint32_t>(value));
}

void PcapngWriter::put_padded(Bytes bytes) {
  block_.insert(block_.end(), bytes.begin(), bytes.end());
  block_.resize(block_.size() + padded(bytes.size()) - bytes.size());
}

void PcapngWriter::option(uint16_t code, Bytes value) {
  put16(code);
  put16(static_cast<uint16_t>(value.size()));
  put_padded(value);
}

void PcapngWriter::option(uint16_t code, const std::string& text) {
  const auto length = cut(text, kMostOption);
  const auto* at = static_cast<const uint8_t*>(static_cast<const void*>(text.data()));
  option(code, Bytes(at, length));
}

void write_file(const std::string& path, const fabric::Evidence& evidence, const FileInfo& info) {
  AtomicFile file(path);
  PcapngWriter writer(file.stream(), evidence.ports, info);
  for (const auto& sighting : evidence.sightings) writer.write(sighting);
  writer.finish(evidence.lost);
  file.commit();
}

}  // namespace lvslab::capture
