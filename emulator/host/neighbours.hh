#pragma once
// The neighbour table: who has which MAC on which link, and the packets that wait to know.
//
// Theory of operation. The first packet to 192.0.2.9 makes an entry `incomplete`, waits in it, and
// the host asks who-has at once, after 1 s and after 2 s. An answer turns it `reachable` and the
// packets go out in order; after 3 s without one it is `failed` and the packets are given up. The
// next packet to a failed neighbour begins anew. At most 16 packets wait for one neighbour; a
// seventeenth pushes out the oldest.
//
// Entries do not grow stale for the lab's life unless flushed: a lab proves what it sends, and
// unicast probes every 30 s would be noise in it.
//
// IPv6 neighbours are in the same table, with the same times (RFC 4861, 10); they are asked by
// solicitations, and nothing is probed either: states beyond these three would not be seen.
//
// It sends nothing itself: the host asks and gives up for it.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "emulator/base/time.hh"
#include "emulator/wire/address.hh"
#include "emulator/wire/frame.hh"

namespace lvslab::host {

inline constexpr size_t kNeighbourQueue = 16;    // packets
inline constexpr size_t kNeighbourBound = 1024;  // entries: gc_thresh3's default
inline constexpr int kNeighbourProbes = 3;       // net.ipv4.neigh.*.mcast_solicit
inline constexpr Duration kNeighbourRetransmit = std::chrono::seconds(1);  // retrans_time_ms
// How long a learned MAC stands against another one (net.ipv4.neigh.*.locktime).
inline constexpr Duration kNeighbourLock = std::chrono::seconds(1);

struct NeighbourKey {
  uint32_t port = 0;
  wire::IpAddress address;
  friend bool operator==(const NeighbourKey&, const NeighbourKey&) = default;
};

// A packet that waits, with what the host must remember of it.
struct WaitingPacket {
  wire::Frame packet;
  bool forwarded = false;  // an ICMP error is due if it is given up
  uint64_t cause = 0;      // HookResult::cause
  uint32_t scope = 0;      // the interface that it came in by
};

struct Neighbour {
  enum class State : uint8_t { incomplete, reachable, failed };
  NeighbourKey key;
  State state = State::incomplete;
  wire::Mac mac;
  bool permanent = false;
  Time updated{};
  Time deadline{};  // incomplete: when to ask again or give up
  int probes = 0;   // requests sent
  std::vector<WaitingPacket> waiting;
};

class Neighbours {
 public:
  // Reachable ones only.
  const wire::Mac* find(uint32_t port, const wire::IpAddress& address) const;
  const Neighbour* entry(uint32_t port, const wire::IpAddress& address) const;

  struct Queued {
    bool full = false;         // the table is: packet dropped
    bool pushed_out = false;   // the oldest waiting packet was dropped for this one
    Neighbour* ask = nullptr;  // resolution begins: ask for this one
  };
  // The packet waits for a neighbour that is not reachable.
  Queued wait(const NeighbourKey& key, WaitingPacket packet, Time now);

  enum class Evidence : uint8_t {
    asked_us,    // a request to an address of ours: makes an entry, believed at once
    seen,        // updates what is there, but not against a MAC younger than kNeighbourLock
    gratuitous,  // updates what is there, believed at once
  };
  // Returns the neighbour when packets now have a MAC to go to.
  Neighbour* learn(const NeighbourKey& key, const wire::Mac& mac, Evidence evidence, Time now);

  // One whose deadline has come: still incomplete (ask again) or failed just now (give up what
  // waits). Call until it gives none; each entry comes at most once for one `now`.
  Neighbour* due(Time now);
  // The least of the deadlines; costs the number of unresolved neighbours.
  Time next_deadline() const;

  // Packets that wait.
  size_t waiting() const;
  size_t size() const { return entries_.size(); }

  // For so many to be pinned.
  void reserve(size_t neighbours) { entries_.reserve(neighbours); }
  // Known from the start, for good (HostConfig::neighbours).
  void pin(const NeighbourKey& key, const wire::Mac& mac);

  // All but the permanent are forgotten; packets that waited are gone.
  void flush();

 private:
  struct Hash {
    size_t operator()(const NeighbourKey& key) const noexcept {
      return std::hash<wire::IpAddress>()(key.address) + key.port;
    }
  };
  Neighbour* make(const NeighbourKey& key);
  void forget_failed();
  void resolved(const NeighbourKey& key);

  std::unordered_map<NeighbourKey, Neighbour, Hash> entries_;
  std::vector<NeighbourKey> unresolved_;  // incomplete ones, the latest asked last
};

}  // namespace lvslab::host
