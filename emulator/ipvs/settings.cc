#include "emulator/ipvs/settings.hh"

#include <charconv>
#include <variant>

namespace lvslab::ipvs {

namespace {

using Pair = std::array<int, 2>;
using Member = std::variant<bool Settings::*, int Settings::*, Pair Settings::*>;

struct Setting {
  std::string_view name;
  Member member;
  int least = 0;
  int most = 0x7fffffff;
};

// In the order of the names. The bounds are those of Linux 6.1.
constexpr std::array kSettings{
    Setting{"am_droprate", &Settings::am_droprate},
    Setting{"amemthresh", &Settings::amemthresh},
    Setting{"backup_only", &Settings::backup_only},
    Setting{"cache_bypass", &Settings::cache_bypass},
    Setting{"conn_reuse_mode", &Settings::conn_reuse_mode},
    Setting{"conntrack", &Settings::conntrack},
    Setting{"drop_entry", &Settings::drop_entry, 0, 3},
    Setting{"drop_packet", &Settings::drop_packet, 0, 3},
    Setting{"expire_nodest_conn", &Settings::expire_nodest_conn},
    Setting{"expire_quiescent_template", &Settings::expire_quiescent_template},
    Setting{"ignore_tunneled", &Settings::ignore_tunneled},
    Setting{"lblc_expiration", &Settings::lblc_expiration},
    Setting{"lblcr_expiration", &Settings::lblcr_expiration},
    Setting{"nat_icmp_send", &Settings::nat_icmp_send},
    Setting{"pmtu_disc", &Settings::pmtu_disc},
    Setting{"run_estimation", &Settings::run_estimation},
    Setting{"schedule_icmp", &Settings::schedule_icmp},
    Setting{"secure_tcp", &Settings::secure_tcp, 0, 3},
    Setting{"sloppy_sctp", &Settings::sloppy_sctp},
    Setting{"sloppy_tcp", &Settings::sloppy_tcp},
    Setting{"snat_reroute", &Settings::snat_reroute},
    Setting{"sync_persist_mode", &Settings::sync_persist_mode},
    Setting{"sync_ports", &Settings::sync_ports, 1, 64},
    Setting{"sync_refresh_period", &Settings::sync_refresh_period},
    Setting{"sync_retries", &Settings::sync_retries, 0, 3},
    Setting{"sync_threshold", &Settings::sync_threshold},
    Setting{"sync_version", &Settings::sync_version, 0, 1},
};

const Setting* find(std::string_view name) {
  for (const Setting& setting : kSettings)
    if (setting.name == name) return &setting;
  return nullptr;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\n");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n") - from + 1);
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

// sync_threshold: "THRESHOLD PERIOD", the first below the second unless that is 0.
std::optional<Pair> pair(std::string_view text) {
  const auto gap = text.find_first_of(" \t");
  if (gap == text.npos) return {};
  const auto first = number(text.substr(0, gap));
  const auto second = number(trimmed(text.substr(gap)));
  if (!first || !second || *first < 0 || *second < 0) return {};
  if (*first >= *second && *second != 0) return {};
  return Pair{*first, *second};
}

}  // namespace

std::vector<std::string_view> setting_names() {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings) names.push_back(setting.name);
  return names;
}

bool set(Settings& settings, std::string_view name, std::string_view value) {
  const Setting* setting = find(name);
  if (!setting) return false;
  value = trimmed(value);
  if (const auto* member = std::get_if<Pair Settings::*>(&setting->member)) {
    const auto given = pair(value);
    if (given) settings.** member = *given;
    return given.has_value();
  }
  const auto given = number(value);
  if (!given || *given < setting->least || *given > setting->most) return false;
  if (const auto* whole = std::get_if<int Settings::*>(&setting->member))
    settings.** whole = *given;
  else
    settings.*std::get<bool Settings::*>(setting->member) = *given != 0;
  return true;
}

std::optional<std::string> get(const Settings& settings, std::string_view name) {
  const Setting* setting = find(name);
  if (!setting) return {};
  if (const auto* member = std::get_if<Pair Settings::*>(&setting->member))
    return std::to_string((settings.**member)[0]) + "\t" + std::to_string((settings.**member)[1]);
  if (const auto* whole = std::get_if<int Settings::*>(&setting->member))
    return std::to_string(settings.**whole);
  return settings.*std::get<bool Settings::*>(setting->member) ? "1" : "0";
}

}  // namespace lvslab::ipvs
