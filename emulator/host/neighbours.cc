#include "emulator/host/neighbours.hh"

#include <algorithm>

namespace lvslab::host {

using State = Neighbour::State;

const Neighbour* Neighbours::entry(uint32_t port, const wire::IpAddress& address) const {
  const auto found = entries_.find({port, address});
  return found == entries_.end() ? nullptr : &found->second;
}

const wire::Mac* Neighbours::find(uint32_t port, const wire::IpAddress& address) const {
  const Neighbour* neighbour = entry(port, address);
  return neighbour && neighbour->state == State::reachable ? &neighbour->mac : nullptr;
}

Neighbour* Neighbours::make(const NeighbourKey& key) {
  if (entries_.size() >= kNeighbourBound) forget_failed();
  if (entries_.size() >= kNeighbourBound) return nullptr;
  Neighbour& neighbour = entries_[key];
  neighbour.key = key;
  neighbour.state = State::failed;
  return &neighbour;
}

void Neighbours::forget_failed() {
  std::erase_if(entries_, [](const auto& item) { return item.second.state == State::failed; });
}

Neighbours::Queued Neighbours::wait(const NeighbourKey& key, WaitingPacket packet, Time now) {
  const auto found = entries_.find(key);
  Neighbour* neighbour = found == entries_.end() ? make(key) : &found->second;
  if (!neighbour) return {.full = true};
  Queued result;
  if (neighbour->waiting.size() == kNeighbourQueue) {
    neighbour->waiting.erase(neighbour->waiting.begin());
    result.pushed_out = true;
  }
  neighbour->waiting.push_back(std::move(packet));
  if (neighbour->state != State::failed) return result;
  neighbour->state = State::incomplete;
  neighbour->probes = 1;
  neighbour->deadline = now + kNeighbourRetransmit;
  unresolved_.push_back(key);
  result.ask = neighbour;
  return result;
}

Neighbour* Neighbours::learn(const NeighbourKey& key, const wire::Mac& mac, Evidence evidence,
                             Time now) {
  const auto found = entries_.find(key);
  Neighbour* neighbour = found == entries_.end() ? nullptr : &found->second;
  if (!neighbour && evidence == Evidence::asked_us) neighbour = make(key);
  if (!neighbour || neighbour->permanent) return nullptr;
  const bool locked = neighbour->state == State::reachable && evidence == Evidence::seen &&
                      now <= neighbour->updated + kNeighbourLock;
  if (locked && neighbour->mac != mac) return nullptr;
  if (neighbour->state == State::incomplete) resolved(key);
  neighbour->state = State::reachable;
  neighbour->mac = mac;
  neighbour->updated = now;
  return neighbour;
}

void Neighbours::resolved(const NeighbourKey& key) {
  unresolved_.erase(std::find(unresolved_.begin(), unresolved_.end(), key));
}

// Linux takes the latest of the timers of one instant first.
Neighbour* Neighbours::due(Time now) {
  Neighbour* first = nullptr;
  for (const NeighbourKey& key : unresolved_) {
    Neighbour& neighbour = entries_.at(key);
    if (neighbour.deadline <= now && (!first || neighbour.deadline <= first->deadline))
      first = &neighbour;
  }
  if (!first) return nullptr;
  resolved(first->key);
  if (first->probes < kNeighbourProbes) {
    ++first->probes;
    first->deadline = now + kNeighbourRetransmit;
    unresolved_.push_back(first->key);
  } else {
    first->state = State::failed;
  }
  return first;
}

Time Neighbours::next_deadline() const {
  Time least = kNever;
  for (const NeighbourKey& key : unresolved_) least = std::min(least, entries_.at(key).deadline);
  return least;
}

size_t Neighbours::waiting() const {
  size_t packets = 0;
  for (const NeighbourKey& key : unresolved_) packets += entries_.at(key).waiting.size();
  return packets;
}

void Neighbours::pin(const NeighbourKey& key, const wire::Mac& mac) {
  Neighbour& neighbour = entries_[key];
  neighbour.key = key;
  neighbour.state = State::reachable;
  neighbour.mac = mac;
  neighbour.permanent = true;
}

void Neighbours::flush() {
  std::erase_if(entries_, [](const auto& item) { return !item.second.permanent; });
  unresolved_.clear();
}

}  // namespace lvslab::host
