#include "emulator/host/options.hh"

#include <algorithm>

#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

namespace {

constexpr uint8_t kEnd = 0;
constexpr uint8_t kNoOperation = 1;
constexpr uint8_t kRecordRoute = 7;
constexpr uint8_t kLooseRoute = 131;
constexpr uint8_t kStrictRoute = 137;
constexpr uint8_t kCopied = 0x80;

// Calls visit(option, its bytes) for all options but end and no-operation; stops when it gives
// false. Returns the offset of an option whose length is wrong.
template <class Visit>
std::optional<uint8_t> walk(MutableBytes header, Visit visit) {
  size_t at = wire::kIpv4Size;
  while (at < header.size() && header[at] != kEnd) {
    if (header[at] == kNoOperation) {
      ++at;
      continue;
    }
    const size_t left = header.size() - at;
    if (left < 2 || header[at + 1] < 2 || header[at + 1] > left) return static_cast<uint8_t>(at);
    const size_t length = header[at + 1];
    if (!visit(at, header.subspan(at, length))) return static_cast<uint8_t>(at + 2);
    at += length;
  }
  return {};
}

// False: the pointer is wrong. A full list passes unchanged.
bool record(MutableBytes option, const wire::IpAddress& recorder, bool& changed) {
  if (option.size() < 3 || option[2] < 4) return false;
  const size_t pointer = option[2];  // from 1
  if (pointer > option.size()) return true;
  if (pointer + 3 > option.size()) return false;
  recorder.store(option.data() + pointer - 1);
  option[2] = static_cast<uint8_t>(pointer + 4);
  changed = true;
  return true;
}

MutableBytes header_of(wire::Frame& packet) {
  return packet.bytes().first(wire::Ipv4View::over(packet.bytes())->header_length());
}

}  // namespace

OptionsResult take_options(wire::Frame& packet, const wire::IpAddress& recorder) {
  OptionsResult result;
  bool changed = false;
  result.malformed_at = walk(header_of(packet), [&](size_t, MutableBytes option) {
    if (option[0] == kLooseRoute || option[0] == kStrictRoute) result.source_route = true;
    return option[0] != kRecordRoute || record(option, recorder, changed);
  });
  if (changed) wire::Ipv4Edit::over(packet.bytes())->fill_checksum();
  return result;
}

void keep_copied_options(wire::Frame& packet) {
  walk(header_of(packet), [](size_t, MutableBytes option) {
    if (!(option[0] & kCopied)) std::fill(option.begin(), option.end(), kNoOperation);
    return true;
  });
}

}  // namespace lvslab::host
