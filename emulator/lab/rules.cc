#include "emulator/lab/rules.hh"

#include "emulator/base/error.hh"

namespace lvslab::lab {

size_t apply_rules(node::DirectorNode& director, const std::vector<topology::Rule>& rules, Time now,
                   std::string& why) {
  for (size_t taken = 0; taken < rules.size(); ++taken)
    if (const auto refusal = director.try_apply(rules[taken].command, now)) {
      why = refusal;
      return taken;
    }
  return rules.size();
}

void refuse_rule(const topology::Topology& topology, const std::string& director,
                 const topology::Rule& rule, const std::string& why) {
  throw UsageError(topology.file + ":" + std::to_string(rule.place.line) + ":" +
                   std::to_string(rule.place.column) + ": " + director + " refuses \"" + rule.text +
                   "\": " + why);
}

}  // namespace lvslab::lab
