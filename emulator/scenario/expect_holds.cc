#include <algorithm>
#include <map>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/invariants.hh"
#include "emulator/scenario/misses.hh"

namespace lvslab::scenario {

namespace {

std::vector<Invariant> named(const std::vector<std::string>& names) {
  std::vector<Invariant> found;
  for (const std::string& name : names) {
    if (name == "all") return all_invariants();
    if (const auto one = invariant_of(name)) found.push_back(*one);
  }
  return found;
}

}  // namespace

Verdict judge(const Study& study, const topology::ExpectHolds& expected) {
  const std::vector<Invariant> which = named(expected.names);
  const size_t first = study.record().first_sighting;
  std::map<Invariant, size_t> broken;
  Misses misses;
  for (const Finding& finding : look(study.topology(), study.evidence(), first,
                                     study.record().end_sighting, &study.step(), which)) {
    ++broken[finding.invariant];
    misses.add(finding.sighting - first,
               {std::string(name_of(finding.invariant)) + ": " + finding.text});
  }
  std::vector<std::string> items, wanted;
  for (const Invariant one : which) wanted.emplace_back(name_of(one));
  for (const auto& [one, count] : broken)
    items.push_back(std::string(name_of(one)) + " broken by " + count_of(count, "frame"));
  for (const AtHost& host : study.record().at_hosts)
    if (std::find(which.begin(), which.end(), host.broken) != which.end())
      items.push_back(std::string(name_of(host.broken)) + " of " + host.text);
  const std::string in = "in " + count_of(study.frames().size(), "frame") + ": ";
  if (items.empty()) return pass(in + "none broken");
  return fail(study, joined(wanted, ", ") + " to hold", in + joined(items, ", "), misses);
}

}  // namespace lvslab::scenario
