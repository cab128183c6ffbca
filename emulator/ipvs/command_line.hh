#pragma once
// A whole command line of ipvsadm: rules, listings, -S, -R and the rest, read as ipvsadm 1.31 reads
// them, with its messages and exit codes for what it refuses.
//
//   {"-A", "-t", "192.0.2.1:80"}      ->  Command (AddService ...)
//   {"-Ln", "--stats"}                ->  List
//   {"-A", "-t", "192.0.2.1"}         ->  Refusal "Zero port specified for ...", status 2
//
// language.hh reads rules as a topology has them: one line, strict, with places for mistakes. Here
// everything goes that goes there: names, "1.2:80", options that are forgotten.

#include <string>
#include <variant>
#include <vector>

#include "emulator/ipvs/legality.hh"
#include "emulator/ipvs/listing.hh"
#include "emulator/ipvs/resolver.hh"

namespace lvslab::ipvs {

// -A or -E with a scheduler or persistence engine that no kernel has: refused once it is known that
// the service could be added or edited.
struct UnknownModule {
  ServiceKey key;
  bool edit = false;
};

struct List {
  enum class What : uint8_t { services, connections, timeouts, daemons };
  What what = What::services;
  std::optional<ServiceKey> service;  // that one only
  Form form;
};
struct Save {
  Form form;
};
struct Restore {};
struct Help {};
struct Version {};

using Request = std::variant<Command, UnknownModule, List, Save, Restore, Help, Version>;

// arguments: without argv[0]; none are `ipvsadm` alone, a listing. Throws Refusal.
Request read_command_line(const std::vector<std::string>& arguments, const Resolver& resolver);

// What a line is told that does not begin with a command; and -R inside -R.
[[noreturn]] void refuse_without_command();

}  // namespace lvslab::ipvs
