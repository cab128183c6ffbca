#include "emulator/topology/quantities.hh"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>

namespace lvslab::topology {

namespace {

struct Unit {
  std::string_view name;
  uint64_t of = 0;
};
constexpr Unit kTimeUnits[] = {{"us", 1000}, {"ms", 1'000'000}, {"s", 1'000'000'000}};  // in ns
constexpr Unit kRateUnits[] = {
    {"bit", 1}, {"kbit", 1000}, {"Mbit", 1'000'000}, {"Gbit", 1'000'000'000}};
constexpr uint64_t kLongest = 600'000'000'000;                     // ns
constexpr uint64_t kSlowest = 1000, kFastest = 1'000'000'000'000;  // bit/s

constexpr std::string_view kDigits = "0123456789";

std::optional<uint64_t> whole_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// A whole number with one of the units behind it.
std::optional<uint64_t> read_with_unit(const Value& value, std::span<const Unit> units,
                                       uint64_t least, uint64_t most, std::string_view wanted) {
  const auto text = value.text(wanted);
  if (!text) return {};
  const size_t digits = std::min(text->find_first_not_of(kDigits), text->size());
  const auto number = whole_number(std::string_view(*text).substr(0, digits));
  const std::string_view name = std::string_view(*text).substr(digits);
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& one) { return one.name == name; });
  const bool known = number && unit != units.end() && *number <= most / unit->of;
  if (known && *number * unit->of >= least) return *number * unit->of;
  value.wants(wanted);
  return {};
}

// "12.5" in ten-thousandths, at most four digits behind the point.
std::optional<uint64_t> fixed_point(std::string_view text) {
  constexpr size_t kPlaces = 4;
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const std::string_view behind = text.substr(std::min(point + 1, text.size()));
  const bool bare_point = point < text.size() && behind.empty();
  if (digits.empty() || bare_point || behind.size() > kPlaces) return {};
  digits += behind;
  digits.append(kPlaces - behind.size(), '0');
  return whole_number(digits);
}

}  // namespace

std::optional<Duration> read_span(const Value& value) {
  const auto span =
      read_with_unit(value, kTimeUnits, 1, kLongest, "a time of 1us to 600s, as 500us, 10ms or 2s");
  if (!span) return {};
  return Duration(static_cast<Duration::rep>(*span));
}

std::optional<uint64_t> read_rate(const Value& value) {
  return read_with_unit(value, kRateUnits, kSlowest, kFastest,
                        "a rate of 1000bit to 1000Gbit each second, as 500kbit or 10Mbit");
}

std::optional<uint32_t> read_share(const Value& value, uint32_t least) {
  const std::string wanted =
      std::string("a share of ") + (least > 0 ? "0.0001%" : "0%") + " to 100%, as 5% or 0.1%";
  const auto text = value.text(wanted);
  if (!text) return {};
  const auto share = text->ends_with('%')
                         ? fixed_point(std::string_view(*text).substr(0, text->size() - 1))
                         : std::nullopt;
  if (share && *share >= least && *share <= kWhole) return static_cast<uint32_t>(*share);
  value.wants(wanted);
  return {};
}

}  // namespace lvslab::topology
