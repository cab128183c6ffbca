#include <algorithm>
#include <map>
#include <set>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::scenario {

Verdict judge(const Study& study, const topology::ExpectArp& expected) {
  std::map<std::string, std::set<std::string>> answered;  // host: MACs it gave
  size_t asked = 0;
  Misses misses;
  for (size_t i = 0; i < study.frames().size(); ++i) {
    const Observation& frame = study.frames()[i];
    if (!frame.layers.arp || frame.sighting->direction != fabric::Direction::sent) continue;
    const auto arp = wire::ArpView::over(frame.layers.frame.subspan(*frame.layers.arp));
    if (arp->operation() == wire::arp::kRequest && arp->target_ip() == expected.address) ++asked;
    if (arp->operation() != wire::arp::kReply || arp->sender_ip() != expected.address) continue;
    answered[study.host(frame)].insert(wire::to_string(arp->sender_mac()));
    misses.add(i, {"answered by " + study.host(frame)});
  }
  std::vector<std::string> items;
  std::set<std::string> hosts;
  for (const auto& [host, macs] : answered) {
    hosts.insert(host);
    items.push_back(host + " (" + joined({macs.begin(), macs.end()}, ", ") + ")");
  }
  const std::string found = (asked ? std::string() : "nobody asked; ") +
                            (items.empty() ? "nobody answered" : joined(items, ", "));
  const std::set<std::string> wanted(expected.answered_by.begin(), expected.answered_by.end());
  if (asked && hosts == wanted) return pass(found);
  const std::string who = wanted.empty() ? "nobody" : joined(expected.answered_by, ", ");
  return fail(study, who + " to answer who-has " + expected.address.to_string(), found, misses);
}

}  // namespace lvslab::scenario
