#include "emulator/director/sync_message.hh"

#include <algorithm>

#include "emulator/director/sctp_states.hh"
#include "emulator/director/tcp_states.hh"
#include "emulator/wire/view.hh"

namespace lvslab::director {

namespace {

using wire::IpAddress;

// Version 0. Header: entries, id, size16; entry: 0, protocol, three ports, three addresses,
// flags16, state16; shifts if the flags say so.
constexpr size_t kHeaderV0 = 4;
constexpr size_t kEntryV0 = 24;
// Version 1. Header: 0, id, size16, entries, version, 0, 0; entry: type, protocol,
// version and size16, flags32, state16, three ports, mark32, timeout32, three addresses; options.
constexpr size_t kHeaderV1 = 8;
constexpr size_t kCommonV1 = 24;  // of an entry, before its addresses
constexpr uint8_t kVersion1 = 1;
constexpr uint8_t kTypeV6 = 1;  // a bit
constexpr unsigned kSizeBits = 12;
constexpr uint16_t kSizeMask = (1U << kSizeBits) - 1;

constexpr size_t kOptionHead = 2;  // type, length of the value
constexpr uint8_t kMayBePassedOver = 0x40;
enum Option : uint8_t { shifts = 1, engine_data = 2, engine_name = 3 };

constexpr size_t kShift = 12;  // at, delta, earlier
constexpr size_t kShifts = 2 * kShift;

constexpr size_t kMostEntries = 255;  // the header counts them in one byte

constexpr size_t fixed_size_v1(bool v6) {
  return kCommonV1 + 3 * (v6 ? 16 : 4);
}
constexpr size_t padding_after(size_t size) {
  return (4 - size % 4) % 4;
}

// Version 0 has shifts in the master's own byte order; what IPVS runs on today is little-endian.
template <uint32_t (*kLoad)(const uint8_t*)>
SequenceShift load_shift(const uint8_t* at) {
  return {kLoad(at), kLoad(at + 4), kLoad(at + 8)};
}
template <void (*kStore)(uint8_t*, uint32_t)>
void store_shift(uint8_t* at, const SequenceShift& shift) {
  kStore(at, shift.at);
  kStore(at + 4, shift.delta);
  kStore(at + 8, shift.earlier);
}
template <uint32_t (*kLoad)(const uint8_t*)>
SyncEntry::Shifts load_shifts(const uint8_t* at) {
  return {load_shift<kLoad>(at), load_shift<kLoad>(at + kShift)};
}
template <void (*kStore)(uint8_t*, uint32_t)>
void store_shifts(uint8_t* at, const SyncEntry::Shifts& values) {
  store_shift<kStore>(at, values.in);
  store_shift<kStore>(at + kShift, values.out);
}

// How many states IPVS has for a protocol; 0: it does not know it.
size_t states_of(uint8_t protocol) {
  switch (protocol) {
    case wire::proto::kTcp:
      return static_cast<size_t>(TcpState::kCount);
    case wire::proto::kSctp:
      return static_cast<size_t>(SctpState::kCount);
    case wire::proto::kUdp:
    case wire::proto::kAh:
    case wire::proto::kEsp:
      return 1;
    default:
      return 0;
  }
}

size_t entry_size_v0(const SyncEntry& entry) {
  return kEntryV0 + ((entry.flags & sync_flag::kShifts) != 0 ? kShifts : 0);
}

size_t entry_size_v1(const SyncEntry& entry) {
  size_t size = fixed_size_v1(entry.client.address.is_v6());
  if (entry.shifts) size += kOptionHead + kShifts;
  if (!entry.engine_data.empty()) {
    size += kOptionHead + entry.engine_data.size;
    if (!entry.engine_name.empty()) size += kOptionHead + entry.engine_name.size;
  }
  return size;
}

uint8_t* put_option(uint8_t* at, Option type, Bytes value) {
  at[0] = type;
  at[1] = static_cast<uint8_t>(value.size());
  return std::copy(value.begin(), value.end(), at + kOptionHead);
}

}  // namespace

std::string_view name_of(SyncProblem problem) {
  static constexpr std::array<std::string_view, static_cast<size_t>(SyncProblem::kCount)> kNames{
      "no header",        "wrong size",    "entry cut",         "entry too small",
      "entry version",    "entry type",    "option cut",        "option empty",
      "shifts size",      "option twice",  "engine name large", "option unknown",
      "protocol unknown", "state unknown", "engine incomplete"};
  return kNames[static_cast<size_t>(problem)];
}

SyncReader::SyncReader(Bytes datagram) {
  if (datagram.size() < kHeaderV0) {
    problem_ = SyncProblem::no_header;
    return;
  }
  id_ = datagram[1];
  if (load_be16(datagram.data() + 2) != datagram.size()) {
    problem_ = SyncProblem::wrong_size;
    return;
  }
  const bool is_v1 = datagram.size() >= kHeaderV1 && datagram[0] == 0 && datagram[5] == kVersion1 &&
                     load_be16(datagram.data() + 6) == 0;
  version_ = is_v1 ? SyncVersion::v1 : SyncVersion::v0;
  entries_left_ = is_v1 ? datagram[4] : datagram[0];
  left_ = datagram.subspan(is_v1 ? kHeaderV1 : kHeaderV0);
}

const SyncEntry* SyncReader::next() {
  while (!problem_ && entries_left_ > 0) {
    --entries_left_;
    entry_ = {};
    const auto problem = version_ == SyncVersion::v1 ? read_v1() : read_v0();
    if (!problem) return &entry_;
    if (!spares_the_rest(*problem)) {
      problem_ = problem;
      break;
    }
    ++passed_over_;
    why_passed_over_ = problem;
  }
  return nullptr;
}

std::optional<SyncProblem> SyncReader::read_v0() {
  if (left_.size() < kEntryV0) return SyncProblem::entry_cut;
  const uint8_t* at = left_.data();
  entry_.protocol = at[1];
  entry_.client = {IpAddress::v4_at(at + 8), load_be16(at + 2)};
  entry_.virtual_end = {IpAddress::v4_at(at + 12), load_be16(at + 4)};
  entry_.real = {IpAddress::v4_at(at + 16), load_be16(at + 6)};
  entry_.flags = load_be16(at + 20);
  entry_.state = load_be16(at + 22);
  const size_t size = entry_size_v0(entry_);
  if (left_.size() < size) return SyncProblem::entry_cut;
  if (size > kEntryV0) entry_.shifts = load_shifts<load_le32>(at + kEntryV0);
  left_ = left_.subspan(size);
  return check_state();
}

std::optional<SyncProblem> SyncReader::read_v1() {
  if (left_.size() < fixed_size_v1(false)) return SyncProblem::entry_cut;
  const uint16_t version_and_size = load_be16(left_.data() + 2);
  const size_t size = version_and_size & kSizeMask;
  if (size > left_.size()) return SyncProblem::entry_cut;
  if (version_and_size >> kSizeBits != 0) return SyncProblem::entry_version;
  const Bytes entry = left_.first(size);
  left_ = left_.subspan(std::min(size + padding_after(size), left_.size()));

  size_t at = 0;
  if (const auto problem = read_ends_v1(entry, at)) return problem;
  bool engine_named = false;
  if (const auto problem = read_options(entry.subspan(at), engine_named)) return problem;
  if (const auto problem = check_state()) return problem;
  if (!entry_.engine_data.empty() && !engine_named) return SyncProblem::engine_incomplete;
  if (entry_.engine_data.empty()) entry_.engine_name = {};
  return {};
}

// The fixed part; at: where the options begin. Less than it is refused before anything of it is
// read, whatever else follows in the message.
std::optional<SyncProblem> SyncReader::read_ends_v1(Bytes entry, size_t& at) {
  if (entry.empty()) return SyncProblem::entry_too_small;
  const uint8_t type = entry[0];
  const bool v6 = (type & kTypeV6) != 0;
  if (!v6 && type != 0) return SyncProblem::entry_type;
  at = fixed_size_v1(v6);
  if (entry.size() < at) return SyncProblem::entry_too_small;

  const uint8_t* from = entry.data();
  entry_.protocol = from[1];
  entry_.flags = load_be32(from + 4);
  entry_.state = load_be16(from + 8);
  entry_.mark = load_be32(from + 16);
  entry_.timeout = load_be32(from + 20);
  const auto end = [&](size_t index) {
    const uint8_t* address = from + kCommonV1 + index * (v6 ? 16 : 4);
    return ipvs::Endpoint{v6 ? IpAddress::v6_at(address) : IpAddress::v4_at(address),
                          load_be16(from + 10 + index * 2)};
  };
  entry_.client = end(0);
  entry_.virtual_end = end(1);
  entry_.real = end(2);
  return {};
}

std::optional<SyncProblem> SyncReader::read_options(Bytes options, bool& engine_named) {
  while (!options.empty()) {
    if (options.size() < kOptionHead) return SyncProblem::option_cut;
    const uint8_t type = options[0];
    const size_t size = options[1];
    if (size == 0) return SyncProblem::option_empty;
    if (size > options.size() - kOptionHead) return SyncProblem::option_cut;
    const Bytes value = options.subspan(kOptionHead, size);
    options = options.subspan(kOptionHead + size);
    switch (type & ~kMayBePassedOver) {
      case Option::shifts:
        if (size != kShifts) return SyncProblem::shifts_size;
        if (entry_.shifts) return SyncProblem::option_twice;
        entry_.shifts = load_shifts<load_be32>(value.data());
        break;
      case Option::engine_data:
        if (!entry_.engine_data.empty()) return SyncProblem::option_twice;
        entry_.engine_data.assign(value);
        break;
      case Option::engine_name:
        if (size > kLargestEngineName) return SyncProblem::engine_name_large;
        if (engine_named) return SyncProblem::option_twice;
        engine_named = entry_.engine_name.assign(value);
        break;
      default:
        if ((type & kMayBePassedOver) == 0) return SyncProblem::option_unknown;
    }
  }
  return {};
}

// Of templates IPVS takes any.
std::optional<SyncProblem> SyncReader::check_state() const {
  if (entry_.is_template()) return {};
  const size_t states = states_of(entry_.protocol);
  if (states == 0) return SyncProblem::protocol_unknown;
  if (entry_.state >= states) return SyncProblem::state_unknown;
  return {};
}

SyncWriter::SyncWriter(SyncVersion version, uint8_t id, size_t largest)
    : version_(version), id_(id), largest_(largest) {
  bytes_.reserve(largest);
  restart();
}

void SyncWriter::restart() {
  entries_ = 0;
  bytes_.assign(version_ == SyncVersion::v1 ? kHeaderV1 : kHeaderV0, 0);
  bytes_[1] = id_;
  if (version_ == SyncVersion::v1) bytes_[5] = kVersion1;
  store_be16(bytes_.data() + 2, static_cast<uint16_t>(bytes_.size()));
}

bool SyncWriter::append(const SyncEntry& entry) {
  const bool v1 = version_ == SyncVersion::v1;
  if (!v1 && entry.client.address.is_v6()) return true;
  const size_t size = v1 ? entry_size_v1(entry) : entry_size_v0(entry);
  const size_t start = bytes_.size() + (v1 ? padding_after(bytes_.size()) : 0);
  if (entries_ > 0 && (start + size > largest_ || entries_ == kMostEntries)) return false;
  bytes_.resize(start + size);
  if (v1)
    append_v1(entry, size, bytes_.data() + start);
  else
    append_v0(entry, bytes_.data() + start);
  ++entries_;
  bytes_[v1 ? 4 : 0] = static_cast<uint8_t>(entries_);
  store_be16(bytes_.data() + 2, static_cast<uint16_t>(bytes_.size()));
  return true;
}

void SyncWriter::append_v0(const SyncEntry& entry, uint8_t* at) {
  at[1] = entry.protocol;
  store_be16(at + 2, entry.client.port);
  store_be16(at + 4, entry.virtual_end.port);
  store_be16(at + 6, entry.real.port);
  entry.client.address.store(at + 8);
  entry.virtual_end.address.store(at + 12);
  entry.real.address.store(at + 16);
  const uint32_t flags = entry.flags & ~sync_flag::kHashed;
  store_be16(at + 20, static_cast<uint16_t>(flags));
  store_be16(at + 22, entry.state);
  if ((flags & sync_flag::kShifts) != 0)
    store_shifts<store_le32>(at + kEntryV0, entry.shifts.value_or(SyncEntry::Shifts{}));
}

void SyncWriter::append_v1(const SyncEntry& entry, size_t size, uint8_t* at) {
  const bool v6 = entry.client.address.is_v6();
  at[0] = v6 ? kTypeV6 : 0;
  at[1] = entry.protocol;
  store_be16(at + 2, static_cast<uint16_t>(size));
  store_be32(at + 4, entry.flags & ~sync_flag::kHashed);
  store_be16(at + 8, entry.state);
  store_be16(at + 10, entry.client.port);
  store_be16(at + 12, entry.virtual_end.port);
  store_be16(at + 14, entry.real.port);
  store_be32(at + 16, entry.mark);
  store_be32(at + 20, entry.timeout);
  at += kCommonV1;
  for (const ipvs::Endpoint* end : {&entry.client, &entry.virtual_end, &entry.real}) {
    end->address.store(at);
    at += end->address.size();
  }
  if (entry.shifts) {
    std::array<uint8_t, kShifts> value{};
    store_shifts<store_be32>(value.data(), *entry.shifts);
    at = put_option(at, Option::shifts, value);
  }
  if (entry.engine_data.empty()) return;
  at = put_option(at, Option::engine_data, entry.engine_data.view());
  if (!entry.engine_name.empty()) put_option(at, Option::engine_name, entry.engine_name.view());
}

}  // namespace lvslab::director
