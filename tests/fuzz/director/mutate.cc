#include "tests/fuzz/director/mutate.hh"

#include <algorithm>
#include <array>
#include <cassert>
#include <initializer_list>

#include "emulator/base/random.hh"
#include "tests/fuzz/director/events.hh"

namespace lvslab::fuzz {

namespace {

constexpr uint8_t kSyn = 2, kSynAck = 18, kAck = 16, kFinAck = 17;

class Mutation {
 public:
  Mutation(Bytes bytes, uint32_t seed) : random_(seed) { decode(bytes, storm_); }

  void change(size_t most, const MutateBytes& mutate) {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return change_fields(most, mutate);
      case 4:
      case 5:
        return insert({fresh()});
      case 6:
        return remove();
      case 7:
        return insert({any()});
      case 8:
        return swap();
      case 9:
        return change_surroundings();
      case 10:
        return insert(conversation());
      default:
        return insert(service());
    }
  }

  // A stretch of the other's records takes the place of one of ours.
  void cross(const Storm& other) {
    const auto& others = other.records;
    if (others.empty()) return;
    const size_t from = below(others.size());
    const size_t count = 1 + below(others.size() - from);
    const auto begin = others.begin() + static_cast<ptrdiff_t>(from);
    insert({begin, begin + static_cast<ptrdiff_t>(count)});
  }

  std::vector<uint8_t> bytes(size_t most) {
    auto& parts = storm_.records;
    if (parts.size() > kMostMutated) parts.resize(kMostMutated);
    size_t size = kSurroundingsSize, fitting = 0;
    while (fitting < parts.size() && size + kRecordHeader + parts[fitting].fields.size() <= most)
      size += kRecordHeader + parts[fitting++].fields.size();
    parts.resize(fitting);
    auto encoded = encode(storm_);
    encoded.resize(std::min(encoded.size(), most));
    return encoded;
  }

 private:
  size_t below(size_t bound) { return static_cast<size_t>(random_.below(bound)); }
  uint8_t byte() { return static_cast<uint8_t>(random_.next()); }
  uint8_t few(unsigned bound) { return static_cast<uint8_t>(random_.below(bound)); }
  Record any() { return parts().empty() ? fresh() : parts()[below(parts().size())]; }

  std::vector<Record>& parts() { return storm_.records; }
  // A record of ours: its bytes stay where they are.
  Record made(Kind kind, std::initializer_list<uint8_t> fields) {
    return {kind, keep({fields.begin(), fields.end()}, fields.size())};
  }
  // With room behind them, which is theirs.
  MutableBytes keep(Bytes fields, size_t room) {
    assert(fields.size() <= room && used_ + room <= kFresh);
    const MutableBytes kept = MutableBytes(fresh_).subspan(used_, room);
    std::copy(fields.begin(), fields.end(), kept.begin());
    used_ += room;
    return kept;
  }
  void insert(const std::vector<Record>& more) {
    const auto at = parts().begin() + static_cast<ptrdiff_t>(below(parts().size() + 1));
    parts().insert(at, more.begin(), more.end());
  }
  void remove() {
    if (!parts().empty())
      parts().erase(parts().begin() + static_cast<ptrdiff_t>(below(parts().size())));
  }
  void swap() {
    if (!parts().empty()) std::swap(parts()[below(parts().size())], parts()[below(parts().size())]);
  }
  void change_surroundings() {
    Surroundings& about = storm_.surroundings;
    uint8_t* const bytes[] = {&about.inside_mtu, &about.table_bound, &about.flags, &about.seed};
    *bytes[below(4)] = few(16);
  }

  void change_fields(size_t most, const MutateBytes& mutate) {
    if (parts().empty()) return insert({fresh()});
    Record& part = parts()[below(parts().size())];
    constexpr size_t kGrowth = 16;
    const size_t old_size = std::min(part.fields.size(), kLongest);
    const size_t room = std::min(old_size + kGrowth, std::max(most, old_size));
    const MutableBytes kept = keep(part.fields.first(old_size), room);
    const MutableBytes fields = kept.first(mutate(kept.data(), old_size, room));
    constexpr size_t kPort = 1;
    if (part.kind == Kind::frame && fields.size() > kPort && below(8) != 0)
      mend_frame(fields.subspan(kPort));
    part.fields = fields;
  }

  // A record that says something.
  Record fresh() {
    switch (below(8)) {
      case 0:
        return packet(few(2), few(6), kSyn);
      case 1:
        return made(Kind::answer, {few(3), few(2) == 0 ? kSynAck : kAck});
      case 2:
        return made(Kind::error, {few(3), few(3), few(6), few(4)});
      case 3:
        return made(Kind::again, {few(4), few(2) == 0 ? kAck : byte()});
      case 4:
        return made(Kind::wait, {byte()});
      case 5:
        return made(Kind::setting, {byte(), byte()});
      case 6:
        return made(Kind::rule, {few(11), few(32), few(10), byte(), byte(), byte(), few(4)});
      default:
        return packet(few(64), few(16), byte());
    }
  }
  Record packet(uint8_t protocol, uint8_t to, uint8_t tcp_flags) {
    const uint8_t flags = below(4) == 0 ? byte() : few(2);
    return made(Kind::packet, {flags, few(16), to, protocol, few(8), 0, few(4), tcp_flags});
  }

  // A service with two servers.
  std::vector<Record> service() {
    const uint8_t key = few(32), port = few(8), reach = few(8);
    const auto server = [&] {
      return made(Kind::rule, {3, key, port, few(9), port, reach, few(4)});
    };
    const uint8_t flags = below(3) == 0 ? byte() : uint8_t{0};
    return {made(Kind::rule, {0, key, port, few(15), flags, byte()}), server(), server()};
  }

  // A client opens, is answered, acknowledges, and ends perhaps.
  std::vector<Record> conversation() {
    std::vector<Record> talk = {packet(0, few(4), kSyn), made(Kind::answer, {0, kSynAck}),
                                made(Kind::answer, {0, kAck})};
    if (below(2) == 0) talk.push_back(made(Kind::again, {0, kAck}));
    if (below(2) == 0) talk.push_back(made(Kind::again, {0, kFinAck}));
    return talk;
  }

  // Bytes of what a mutation makes: a conversation or a service, or changed fields.
  static constexpr size_t kLongest = 2000, kFresh = 2 * kLongest;

  Random random_;
  Storm storm_;  // borrows the input's bytes, and fresh_
  std::array<uint8_t, kFresh> fresh_;
  size_t used_ = 0;
};

}  // namespace

std::vector<uint8_t> mutate_storm(Bytes storm, size_t most, uint32_t seed,
                                  const MutateBytes& mutate) {
  Mutation mutation(storm, seed);
  mutation.change(most, mutate);
  return mutation.bytes(most);
}

std::vector<uint8_t> cross_storms(Bytes one, Bytes other, size_t most, uint32_t seed) {
  Mutation mutation(one, seed);
  Storm theirs;
  decode(other, theirs);
  mutation.cross(theirs);
  return mutation.bytes(most);
}

}  // namespace lvslab::fuzz
