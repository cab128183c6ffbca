// Which options each command takes (ipvsadm's own table), and the way from a line to a command.

#include "emulator/ipvs/language.hh"

#include "emulator/ipvs/rule.hh"

namespace lvslab::ipvs {

namespace {

using enum Subject;

Command add_destination(const Rule& rule) {
  const ServiceKey key = read_key(rule);
  const Destination destination = read_destination(rule, key);
  refuse_not_unicast(rule, destination.real);
  return AddDestination{key, destination};
}

Command edit_destination(const Rule& rule) {
  const ServiceKey key = read_key(rule);
  return EditDestination{key, read_destination(rule, key)};
}

Command delete_destination(const Rule& rule) {
  const ServiceKey key = read_key(rule);
  return DeleteDestination{key, read_real(rule, key)};
}

Command set_timeouts(const Rule& rule) {
  const auto& values = rule.arguments();
  if (values.size() < 3)
    refuse(rule.command().word, "--set needs three timeouts in seconds: tcp tcpfin udp");
  const auto seconds = [&](size_t i) {
    return read_number(values[i], "timeout (s)", 0, kLargestTimeout);
  };
  return SetTimeouts{seconds(0), seconds(1), seconds(2)};
}

Command stop_daemon(const Rule& rule) {
  const Daemon daemon = read_daemon(rule);
  return StopDaemon{daemon.role, daemon.id};
}

struct CommandRule {
  std::string_view name;  // long spelling
  Subjects required;
  Subjects optional;
  size_t arguments;
  Command (*read)(const Rule&);
};

constexpr Subjects kNone = 0;
constexpr Subjects kServiceOptions = ipv6 | scheduler | persistent | netmask | ops | engine | flags;
constexpr Subjects kDaemonOptions = interface | syncid | group | mcast_port | mcast_ttl | largest;
constexpr Subjects kServerOptions = ipv6 | method | weight | upper | lower | tun_type | tun_port |
                                    tun_nocsum | tun_csum | tun_remcsum;

// ipvsadm's table of commands and options.
const CommandRule kCommands[] = {
    {"add-service", kNone | service, kServiceOptions, 0,
     [](const Rule& r) -> Command { return AddService{read_service(r)}; }},
    {"edit-service", kNone | service, kServiceOptions, 0,
     [](const Rule& r) -> Command { return EditService{read_service(r)}; }},
    {"delete-service", kNone | service, kNone | ipv6, 0,
     [](const Rule& r) -> Command { return DeleteService{read_key(r)}; }},
    {"add-server", service | server, kServerOptions, 0, add_destination},
    {"edit-server", service | server, kServerOptions, 0, edit_destination},
    {"delete-server", service | server, kNone | ipv6, 0, delete_destination},
    {"clear", kNone, kNone, 0, [](const Rule&) -> Command { return Clear{}; }},
    {"zero", kNone, service | ipv6, 0,
     [](const Rule& r) -> Command { return r.has(service) ? Zero{read_key(r)} : Zero{}; }},
    {"set", kNone, kNone, 3, set_timeouts},
    {"start-daemon", kNone, kDaemonOptions, 0,
     [](const Rule& r) -> Command { return StartDaemon{read_daemon(r)}; }},
    {"stop-daemon", kNone, kNone | syncid, 0, stop_daemon},
};

const CommandRule& rule_for(const GivenOption& command) {
  for (const auto& candidate : kCommands)
    if (candidate.name == command.option->name) return candidate;
  refuse(command.word, spelling(*command.option) + " (--" + std::string(command.option->name) +
                           ") changes no rules: only -A, -E, -D, -C, -a, -e, -d, -Z, --set, " +
                           "--start-daemon and --stop-daemon do");
}

void refuse_illegal(const Line& line, const CommandRule& command) {
  const std::string name = spelling(*line.options.front().option);
  const Subjects legal = command.required | command.optional;
  for (const auto& given : line.options) {
    const Subject subject = given.option->subject;
    if (subject == Subject::command || has(legal, subject)) continue;
    refuse(given.word, spelling(*given.option) + " (--" + std::string(given.option->name) +
                           ") does not go with " + name + ", which takes " +
                           (legal == kNone ? "no options" : spellings(legal)));
  }
  if (line.arguments.size() > command.arguments) {
    const Word& extra = line.arguments[command.arguments];
    refuse(extra, "unexpected word " + quoted(extra.text));
  }
}

void refuse_missing(const Rule& rule, const CommandRule& command) {
  const std::string name = spelling(*rule.command().option);
  const auto missing = [&](Subject s) { return has(command.required, s) && !rule.has(s); };
  if (missing(service))
    refuse(rule.command().word, name + " needs a service: " + spellings(kNone | service));
  if (missing(server)) refuse(rule.command().word, name + " needs a server: -r ADDRESS[:PORT]");
}

}  // namespace

Command parse(std::string_view line) {
  const Line cut_line = cut(line);
  if (cut_line.options.empty() || cut_line.options.front().option->subject != Subject::command) {
    const size_t column = cut_line.options.empty() ? 1 : cut_line.options.front().word.column;
    throw RuleError("a rule begins with its command: -A, -E, -D, -C, -a, -e, -d, -Z or --set",
                    column);
  }
  const CommandRule& command = rule_for(cut_line.options.front());
  const Rule rule(cut_line);
  refuse_illegal(cut_line, command);
  refuse_missing(rule, command);
  return command.read(rule);
}

}  // namespace lvslab::ipvs
