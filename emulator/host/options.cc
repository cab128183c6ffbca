#include "emulator/host/options.hh"

#include <algorithm>
#include <cstring>
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

void stamp(uint8_t* at, Time now) {
  constexpr uint32_t kNotOfDay = 0x80000000, kDay = 24 * 60 * 60 * 1000;
  const auto clock = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  store_be32(at, kNotOfDay | static_cast<uint32_t>(clock.count() % kDay));
}

class Taker {
 public:
  Taker(const RouteTable& routes, const IpAddress& recorder, Time now)
      : routes_(routes), recorder_(recorder), now_(now) {}

  // at: where the option is, as an offset in the header.
  Fault take(MutableBytes option, uint8_t at) {
    switch (option[0]) {
      case kRecordRoute:
        return record_route(option, at);
      case kTimestamp:
        return timestamp(option, at);
      case kLooseRoute:
      case kStrictRoute:
        return source_route(option);
      case kRouterAlert:
        return option.size() < 4 ? Fault{1} : Fault{};
      default:
        return {};
    }
  }
  Options result;

 private:
  Fault record_route(MutableBytes option, uint8_t at) {
    if (result.route_at != 0) return 0;  // RFC 791: at most one

    if (option.size() < 3) return 1;
    const size_t pointer = option[2];  // from 1
    if (pointer < 4) return 2;
    if (pointer <= option.size() && pointer + 3 > option.size()) return 2;
    result.route_at = at;
    if (pointer > option.size()) return {};  // a full list passes unchanged
    recorder_.store(option.data() + pointer - 1);
    option[2] = static_cast<uint8_t>(pointer + 4);
    result.changed = result.recorded = true;
    return {};
  }

  Fault source_route(MutableBytes option) {
    if (option.size() < 3) return 1;
    if (option[2] < 4) return 2;
    if (std::exchange(result.source_route, true)) return 0;
    return {};
  }

  Fault timestamp(MutableBytes option, uint8_t where) {
    if (result.time_at != 0) return 0;  // RFC 791: at most one
    if (option.size() < 4) return 1;
    const size_t pointer = option[2];
    if (pointer < 5) return 2;
    const uint8_t kind = option[3] & 0x0f;
    if (pointer > option.size()) return kind == kPrespecified ? Fault{} : overflow(option, where);
    const bool with_address = kind == kAndAddress || kind == kPrespecified;
    if (pointer + (with_address ? 7 : 3) > option.size()) return 2;
    if (!with_address && kind != 0) return {};
    result.time_at = where;
    uint8_t* at = option.data() + pointer - 1;
    if (kind == kPrespecified && !routes_.is_local(IpAddress::v4_at(at))) return {};
    result.addressed = kind == kAndAddress;
    if (result.addressed) recorder_.store(at);
    stamp(with_address ? at + 4 : at, now_);
    result.changed = result.stamped = true;
    option[2] = static_cast<uint8_t>(pointer + (with_address ? 8 : 4));
    return {};
  }

  // No room: counted, as far as four bits go.
  Fault overflow(MutableBytes option, uint8_t where) {
    if (option[3] >> 4 == 15) return 3;
    result.time_at = where;
    option[3] = static_cast<uint8_t>(option[3] + 0x10);
    result.changed = true;
    return {};
  }

  const RouteTable& routes_;
  const IpAddress& recorder_;
  Time now_;
};

// Copies options one behind the other, and says where the last one is.
class Copier {
 public:
  uint8_t* copy(Bytes option) {
    uint8_t* to = echoed.bytes.data() + echoed.size;
    std::copy(option.begin(), option.end(), to);
    echoed.size = static_cast<uint8_t>(echoed.size + option.size());
    return to;
  }
  void pad() { echoed.size = static_cast<uint8_t>((echoed.size + 3) & ~3); }
  Echoed echoed;
};

