#include <algorithm>
#include <map>
#include <set>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"
#include "emulator/scenario/ports.hh"

namespace lvslab::scenario {

namespace {

std::string name_of(Way way) {
  return way == Way::request ? "request" : "reply";
}

// Exchanges that were answered although no packet of the way is among the frames.
std::vector<std::string> unseen(const Study& study, Way way) {
  std::set<size_t> seen;
  for (const Packet& packet : study.packets())
    if (packet.way == way && !packet.error) seen.insert(packet.exchange);
  std::vector<std::string> clients;
  for (size_t i = 0; i < study.exchanges().size(); ++i)
    if (study.exchanges()[i].outcome == Outcome::answered && !seen.contains(i))
      clients.push_back(study.exchanges()[i].client.to_string());
  return clients;
}

}  // namespace

Verdict judge(const Study& study, const topology::ExpectPath& expected) {
  std::map<std::string, size_t> paths;
  Misses misses;
  for (const Packet& packet : study.packets()) {
    if (packet.way != expected.way || packet.error) continue;
    std::vector<std::string> wanted;
    wanted.reserve(expected.hosts.size());
    for (const std::string& name : expected.hosts)
      wanted.push_back(host_named(study, name, packet.exchange));
    const auto hosts = study.hosts_of(packet);
    const std::string path = joined(hosts, " > ");
    ++paths[path];
    if (hosts != wanted)
      misses.add(packet.sightings.back(),
                 {"path: " + path + ", expected " + joined(wanted, " > ")});
  }
  std::vector<std::string> items;
  for (const auto& [path, count] : paths)
    items.push_back(path + " (" + count_of(count, "packet") + ")");
  std::string found = items.empty() ? "no packet of that way was seen" : joined(items, "; ");
  const auto missing = unseen(study, expected.way);
  if (!items.empty() && !missing.empty())
    found += "; no " + name_of(expected.way) + " packet seen of " + joined(missing, ", ");
  if (!items.empty() && misses.empty() && missing.empty()) return pass(found);
  return fail(study, name_of(expected.way) + " packets pass " + joined(expected.hosts, " > "),
              found, misses);
}

}  // namespace lvslab::scenario
