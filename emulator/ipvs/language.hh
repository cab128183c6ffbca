#pragma once
// The ipvsadm language: from words to commands and back.
//
//   parse("-A -t 192.168.1.219:80 -s rr")  ->  AddService{...}
//   print(AddService{...})                 ->  "-A -t 192.168.1.219:80 -s rr"
//
// print() gives what `ipvsadm -S -n` would save (plus -x and -y, which the real one forgets), so
// parse(print(c)) == c for every command that parse() can give.
//
// parse() takes what ipvsadm 1.31 takes, in its spellings (-At, -p10, -p=10, --persistent 10), and
// refuses what it or the kernel would refuse whatever the state of the rules. It is stricter where
// ipvsadm would silently do what nobody meant: no host or port names, no IPv4 addresses of fewer
// than four numbers, no empty value ("--scheduler="), no -M for an IPv6 service before that service
// (ipvsadm forgets it there).
// Whether a service exists is not asked here: director/ answers that. Whole command lines, with
// listings and all that parse() refuses, are command_line.hh's.

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/ipvs/service.hh"

namespace lvslab::ipvs {

// A rule that ipvsadm would refuse: why, and where in the line (1 is its first character).
class RuleError : public std::runtime_error {
 public:
  RuleError(const std::string& why, size_t column) : std::runtime_error(why), column_(column) {}
  size_t column() const { return column_; }

 private:
  size_t column_;
};

// One command, with or without the word "ipvsadm" in front; words are separated by blanks, there
// are no quotes. Throws RuleError.
Command parse(std::string_view line);

std::string print(const Command& command);
std::string print(const ServiceKey& key);  // "-t 192.168.1.219:80", "-f 1 -6"
std::string print(const Tunnel& tunnel);   // "--tun-type gue --tun-port 6080 --tun-csum"

std::string_view name_of(Scheduler scheduler);
std::optional<Scheduler> scheduler_named(std::string_view name);
std::vector<std::string_view> scheduler_names();  // in the order of Scheduler
std::string_view name_of(Method method);          // "masquerade", "route", "tunnel"
std::string_view name_of(Protocol protocol);      // "TCP", "UDP", "SCTP"

// The known name nearest to what somebody wrote: "wieght" -> "weight", "tcp" -> "tcp-service". None
// when nothing is near enough to be meant.
std::optional<std::string_view> nearest(std::string_view written,
                                        const std::vector<std::string_view>& known);

}  // namespace lvslab::ipvs
