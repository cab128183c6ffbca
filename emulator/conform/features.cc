#include "emulator/conform/features.hh"

#include <array>
#include <sstream>
#include <string_view>

#include "emulator/base/error.hh"

namespace lvslab::conform {

namespace {

constexpr size_t kCount = static_cast<size_t>(Feature::count);
constexpr std::array<std::string_view, kCount> kNames = {
    "tcp",      "udp",       "sctp",    "nat",         "dr",      "tun",        "gue",
    "gre",      "icmp",      "v6",      "persistence", "fwmark",  "ops",        "esp",
    "lblc",     "fragments", "options", "timestamps",  "hostile", "thresholds", "changes",
    "settings", "timers",    "ftp",     "patience"};

}  // namespace

Features Features::all() {
  Features features;
  features.bits_ = (1U << kCount) - 1;
  return features;
}

Features Features::parse(const std::string& list) {
  Features features;
  std::istringstream in(list);
  bool first = true;
  for (std::string name; std::getline(in, name, ','); first = false) {
    const bool without = name.starts_with('-');
    if (without) name.erase(0, 1);
    if (without && first) features = all();
    uint32_t bits = name == "all" ? all().bits_ : 0;
    for (size_t i = 0; i < kCount; ++i)
      if (kNames[i] == name) bits = 1U << i;
    if (bits == 0) {
      std::string known;
      for (const auto& each : names()) known += " " + each;
      throw UsageError("--features: '" + name + "' is none of all" + known);
    }
    features.bits_ = without ? features.bits_ & ~bits : features.bits_ | bits;
  }
  return features;
}

Features Features::without(Feature feature) const {
  Features rest = *this;
  rest.bits_ &= ~(1U << static_cast<unsigned>(feature));
  return rest;
}

std::vector<std::string> Features::names() {
  return {kNames.begin(), kNames.end()};
}

std::string Features::to_string() const {
  std::string text;
  for (size_t i = 0; i < kCount; ++i)
    if ((bits_ >> i) & 1U) text += (text.empty() ? "" : ",") + std::string(kNames[i]);
  return text;
}

}  // namespace lvslab::conform