// Nothing where it is not: what is answered may be a packet that the taken one quoted.
Bytes option_at(Bytes packet, uint8_t at, uint8_t type) {
  const auto ip = wire::Ipv4View::over_quoted(packet);
  if (at == 0 || !ip || ip->header_length() < at + 3U || packet[at] != type) return {};
  const size_t length = packet[at + 1U];
  return length < 3 || at + length > ip->header_length() ? Bytes{} : packet.subspan(at, length);
}

// An entry of the answer's own, while there is room. False: for a part of one only.
bool echo_route(uint8_t* option, const Options& taken, const IpAddress& from) {
  const size_t pointer = option[2];
  if (!taken.recorded || pointer > option[1]) return true;
  if (pointer + 3 > option[1]) return false;
  from.store(option + pointer - 1);
  option[2] = static_cast<uint8_t>(pointer + 4);
  return true;
}

bool echo_time(uint8_t* option, const Options& taken, const RouteTable& routes,
               const IpAddress& from, Time now) {
  const size_t pointer = option[2], length = option[1];
  if (!taken.stamped || pointer > length) return true;
  const bool prespecified = (option[3] & 0x0f) == kPrespecified;
  if (prespecified) {
    if (pointer + 7 > length || !routes.is_local(IpAddress::v4_at(option + pointer - 1)))
      return true;
  } else if (pointer + (taken.addressed ? 7 : 3) > length) {
    return false;
  }
  if (taken.addressed) from.store(option + pointer - 1);
  const size_t time_at = pointer + (taken.addressed || prespecified ? 4 : 0);
  stamp(option + time_at - 1, now);
  option[2] = static_cast<uint8_t>(time_at + 4);
  return true;
}

}  // namespace

Options take_options(wire::Frame& packet, const RouteTable& routes, const IpAddress& recorder,
                     Time now) {
  Taker taker(routes, recorder, now);
  const MutableBytes header = header_of(packet);
  taker.result.malformed_at = walk(header, [&](MutableBytes option) {
    return taker.take(option, static_cast<uint8_t>(option.data() - header.data()));
  });
  if (!taker.result.malformed_at && clear_behind_end(header)) taker.result.changed = true;
  return taker.result;
}

void record_way_out(wire::Frame& packet, const Options& taken, const IpAddress& address) {
  const MutableBytes option = header_of(packet).subspan(taken.route_at);
  address.store(option.data() + option[2] - 5);
  wire::Ipv4Edit::over(packet.bytes())->fill_checksum();
}

std::optional<Echoed> echo_options(Bytes packet, const Options& taken, const RouteTable& routes,
                                   const IpAddress& from, Time now) {
  Copier copier;
  const Bytes route = option_at(packet, taken.route_at, kRecordRoute);
  if (!route.empty() && !echo_route(copier.copy(route), taken, from)) return {};
  const Bytes time = option_at(packet, taken.time_at, kTimestamp);
  if (!time.empty() && !echo_time(copier.copy(time), taken, routes, from, now)) return {};
  copier.pad();
  return copier.echoed;
}

void add_options(wire::Frame& packet, const Echoed& options) {
  if (options.size == 0) return;
  packet.prepend(options.size);
  const MutableBytes all = packet.bytes();
  std::memmove(all.data(), all.data() + options.size, wire::kIpv4Size);
  std::copy_n(options.bytes.begin(), options.size, all.begin() + wire::kIpv4Size);
  all[0] = static_cast<uint8_t>(0x40 | (wire::kIpv4Size + options.size) / 4);
  store_be16(all.data() + 2, static_cast<uint16_t>(all.size()));
  wire::Ipv4Edit::over(all)->fill_checksum();
}

void keep_copied_options(wire::Frame& packet) {
  walk(header_of(packet), [](MutableBytes option) {
    if (!(option[0] & kCopied)) std::fill(option.begin(), option.end(), kNoOperation);
    return Fault{};
  });
}

}  // namespace lvslab::host
