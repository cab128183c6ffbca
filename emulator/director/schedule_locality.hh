#pragma once
// What lblc and lblcr have in common: a cache from virtual addresses to something about servers,
// its collection of stale entries, and when a server counts as overloaded.
//
// An address service has one virtual address and so one entry; a firewall mark's service has as
// many as are asked for.
//
// Servers are remembered by their real ends and found anew after each change of the list. That is
// what the kernel's counted references to deleted servers come to: one that is added again is the
// one that was cached. The kernel's timer runs every minute; here the minutes since the first
// connection are made up for at the next one, before anything is looked at.

#include <algorithm>
#include <array>
#include <vector>

#include "emulator/director/scheduler.hh"
#include "emulator/director/scheduler_hash.hh"

namespace lvslab::director {

// Overloaded: more active connections than its weight, while another server has less than half as
// many as its own.
inline bool is_overloaded(const RealServer& server, const RealServers& servers) {
  if (server.active <= server.rule.weight) return false;
  for (const auto& other : servers)
    if (uint64_t{other->active} * 2 < other->rule.weight) return true;
  return false;
}

// wlc's choice among all.
inline RealServer* least_loaded_of_all(const RealServers& servers) {
  return least_loaded(
      servers, [](const RealServer& s) { return s.schedulable(); },
      [](const RealServer& s) { return s.overhead(); });
}

// A server by its real end; at() is null while the list does not have it.
class CachedServer {
 public:
  CachedServer() = default;
  CachedServer(RealServer* server, uint64_t generation)
      : end_(server->rule.real), server_(server), generation_(generation) {}

  const ipvs::Endpoint& end() const { return end_; }
  // generation: changes whenever the list does. Linear in the list after a change, else constant.
  RealServer* at(const RealServers& servers, uint64_t generation) {
    if (generation_ == generation) return server_;
    generation_ = generation;
    server_ = nullptr;
    for (const auto& server : servers)
      if (server->rule.real == end_) server_ = server.get();
    return server_;
  }

 private:
  ipvs::Endpoint end_;
  RealServer* server_ = nullptr;
  uint64_t generation_ = 0;
};

// Entries by virtual address, in 1024 buckets. Value is default-constructible; an entry that goes
// leaves its place, and its Value's memory, to the next one.
template <class Value>
class LocalityCache {
 public:
  static constexpr uint32_t kNone = ~0U;
  static constexpr size_t kBuckets = 1024;           // CONFIG_IP_VS_LBLC_TAB_BITS is 10
  static constexpr size_t kLargest = kBuckets * 16;  // entries; beyond it collection begins
  static constexpr Duration kCheckInterval = std::chrono::seconds(60);
  static constexpr Duration kEntryTimeout = std::chrono::minutes(6);
  static constexpr unsigned kChecksToFull = 30;

  LocalityCache() { heads_.fill(kNone); }

  size_t size() const { return size_; }

  // Null if there is none; else it counts as used now.
  Value* find(const wire::IpAddress& address, Time now) {
    for (uint32_t i = heads_[bucket_of(address)]; i != kNone; i = entries_[i].next) {
      if (entries_[i].address != address) continue;
      entries_[i].last_use = now;
      return &entries_[i].value;
    }
    return nullptr;
  }

  // A new entry of an address that has none; its value is as the last owner of its place left it.
  Value& insert(const wire::IpAddress& address, Time now) {
    uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      free_ = entries_[index].next;
    }
    uint32_t& head = heads_[bucket_of(address)];
    Entry& entry = entries_[index];
    entry.address = address;
    entry.last_use = now;
    entry.next = head;
    head = index;
    ++size_;
    return entry.value;
  }

  // Makes up for the minutes since the last call. expiration: what an entry lives unused. Linear in
  // the minutes that passed until no entry was left, and for some of them in buckets and entries.
  void collect(Time now, Duration expiration) {
    if (next_check_ == Time{}) next_check_ = now + kCheckInterval;
    for (; size_ > 0 && next_check_ <= now; next_check_ += kCheckInterval)
      check(next_check_, expiration);
    if (next_check_ > now) return;
    const auto minutes = (now - next_check_) / kCheckInterval + 1;
    checks_ = 1 + static_cast<unsigned>((checks_ - 1 + minutes) % kChecksToFull);
    next_check_ += minutes * kCheckInterval;
  }

 private:
  struct Entry {
    wire::IpAddress address;
    uint32_t next = kNone;
    Time last_use{};
    Value value{};
  };

  static size_t bucket_of(const wire::IpAddress& address) {
    return multiplicative_hash(folded(address), 10);
  }

  // One minute's work: every thirtieth time all that expired goes; else, when there are too many,
  // some of what was not used for a while.
  void check(Time at, Duration expiration) {
    if (checks_ % kChecksToFull == 0) {
      sweep(at, expiration, kNoGoal);
      checks_ = 1;
    } else if (size_ <= kLargest) {
      ++checks_;
    } else {
      sweep(at, kEntryTimeout,
            static_cast<ptrdiff_t>(std::min((size_ - kLargest) * 4 / 3, kLargest / 2)));
    }
  }

  // Bucket after bucket, from where the last sweep ended, until `goal` entries are gone.
  void sweep(Time at, Duration unused, ptrdiff_t goal) {
    for (size_t visited = 0; visited < kBuckets && goal > 0; ++visited) {
      rover_ = (rover_ + 1) % kBuckets;
      for (uint32_t* link = &heads_[rover_]; *link != kNone;) {
        Entry& entry = entries_[*link];
        if (at < entry.last_use + unused) {
          link = &entry.next;
          continue;
        }
        const uint32_t index = *link;
        *link = entry.next;
        entry.next = free_;
        free_ = index;
        --size_;
        --goal;
      }
    }
  }

  static constexpr ptrdiff_t kNoGoal = PTRDIFF_MAX;

  std::array<uint32_t, kBuckets> heads_;
  std::vector<Entry> entries_;
  uint32_t free_ = kNone;
  size_t size_ = 0;
  size_t rover_ = 0;
  unsigned checks_ = 1;
  Time next_check_{};
};

}  // namespace lvslab::director
