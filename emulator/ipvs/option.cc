#include "emulator/ipvs/option.hh"

#include <algorithm>
#include <iterator>

namespace lvslab::ipvs {

namespace {

using enum Subject;
using enum Takes;

// In the order of ipvsadm(8).
constexpr Option kOptions[] = {
    {'A', "add-service", command},
    {'E', "edit-service", command},
    {'D', "delete-service", command},
    {'C', "clear", command},
    {'R', "restore", command},
    {'S', "save", command},
    {'a', "add-server", command},
    {'e', "edit-server", command},
    {'d', "delete-server", command},
    {'L', "list", command},
    {'l', "list", command},
    {'Z', "zero", command},
    {0, "set", command},
    {0, "start-daemon", command, value},
    {0, "stop-daemon", command, value},
    {'h', "help", command},
    {'v', "version", command},
    {'t', "tcp-service", service, value},
    {'u', "udp-service", service, value},
    {0, "sctp-service", service, value},
    {'f', "fwmark-service", service, value},
    {'6', "ipv6", ipv6},
    {'s', "scheduler", scheduler, value},
    {'p', "persistent", persistent, optional_value},
    {'M', "netmask", netmask, value},
    {0, "pe", engine, value},
    {'o', "ops", ops},
    {'b', "sched-flags", flags, value},
    {'r', "real-server", server, value},
    {'m', "masquerading", method},
    {'g', "gatewaying", method},
    {'i', "ipip", method},
    {'w', "weight", weight, value},
    {'x', "u-threshold", upper, value},
    {'y', "l-threshold", lower, value},
    {0, "tun-type", tun_type, value},
    {0, "tun-port", tun_port, value},
    {0, "tun-nocsum", tun_nocsum},
    {0, "tun-csum", tun_csum},
    {0, "tun-remcsum", tun_remcsum},
    {'n', "numeric", numeric},
    {'c', "connection", connection},
    {0, "timeout", timeout},
    {0, "daemon", daemon},
    {0, "stats", stats},
    {0, "rate", rate},
    {'X', "exact", exact},
    {0, "thresholds", thresholds},
    {0, "persistent-conn", persistent_conn},
    {0, "tun-info", tun_info},
    {0, "sort", sort},
    {0, "nosort", nosort},
    {0, "syncid", syncid, value},
    {0, "sync-maxlen", largest, value},
    {0, "mcast-interface", interface, value},
    {0, "mcast-group", group, value},
    {0, "mcast-port", mcast_port, value},
    {0, "mcast-ttl", mcast_ttl, value},
};

template <class Predicate>
const Option* find(Predicate predicate) {
  const auto* found = std::find_if(std::begin(kOptions), std::end(kOptions), predicate);
  return found == std::end(kOptions) ? nullptr : found;
}

}  // namespace

const Option* option_with(char letter) {
  if (letter == 0) return nullptr;
  return find([letter](const Option& o) { return o.letter == letter; });
}

const Option* option_named(std::string_view name) {
  return find([name](const Option& o) { return o.name == name; });
}

std::vector<std::string_view> option_names() {
  std::vector<std::string_view> names;
  for (const auto& option : kOptions) names.push_back(option.name);
  return names;
}

std::string spelling(const Option& option) {
  if (option.letter != 0) return {'-', option.letter};
  return "--" + std::string(option.name);
}

std::string spellings(Subjects subjects) {
  std::string text;
  for (const auto& option : kOptions) {
    if (!has(subjects, option.subject)) continue;
    if (!text.empty()) text += ", ";
    text += spelling(option);
  }
  return text;
}

FlagNames flag_names(Scheduler scheduler) {
  if (scheduler == Scheduler::sh) return {"sh-fallback", "sh-port"};
  if (scheduler == Scheduler::mh) return {"mh-fallback", "mh-port"};
  return {};
}

}  // namespace lvslab::ipvs
