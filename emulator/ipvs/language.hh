#pragma once
// The ipvsadm language: from words to commands and back.
//
//   parse("-A -t 192.168.1.219:80 -s rr")  ->  AddService{...}
//   print(AddService{...})                 ->  "-A -t 192.168.1.219:80 -s rr"
//
// print() gives what `ipvsadm -S -n` would save (plus -x and -y, which the real one forgets), so
// parse(print(c)) == c for every command that parse() can give.

#include <stdexcept>
#include <string>
#include <string_view>

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

// One command, with or without the word "ipvsadm" in front. Numeric addresses and ports only.
// Throws RuleError.
Command parse(std::string_view line);

std::string print(const Command& command);
std::string print(const ServiceKey& key);  // "-t 192.168.1.219:80", "-f 1 -6"

std::string_view name_of(Scheduler scheduler);
std::optional<Scheduler> scheduler_named(std::string_view name);
std::string_view name_of(Method method);      // "masquerade", "route", "tunnel"
std::string_view name_of(Protocol protocol);  // "TCP", "UDP", "SCTP"

}  // namespace lvslab::ipvs
