// What the driver of the step saw: who answered, in which order, to whom, or what came instead.

#include <algorithm>
#include <map>

#include "emulator/scenario/expectations.hh"
#include "emulator/scenario/misses.hh"

namespace lvslab::scenario {

namespace {

std::vector<size_t> answered(const Study& study) {
  std::vector<size_t> found;
  for (size_t i = 0; i < study.exchanges().size(); ++i)
    if (study.exchanges()[i].outcome == Outcome::answered) found.push_back(i);
  return found;
}

std::string server_name(const Study& study, size_t exchange) {
  const std::string name = study.server_of(exchange);
  return name.empty() ? "an unknown server" : name;
}

// "rs1: 4, rs2: 4"
std::string tally(const std::map<std::string, uint32_t>& counts) {
  std::vector<std::string> items;
  for (const auto& [name, count] : counts)
    if (count) items.push_back(name + ": " + std::to_string(count));
  return items.empty() ? "nobody answered" : joined(items, ", ");
}

std::map<std::string, uint32_t> without_zeros(std::map<std::string, uint32_t> counts) {
  std::erase_if(counts, [](const auto& item) { return item.second == 0; });
  return counts;
}

// "; timeout: 2": what came instead of an answer, "" if every request was answered.
std::string failures(const Study& study) {
  std::map<std::string, uint32_t> counts;
  for (const Exchange& exchange : study.exchanges())
    if (exchange.outcome != Outcome::answered) ++counts[std::string(name_of(exchange.outcome))];
  return counts.empty() ? "" : "; " + tally(counts);
}

// An answer in a server's name whose reply another host put on the wire.
std::vector<std::string> contradictions(const Study& study) {
  std::vector<std::string> lines;
  for (const Packet& packet : study.packets()) {
    if (packet.way != Way::reply || packet.error) continue;
    const Exchange& exchange = study.exchanges()[packet.exchange];
    const Observation& first = study.frames()[packet.sightings.front()];
    if (exchange.outcome != Outcome::answered || exchange.server.empty()) continue;
    if (first.sighting->direction != fabric::Direction::sent) continue;
    if (study.host(first) == exchange.server) continue;
    lines.push_back(exchange.client.to_string() + " was answered in the name of " +
                    exchange.server + ", but this reply came from " + study.host(first) + ": " +
                    frame_line(study, packet.sightings.front()));
  }
  return lines;
}

// One line for each exchange: the client's word, to be read beside the frames.
std::vector<std::string> exchange_lines(const Study& study) {
  std::vector<std::string> lines;
  constexpr size_t kShown = 32;
  for (size_t i = 0; i < std::min(kShown, study.exchanges().size()); ++i) {
    const Exchange& exchange = study.exchanges()[i];
    std::string line = "  " + exchange.client.to_string() + " > " + exchange.target.to_string() +
                       ": " + std::string(name_of(exchange.outcome));
    if (exchange.outcome == Outcome::answered) line += " by " + server_name(study, i);
    if (exchange.peer_seen) line += ", which saw " + exchange.peer_seen->to_string();
    lines.push_back(line);
  }
  if (study.exchanges().size() > kShown)
    lines.push_back("  and " + std::to_string(study.exchanges().size() - kShown) + " more");
  return lines;
}

Verdict fail_exchanges(const Study& study, const std::string& expected, const std::string& found) {
  Verdict verdict = fail(study, expected, found);
  auto lines = exchange_lines(study);
  lines.insert(lines.begin(), lines.empty() ? "no request was made" : "the requests:");
  verdict.details.insert(verdict.details.begin() + 2, lines.begin(), lines.end());
  return verdict;
}

}  // namespace

Verdict judge(const Study& study, const topology::ExpectAnswers& expected) {
  std::map<std::string, uint32_t> counts;
  for (const size_t i : answered(study)) ++counts[server_name(study, i)];
  std::string found = tally(counts) + failures(study);
  const auto contradicted = contradictions(study);
  if (!contradicted.empty()) found += "; contradicted by the frames";
  if (counts == without_zeros(expected.by_server) && contradicted.empty()) return pass(found);
  Verdict verdict = fail_exchanges(study, tally(expected.by_server), found);
  verdict.details.insert(verdict.details.begin() + 2, contradicted.begin(), contradicted.end());
  return verdict;
}

Verdict judge(const Study& study, const topology::ExpectOrder& expected) {
  std::vector<std::string> order;
  for (const size_t i : answered(study)) order.push_back(server_name(study, i));
  const std::string found =
      (order.empty() ? "nobody answered" : joined(order, " ")) + failures(study);
  if (order == expected.servers) return pass(found);
  return fail_exchanges(study, joined(expected.servers, " "), found);
}

Verdict judge(const Study& study, const topology::ExpectError& expected) {
  std::map<std::string, uint32_t> counts;
  for (const Exchange& exchange : study.exchanges())
    ++counts[std::string(name_of(exchange.outcome))];
  const size_t all = study.exchanges().size();
  const std::string found = all ? tally(counts) : "no request was made";
  if (all && counts.size() == 1 && counts.contains(expected.error)) return pass(found);
  return fail_exchanges(study, expected.error + " for every request", found);
}

Verdict judge(const Study& study, const topology::ExpectPeer& expected) {
  std::map<std::string, uint32_t> counts;
  for (const size_t i : answered(study)) {
    const auto& peer = study.exchanges()[i].peer_seen;
    ++counts[(peer ? peer->address.to_string() : "an unknown peer") + " seen by " +
             server_name(study, i)];
  }
  const auto indices = answered(study);
  const bool right = std::all_of(indices.begin(), indices.end(), [&](size_t i) {
    const auto& peer = study.exchanges()[i].peer_seen;
    return peer && peer->address == expected.address;
  });
  if (right && !indices.empty()) return pass(tally(counts));
  return fail_exchanges(study, expected.address.to_string() + " seen by every server",
                        tally(counts) + failures(study));
}

}  // namespace lvslab::scenario
