#pragma once
// One rule on its way from options to a command: Rule holds its options by what they are about, the
// readers make values of them and throw RuleError for what ipvsadm or the kernel would refuse.
// Which options a command takes at all is language.cc's. Not for other rooms.

#include <array>

#include "emulator/ipvs/lexer.hh"
#include "emulator/ipvs/value.hh"

namespace lvslab::ipvs {

// Each subject at most once. `line` must outlive the rule and begin with its command.
class Rule {
 public:
  explicit Rule(const Line& line);

  const GivenOption& command() const { return line_.options.front(); }
  // nullptr: not given.
  const GivenOption* find(Subject subject) const { return given_[static_cast<size_t>(subject)]; }
  bool has(Subject subject) const { return find(subject) != nullptr; }
  // Given for certain.
  const GivenOption& at(Subject subject) const { return *find(subject); }
  const std::vector<Word>& arguments() const { return line_.arguments; }

 private:
  void add(const GivenOption& given);

  const Line& line_;
  std::array<const GivenOption*, kSubjects> given_{};
};

ServiceKey read_key(const Rule& rule);
Service read_service(const Rule& rule);
Endpoint read_real(const Rule& rule, const ServiceKey& key);
Destination read_destination(const Rule& rule, const ServiceKey& key);
// --start-daemon, --stop-daemon
Daemon read_daemon(const Rule& rule);
void refuse_not_unicast(const Rule& rule, const Endpoint& real);

}  // namespace lvslab::ipvs
