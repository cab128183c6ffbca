// What a host changed between taking a packet in and sending it on, and that it changed nothing
// else.

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "emulator/scenario/difference.hh"
#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/ports.hh"
#include "emulator/scenario/values.hh"

namespace lvslab::scenario {

namespace {

struct Passage {
  size_t in, out;  // observations
};

// Each way through the host: a sighting received there and the next one sent by it.
std::vector<Passage> passages(const Study& study, const Packet& packet, const std::string& host,
                              size_t& not_sent_on) {
  std::vector<Passage> found;
  std::optional<size_t> in;
  for (const size_t i : packet.sightings) {
    const Observation& frame = study.frames()[i];
    if (study.host(frame) != host) continue;
    if (frame.sighting->direction == fabric::Direction::received)
      in = i;
    else if (in)
      found.push_back({*std::exchange(in, {}), i});
  }
  if (in) ++not_sent_on;
  return found;
}

// "-1", "+20": by how much a number changes.
std::optional<int64_t> relative(const topology::FieldMatch& match) {
  const auto kind = kind_of(match.field);
  if (kind != Kind::number && kind != Kind::hexadecimal) return {};
  std::string_view text = match.value;
  if (text.size() < 2 || (text[0] != '-' && text[0] != '+')) return {};
  if (text[0] == '+') text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<int64_t> number_of(const std::string& name, const Observation& frame) {
  const auto field = Field::named(name);
  const auto value = field ? field->value_in(frame.layers) : std::nullopt;
  const auto* number = value ? std::get_if<uint64_t>(&*value) : nullptr;
  if (!number) return {};
  return static_cast<int64_t>(*number);
}

class Comparison {
 public:
  // `wanted`: the expected fields.
  Comparison(const Study& study, const topology::ExpectChange& expected, const Wanted& wanted,
             const Passage& passage)
      : study_(study),
        expected_(expected),
        wanted_(wanted),
        in_(study.frames()[passage.in]),
        out_(study.frames()[passage.out]),
        difference_(difference({in_.layers, in_.sighting->partial_checksum},
                               {out_.layers, out_.sighting->partial_checksum})) {}

  const std::vector<Change>& changes() const { return difference_.fields; }

  // What is not as expected, each in one line.
  std::vector<std::string> faults() const {
    std::vector<std::string> all;
    for (size_t i = 0; i < expected_.fields.size(); ++i)
      if (auto fault = unmet(i)) all.push_back(std::move(*fault));
    for (const Change& change : difference_.fields)
      if (!is_expected(change.field))
        all.push_back(change.field + ": " + text(change) + ", expected not to change");
    for (const std::string& stray : difference_.strays)
      all.push_back(stray + ", expected not to change");
    all.insert(all.end(), difference_.checksums.begin(), difference_.checksums.end());
    return all;
  }

  // "64 -> 63"; of an added or removed field the other side is "none".
  static std::string text(const Change& change) {
    const auto side = [](const std::string& value) { return value.empty() ? "none" : value; };
    return side(change.old_value) + " -> " + side(change.new_value);
  }

 private:
  std::optional<std::string> unmet(size_t index) const {
    const topology::FieldMatch& match = expected_.fields[index];
    const auto change = std::find_if(difference_.fields.begin(), difference_.fields.end(),
                                     [&](const Change& one) { return one.field == match.field; });
    if (change == difference_.fields.end()) {
      const auto value = Decoded(out_.layers).field(match.field);
      return match.field + ": unchanged (" + (value ? printable(*value) : "not there") +
             "), expected " + (match.value.empty() ? "to change" : match.value);
    }
    if (match.value.empty()) return {};
    if (const auto by = relative(match)) {
      const auto was = number_of(match.field, in_), is = number_of(match.field, out_);
      if (was && is && *is - *was == *by) return {};
      return match.field + ": " + text(*change) + ", expected to change by " + match.value;
    }
    if (wanted_.met_by(out_, index)) return {};
    return mismatch(study_, match, out_);
  }

  // Naming one field of an added or removed outer header allows the header as a whole.
  bool is_expected(const std::string& field) const {
    const bool encapsulation = in_.layers.outer.has_value() != out_.layers.outer.has_value();
    return std::any_of(
        expected_.fields.begin(), expected_.fields.end(), [&](const topology::FieldMatch& match) {
          return match.field == field || (encapsulation && field.starts_with("outer.") &&
                                          match.field.starts_with("outer."));
        });
  }

  const Study& study_;
  const topology::ExpectChange& expected_;
  const Wanted& wanted_;
  const Observation& in_;
  const Observation& out_;
  Difference difference_;
};

// What changed over all passages: one pair of values, or how many there were.
class Summary {
 public:
  void add(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      if (!values_.contains(change.field)) order_.push_back(change.field);
      ++values_[change.field][Comparison::text(change)];
    }
  }
  std::string to_string() const {
    std::vector<std::string> items;
    for (const std::string& field : order_) {
      const auto& seen = values_.at(field);
      items.push_back(
          field + " " +
          (seen.size() == 1 ? seen.begin()->first : std::to_string(seen.size()) + " ways"));
    }
    return items.empty() ? "nothing changed" : joined(items, ", ");
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::map<std::string, size_t>> values_;
};

}  // namespace

Verdict judge(const Study& study, const topology::ExpectChange& expected) {
  const Wanted wanted_fields(study, expected.fields);
  size_t passed_through = 0, not_sent_on = 0;
  Summary summary;
  Misses misses;
  for (const Packet& packet : study.packets()) {
    const Exchange& exchange = study.exchanges()[packet.exchange];
    if (packet.way != expected.way || packet.error != about_errors(expected.fields, exchange))
      continue;
    const std::string& host = host_named(study, expected.host, packet.exchange);
    for (const Passage& passage : passages(study, packet, host, not_sent_on)) {
      const Comparison comparison(study, expected, wanted_fields, passage);
      ++passed_through;
      summary.add(comparison.changes());
      auto faults = comparison.faults();
      if (!faults.empty()) misses.add(passage.out, std::move(faults));
    }
  }
  const std::string wanted = expected.host + " changes " +
                             (expected.fields.empty() ? "nothing" : describe(expected.fields)) +
                             " and nothing else";
  const std::string stayed =
      not_sent_on ? "; " + count_of(not_sent_on, "packet") + " not sent on" : "";
  if (passed_through == 0)
    return fail(study, wanted, "no packet of that way was seen to pass " + expected.host + stayed);
  const std::string found =
      count_of(passed_through, "packet") + ": " + summary.to_string() + stayed;
  if (misses.empty()) return pass(found);
  return fail(study, wanted, std::to_string(misses.size()) + " of " + found, misses);
}

}  // namespace lvslab::scenario
