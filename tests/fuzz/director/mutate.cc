#include "tests/fuzz/director/mutate.hh"

#include <algorithm>

#include "emulator/base/random.hh"
#include "tests/fuzz/director/events.hh"

namespace lvslab::fuzz {

namespace {

using Fields = std::vector<uint8_t>;

struct Part {
  Kind kind = Kind::wait;
  Fields fields;
};

constexpr uint8_t kSyn = 2, kSynAck = 18, kAck = 16, kFinAck = 17;

class Mutation {
 public:
  Mutation(Bytes bytes, uint32_t seed) : random_(seed) {
    Storm storm;
    decode(bytes, storm);
    about_ = storm.surroundings;
    for (const Record& record : storm.records)
      parts_.push_back({record.kind, {record.fields.begin(), record.fields.end()}});
  }

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
  void cross(const Mutation& other) {
    if (other.parts_.empty()) return;
    const size_t from = below(other.parts_.size());
    const size_t count = 1 + below(other.parts_.size() - from);
    const auto begin = other.parts_.begin() + static_cast<ptrdiff_t>(from);
    insert({begin, begin + static_cast<ptrdiff_t>(count)});
  }

  std::vector<uint8_t> bytes(size_t most) {
    Storm storm;
    storm.surroundings = about_;
    if (parts_.size() > kMostRecords) parts_.resize(kMostRecords);
    for (const Part& part : parts_) storm.records.push_back({part.kind, part.fields});
    auto encoded = encode(storm);
    while (encoded.size() > most && !storm.records.empty()) {
      storm.records.pop_back();
      encoded = encode(storm);
    }
    encoded.resize(std::min(encoded.size(), most));
    return encoded;
  }

 private:
  size_t below(size_t bound) { return static_cast<size_t>(random_.below(bound)); }
  uint8_t byte() { return static_cast<uint8_t>(random_.next()); }
  uint8_t few(unsigned bound) { return static_cast<uint8_t>(random_.below(bound)); }
  Part any() { return parts_.empty() ? fresh() : parts_[below(parts_.size())]; }

  void insert(const std::vector<Part>& parts) {
    const auto at = parts_.begin() + static_cast<ptrdiff_t>(below(parts_.size() + 1));
    parts_.insert(at, parts.begin(), parts.end());
  }
  void remove() {
    if (!parts_.empty())
      parts_.erase(parts_.begin() + static_cast<ptrdiff_t>(below(parts_.size())));
  }
  void swap() {
    if (!parts_.empty()) std::swap(parts_[below(parts_.size())], parts_[below(parts_.size())]);
  }
  void change_surroundings() {
    uint8_t* const bytes[] = {&about_.inside_mtu, &about_.table_bound, &about_.flags, &about_.seed};
    *bytes[below(4)] = few(16);
  }

  void change_fields(size_t most, const MutateBytes& mutate) {
    if (parts_.empty()) return insert({fresh()});
    Part& part = parts_[below(parts_.size())];
    constexpr size_t kGrowth = 16, kLongest = 2000;
    const size_t old_size = part.fields.size();
    part.fields.resize(std::min({old_size + kGrowth, std::max(most, old_size), kLongest}));
    part.fields.resize(
        mutate(part.fields.data(), std::min(old_size, part.fields.size()), part.fields.size()));
    constexpr size_t kPort = 1;
    if (part.kind == Kind::frame && part.fields.size() > kPort && below(8) != 0)
      mend_frame(MutableBytes(part.fields).subspan(kPort));
  }

  // A record that says something.
  Part fresh() {
    switch (below(8)) {
      case 0:
        return packet(few(2), few(6), kSyn);
      case 1:
        return {Kind::answer, {few(3), few(2) == 0 ? kSynAck : kAck}};
      case 2:
        return {Kind::error, {few(3), few(3), few(6), few(4)}};
      case 3:
        return {Kind::again, {few(4), few(2) == 0 ? kAck : byte()}};
      case 4:
        return {Kind::wait, {byte()}};
      case 5:
        return {Kind::setting, {byte(), byte()}};
      case 6:
        return {Kind::rule, {few(11), few(32), few(10), byte(), byte(), byte(), few(4)}};
      default:
        return packet(few(64), few(16), byte());
    }
  }
  Part packet(uint8_t protocol, uint8_t to, uint8_t tcp_flags) {
    const uint8_t flags = below(4) == 0 ? byte() : few(2);
    return {Kind::packet, {flags, few(16), to, protocol, few(8), 0, few(4), tcp_flags}};
  }

  // A service with two servers.
  std::vector<Part> service() {
    const uint8_t key = few(32), port = few(8), reach = few(8);
    const auto server = [&] {
      return Part{Kind::rule, {3, key, port, few(9), port, reach, few(4)}};
    };
    return {{Kind::rule, {0, key, port, few(15), below(3) == 0 ? byte() : uint8_t{0}, byte()}},
            server(),
            server()};
  }

  // A client opens, is answered, acknowledges, and ends perhaps.
  std::vector<Part> conversation() {
    std::vector<Part> parts = {
        packet(0, few(4), kSyn), {Kind::answer, {0, kSynAck}}, {Kind::answer, {0, kAck}}};
    if (below(2) == 0) parts.push_back({Kind::again, {0, kAck}});
    if (below(2) == 0) parts.push_back({Kind::again, {0, kFinAck}});
    return parts;
  }

  Random random_;
  Surroundings about_;
  std::vector<Part> parts_;
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
  mutation.cross(Mutation(other, seed));
  return mutation.bytes(most);
}

}  // namespace lvslab::fuzz
