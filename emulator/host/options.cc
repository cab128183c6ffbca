#include "emulator/host/options.hh"

#include <algorithm>
#include <utility>

#include "emulator/wire/ipv4.hh"

namespace lvslab::host {

using wire::IpAddress;

namespace {

constexpr uint8_t kEnd = 0;
constexpr uint8_t kNoOperation = 1;
constexpr uint8_t kRecordRoute = 7;
constexpr uint8_t kTimestamp = 68;
constexpr uint8_t kLooseRoute = 131;
constexpr uint8_t kRouterAlert = 148;  // RFC 2113
constexpr uint8_t kStrictRoute = 137;
constexpr uint8_t kCopied = 0x80;
// Low half of a timestamp option's fourth byte.
constexpr uint8_t kAndAddress = 1;
constexpr uint8_t kPrespecified = 3;

// What is wrong with an option, as an offset within it.
using Fault = std::optional<size_t>;

// Calls visit(option's bytes) for all options but end and no-operation, which returns what is
// wrong. Returns the offset in the header of the first thing that is.
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
    if (const Fault fault = visit(header.subspan(at, length)))
      return static_cast<uint8_t>(at + *fault);
    at += length;
  }
  return {};
}

MutableBytes header_of(wire::Frame& packet) {
  return packet.bytes().first(wire::Ipv4View::over(packet.bytes())->header_length());
}

// Linux makes all that follows the end of the options zero. True: something was not.
bool clear_behind_end(MutableBytes header) {
  size_t at = wire::kIpv4Size;
  while (at < header.size() && header[at] != kEnd)
    at += header[at] == kNoOperation ? 1 : at + 1 < header.size() ? header[at + 1] : header.size();
  if (at >= header.size()) return false;
  const MutableBytes rest = header.subspan(at);
  const bool junk = std::any_of(rest.begin(), rest.end(), [](uint8_t byte) { return byte != 0; });
  std::fill(rest.begin(), rest.end(), uint8_t{0});
  return junk;
}

class Taker {
 public:
  Taker(const RouteTable& routes, const IpAddress& recorder, Time now)
      : routes_(routes), recorder_(recorder), now_(now) {}

  Fault take(MutableBytes option) {
    switch (option[0]) {
      case kRecordRoute:
        return record_route(option);
      case kTimestamp:
        return timestamp(option);
      case kLooseRoute:
      case kStrictRoute:
        return source_route(option);
      case kRouterAlert:
        return option.size() < 4 ? Fault{1} : Fault{};
      default:
        return {};
    }
  }
  OptionsResult result;
  bool changed = false;

 private:
  Fault record_route(MutableBytes option) {
    if (std::exchange(route_seen_, true)) return 0;
    if (option.size() < 3) return 1;
    const size_t pointer = option[2];  // from 1
    if (pointer < 4) return 2;
    if (pointer > option.size()) return {};  // a full list passes unchanged
    if (pointer + 3 > option.size()) return 2;
    recorder_.store(option.data() + pointer - 1);
    option[2] = static_cast<uint8_t>(pointer + 4);
    changed = result.recorded = true;
    return {};
  }

  Fault source_route(MutableBytes option) {
    if (option.size() < 3) return 1;
    if (option[2] < 4) return 2;
    if (std::exchange(result.source_route, true)) return 0;
    return {};
  }

  Fault timestamp(MutableBytes option) {
    if (std::exchange(time_seen_, true)) return 0;
    if (option.size() < 4) return 1;
    const size_t pointer = option[2];
    if (pointer < 5) return 2;
    const uint8_t kind = option[3] & 0x0f;
    if (pointer > option.size()) return kind == kPrespecified ? Fault{} : overflow(option);
    const bool with_address = kind == kAndAddress || kind == kPrespecified;
    if (pointer + (with_address ? 7 : 3) > option.size()) return 2;
    if (!with_address && kind != 0) return {};
    uint8_t* at = option.data() + pointer - 1;
    if (kind == kPrespecified && !routes_.is_local(IpAddress::v4_at(at))) return {};
    if (kind == kAndAddress) recorder_.store(at);
    stamp(with_address ? at + 4 : at);
    option[2] = static_cast<uint8_t>(pointer + (with_address ? 8 : 4));
    return {};
  }

  // No room: counted, as far as four bits go.
  Fault overflow(MutableBytes option) {
    if (option[3] >> 4 == 15) return 3;
    option[3] = static_cast<uint8_t>(option[3] + 0x10);
    changed = true;
    return {};
  }

  void stamp(uint8_t* at) {
    constexpr uint32_t kNotOfDay = 0x80000000, kDay = 24 * 60 * 60 * 1000;
    const auto clock =
        std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
    store_be32(at, kNotOfDay | static_cast<uint32_t>(clock.count() % kDay));
    changed = true;
  }

  const RouteTable& routes_;
  const IpAddress& recorder_;
  Time now_;
  bool route_seen_ = false, time_seen_ = false;  // RFC 791: at most one of each
};

}  // namespace

OptionsResult take_options(wire::Frame& packet, const RouteTable& routes, const IpAddress& recorder,
                           Time now) {
  Taker taker(routes, recorder, now);
  taker.result.malformed_at =
      walk(header_of(packet), [&](MutableBytes option) { return taker.take(option); });
  if (taker.result.malformed_at) return taker.result;
  if (clear_behind_end(header_of(packet)) || taker.changed)
    wire::Ipv4Edit::over(packet.bytes())->fill_checksum();
  return taker.result;
}

void record_way_out(wire::Frame& packet, const IpAddress& address) {
  walk(header_of(packet), [&](MutableBytes option) {
    if (option[0] == kRecordRoute) address.store(option.data() + option[2] - 5);
    return Fault{};
  });
  wire::Ipv4Edit::over(packet.bytes())->fill_checksum();
}

void keep_copied_options(wire::Frame& packet) {
  walk(header_of(packet), [](MutableBytes option) {
    if (!(option[0] & kCopied)) std::fill(option.begin(), option.end(), kNoOperation);
    return Fault{};
  });
}

}  // namespace lvslab::host
