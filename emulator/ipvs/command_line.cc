#include "emulator/ipvs/command_line.hh"

#include "emulator/ipvs/draft.hh"
#include "emulator/ipvs/option_stream.hh"

namespace lvslab::ipvs {

namespace {

using enum Subject;
using Found = OptionStream::Found;

constexpr int kNoOption = 255;

[[noreturn]] void refuse_option(const OptionStream& stream, Found found) {
  const char* why = found == Found::unknown    ? "unknown option"
                    : found == Found::no_value ? "missing argument"
                                               : "option does not take an argument";
  throw Refusal(stream.word() + ": " + why, kNoOption, true);
}

// Up to the end of the line: options, then words of none.
void read_rest(OptionStream& stream, const Option& command, Draft& draft) {
  OptionStream::Next next;
  while ((next = stream.next()).found == Found::option) {
    if (next.option->subject == Subject::command)
      throw Refusal("invalid option `" + stream.word() + "'");
    draft.take(*next.option, next.value);
  }
  if (next.found != Found::end) refuse_option(stream, next.found);
  const auto& arguments = stream.arguments();
  const size_t expected = command.name == "set" ? 3 : 0;
  if (expected != 0) draft.take_timeouts(arguments);
  if (arguments.size() > expected) throw Refusal("unexpected argument " + arguments[expected]);
}

// Of several columns the first in this order is shown.
Form form_of(Subjects given) {
  Form form;
  form.numeric = has(given, numeric);
  form.sorted = !has(given, nosort);
  form.exact = has(given, exact);
  form.columns = has(given, stats)             ? Columns::stats
                 : has(given, rate)            ? Columns::rates
                 : has(given, thresholds)      ? Columns::thresholds
                 : has(given, persistent_conn) ? Columns::persistent
                 : has(given, tun_info)        ? Columns::tunnels
                                               : Columns::usual;
  return form;
}

List list_of(const Draft& draft) {
  const Subjects given = draft.given();
  const auto any = [given](auto... subjects) { return (has(given, subjects) || ...); };
  const bool counted = any(stats, rate, thresholds);
  if ((any(connection, timeout, daemon) && counted) ||
      (any(timeout, daemon) && any(persistent_conn)))
    throw Refusal("options conflicts in the list command");
  List list;
  list.form = form_of(given);
  if (any(connection))
    list.what = List::What::connections;
  else if (any(timeout))
    list.what = List::What::timeouts;
  else if (any(daemon))
    list.what = List::What::daemons;
  else if (any(service))
    list.service = draft.key();
  return list;
}

Request service_request(const Draft& draft, bool edit) {
  draft.check_service();
  if (!draft.known()) return UnknownModule{draft.key(), edit};
  if (edit) return Command(EditService{draft.service()});
  return Command(AddService{draft.service()});
}

Request destination_request(Draft& draft, bool edit) {
  draft.settle_destination();
  if (edit) return Command(EditDestination{draft.key(), draft.destination()});
  return Command(AddDestination{draft.key(), draft.destination()});
}

Request zero_request(const Draft& draft) {
  return Command(has(draft.given(), service) ? Zero{draft.key()} : Zero{});
}

Request request_of(std::string_view command, Draft& draft) {
  if (command == "add-service") return service_request(draft, false);
  if (command == "edit-service") return service_request(draft, true);
  if (command == "delete-service") return Command(DeleteService{draft.key()});
  if (command == "add-server") return destination_request(draft, false);
  if (command == "edit-server") return destination_request(draft, true);
  if (command == "delete-server")
    return Command(DeleteDestination{draft.key(), draft.destination().real});
  if (command == "clear") return Command(Clear{});
  if (command == "zero") return zero_request(draft);
  if (command == "set") return Command(draft.timeouts());
  if (command == "start-daemon") return Command(StartDaemon{draft.daemon()});
  if (command == "stop-daemon") return Command(StopDaemon{draft.daemon().role, draft.daemon().id});
  if (command == "restore") return Restore{};
  if (command == "save") return Save{form_of(draft.given())};
  return list_of(draft);
}

}  // namespace

void refuse_without_command() {
  throw Refusal("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", kNoOption);
}

Request read_command_line(const std::vector<std::string>& arguments, const Resolver& resolver) {
  if (arguments.empty()) return List{};
  OptionStream stream(arguments);
  const OptionStream::Next first = stream.next();
  if (first.found != Found::option || first.option->subject != Subject::command)
    refuse_without_command();
  const Option& command = *first.option;
  if (command.name == "help") return Help{};
  if (command.name == "version") return Version{};
  Draft draft(resolver);
  if (first.value) draft.take_role(command, *first.value);
  read_rest(stream, command, draft);
  draft.settle_flags();
  check_legality(command.name, draft.given());
  return request_of(command.name, draft);
}

}  // namespace lvslab::ipvs
