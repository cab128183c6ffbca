#include "emulator/ipvs/listing_text.hh"

#include <algorithm>
#include <array>

#include "emulator/ipvs/option.hh"

namespace lvslab::ipvs {

std::string left(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string right(std::string text, size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string large_number(uint64_t number, bool exact) {
  constexpr size_t kDigits = 8;
  const std::string digits = std::to_string(number);
  if (exact) return right(digits, std::max(kDigits, digits.size()) + 1);
  struct Unit {
    uint64_t below;
    uint64_t size;
    const char* letter;
  };
  constexpr std::array kUnits{
      Unit{1'000'000'000, 1'000, "K"}, Unit{100'000'000'000, 1'000'000, "M"},
      Unit{100'000'000'000'000, 1'000'000'000, "G"}, Unit{UINT64_MAX, 1'000'000'000'000, "T"}};
  if (number < 100'000'000) return right(digits, kDigits + 1);
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end() - 1,
                                  [number](const Unit& u) { return number < u.below; });
  return right(std::to_string(number / unit->size), kDigits) + unit->letter;
}

std::string endpoint_text(const Endpoint& end, uint8_t protocol, bool numeric,
                          const Resolver& resolver) {
  constexpr size_t kLongest = 59;
  std::string host = end.address.to_string(), port = std::to_string(end.port);
  if (!numeric) {
    host = resolver.host_of(end.address).value_or(host);
    port = resolver.service_of(end.port, protocol).value_or(port);
  }
  if (end.address.is_v6()) host = "[" + host + "]";
  return (host + ":" + port).substr(0, kLongest);
}

std::string flags_text(const SchedulerFlags& flags, Scheduler scheduler) {
  const FlagNames names = flag_names(scheduler);
  const bool own = scheduler == Scheduler::sh || scheduler == Scheduler::mh;
  std::string text;
  const auto add = [&](bool set, std::string_view name) {
    if (set) text += (text.empty() ? "" : ",") + std::string(name);
  };
  add(flags.fallback, names.fallback);
  add(flags.port, names.port);
  add(flags.third && !own, names.third);
  return text;
}

std::string mask_text(const Persistence& persistence, Family family, const char* word) {
  const Persistence whole;
  if (family == Family::v4 && persistence.netmask != whole.netmask)
    return word + IpAddress::v4_from(persistence.netmask).to_string();
  if (family == Family::v6 && persistence.prefix6 != whole.prefix6)
    return word + std::to_string(persistence.prefix6);
  return "";
}

uint8_t protocol_of(const ServiceKey& key) {
  const auto* address = std::get_if<AddressKey>(&key);
  return address ? static_cast<uint8_t>(address->protocol) : uint8_t{0};
}

}  // namespace lvslab::ipvs
