#include "emulator/ipvs/legality.hh"

#include <array>
#include <iterator>

namespace lvslab::ipvs {

namespace {

using enum Subject;

constexpr Subjects kNone = 0;
constexpr Subjects kService = kNone | service;
constexpr Subjects kServer = service | server;
constexpr Subjects kServiceOptions = scheduler | persistent | netmask | ops | engine | flags;
constexpr Subjects kTunnelOptions = tun_type | tun_port | tun_nocsum | tun_csum | tun_remcsum;
constexpr Subjects kServerOptions = kTunnelOptions | method | weight | upper | lower;
constexpr Subjects kListOptions =
    numeric | stats | rate | thresholds | persistent_conn | nosort | syncid | exact | tun_info;

struct Row {
  std::string_view command;
  std::string_view title;  // as messages call it
  Subjects required;
  Subjects optional;
  Subjects exclusive;  // at most one of them
};

constexpr Row kCommands[] = {
    {"add-service", "add-service", kService, kServiceOptions, kNone},
    {"edit-service", "edit-service", kService, kServiceOptions, kNone},
    {"delete-service", "delete-service", kService, kNone, kNone},
    {"clear", "flush", kNone, kNone, kNone},
    {"list", "list", kNone, kListOptions, connection | service | timeout | daemon},
    {"add-server", "add-server", kServer, kServerOptions, kNone},
    {"delete-server", "delete-server", kServer, kNone, kNone},
    {"edit-server", "edit-server", kServer, kServerOptions, kNone},
    {"set", "set", kNone, kNone, kNone},
    {"start-daemon", "start-daemon", kNone,
     interface | syncid | group | mcast_port | mcast_ttl | largest, kNone},
    {"stop-daemon", "stop-daemon", kNone, kNone | syncid, kNone},
    {"restore", "restore", kNone, kNone, kNone},
    {"save", "save", kNone, kNone | numeric, kNone},
    {"zero", "zero", kNone, kService, kNone},
};

constexpr Row kTunnels[] = {
    {"ipip", "ipip", kNone, kNone, kNone},
    {"gue", "gue", kNone | tun_port, kNone, tun_nocsum | tun_csum | tun_remcsum},
    {"gre", "gre", kNone, kNone, tun_nocsum | tun_csum},
};

constexpr std::array<std::string_view, kSubjects - static_cast<size_t>(numeric)> kTitles = {
    "numeric",
    "connection",
    "service-address",
    "scheduler",
    "persistent",
    "netmask",
    "real-server",
    "forwarding-method",
    "weight",
    "u-threshold",
    "l-threshold",
    "mcast-interface",
    "timeout",
    "daemon",
    "stats",
    "rate",
    "thresholds",
    "persistent-conn",
    "nosort",
    "syncid",
    "exact",
    "ops",
    "pe",
    "sched-flags",
    "mcast-group",
    "mcast-port",
    "mcast-ttl",
    "sync-maxlen",
    "tun-info",
    "tun-type",
    "tun-port",
    "tun-nocsum",
    "tun-csum",
    "tun-remcsum"};
static_assert(!kTitles.back().empty(), "a title for each subject from numeric on");

// In the order of the subjects, so that of several mistakes ipvsadm's is told.
void check(const Row& row, const std::string& of, Subjects given, Subject from) {
  const auto named = [](Subject s) { return "'" + std::string(title_of(s)) + "'"; };
  std::optional<Subject> chosen;
  for (auto i = static_cast<uint8_t>(from); i < kSubjects; ++i) {
    const auto subject = static_cast<Subject>(i);
    if (!has(given, subject)) {
      if (has(row.required, subject))
        throw Refusal("You need to supply the " + named(subject) + " option for the " + of);
    } else if (has(row.exclusive, subject)) {
      if (chosen)
        throw Refusal("The option " + named(subject) + " conflicts with the " + named(*chosen) +
                      " option in the " + of);
      chosen = subject;
    } else if (!has(row.required | row.optional, subject)) {
      throw Refusal("Illegal " + named(subject) + " option with the " + of);
    }
  }
}

}  // namespace

std::string_view title_of(Subject subject) {
  return kTitles[static_cast<size_t>(subject) - static_cast<size_t>(numeric)];
}

void check_legality(std::string_view command, Subjects given) {
  for (const Row& row : kCommands)
    if (row.command == command)
      check(row, "'" + std::string(row.title) + "' command", given, numeric);
}

void check_legality(TunnelType type, Subjects given) {
  const Row& row = kTunnels[static_cast<size_t>(type)];
  check(row, "'" + std::string(row.title) + "' tunnel type", given, tun_port);
}

}  // namespace lvslab::ipvs
