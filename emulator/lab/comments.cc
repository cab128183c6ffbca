#include "emulator/lab/comments.hh"

#include <deque>
#include <span>
#include <unordered_map>

namespace lvslab::lab {

namespace {

// Sightings of a frame that nobody has claimed yet, oldest first.
using Unclaimed = std::unordered_map<uint64_t, std::deque<fabric::Sighting*>>;

void claim(Unclaimed& unclaimed, uint64_t hash, const std::string& text) {
  const auto found = unclaimed.find(hash);
  if (found == unclaimed.end() || found->second.empty()) return;
  found->second.front()->comment = text;
  found->second.pop_front();
}

}  // namespace

void add_comments(const std::string& director, const std::vector<node::Handled>& handled,
                  fabric::Evidence& evidence, size_t first) {
  Unclaimed received, sent;
  for (auto& sighting : std::span(evidence.sightings).subspan(first)) {
    if (evidence.ports[sighting.port].host != director) continue;
    auto& side = sighting.direction == fabric::Direction::received ? received : sent;
    side[node::frame_hash(sighting.bytes)].push_back(&sighting);
  }
  for (const auto& entry : handled) {
    claim(received, entry.in_hash, entry.text);
    for (const uint64_t hash : entry.out_hashes) claim(sent, hash, entry.text);
  }
}

}  // namespace lvslab::lab
