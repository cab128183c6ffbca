#pragma once
// The options of ipvsadm 1.31 as tables: how each is spelled, whether it takes a value, what it is
// about. lexer.hh and option_stream.hh read lines by them, language.cc and legality.hh say which go
// together. Not for other rooms.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/ipvs/service.hh"

namespace lvslab::ipvs {

// What an option is about. A rule has at most one option of each: -t and -u both say its service,
// -m and -g its method.
// From numeric on they stand in the order in which ipvsadm looks for what does not go together.
// clang-format off
enum class Subject : uint8_t {
  command, ipv6, sort,
  numeric, connection, service, scheduler, persistent, netmask, server, method, weight, upper,
  lower, interface, timeout, daemon, stats, rate, thresholds, persistent_conn, nosort, syncid,
  exact, ops, engine, flags, group, mcast_port, mcast_ttl, largest, tun_info, tun_type, tun_port,
  tun_nocsum, tun_csum, tun_remcsum,
  kCount
};
// clang-format on
inline constexpr size_t kSubjects = static_cast<size_t>(Subject::kCount);

// A set of subjects.
using Subjects = uint64_t;
constexpr Subjects operator|(Subject a, Subject b) {
  return Subjects{1} << static_cast<unsigned>(a) | Subjects{1} << static_cast<unsigned>(b);
}
constexpr Subjects operator|(Subjects set, Subject s) {
  return set | Subjects{1} << static_cast<unsigned>(s);
}
constexpr bool has(Subjects set, Subject s) {
  return (set >> static_cast<unsigned>(s) & 1) != 0;
}

enum class Takes : uint8_t { nothing, value, optional_value };

struct Option {
  char letter;  // 0: it has none
  std::string_view name;
  Subject subject;
  Takes takes = Takes::nothing;
};

const Option* option_with(char letter);
const Option* option_named(std::string_view name);
std::vector<std::string_view> option_names();

std::string spelling(const Option& option);  // "-t", "--sctp-service"
std::string spellings(Subjects subjects);    // "-m, -i, -g, -w, -x, -y"

// What -b calls its bits for this scheduler.
struct FlagNames {
  std::string_view fallback = "flag-1";
  std::string_view port = "flag-2";
  std::string_view third = "flag-3";
};
FlagNames flag_names(Scheduler scheduler);

}  // namespace lvslab::ipvs
