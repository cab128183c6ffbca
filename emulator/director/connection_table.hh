#pragma once
// All connections: found by what a request and by what a reply carries, and expired in time.
//
// Theory of operation. A connection hangs in two hash tables, one keyed by (protocol, client end,
// virtual end) for requests, one by (protocol, reply end, client end) for replies; the newest
// stands first in its bucket. Entries come from blocks that are never given back, through a free
// list, so a warm table allocates nothing.
//
// Timers need no wheel and no heap: timeouts have few distinct values (a dozen states and what
// `ipvsadm --set` made of them), so there is one queue for each value. A packet moves its
// connection to the tail of the queue of its timeout with deadline now + timeout; each queue is
// thus ordered by deadline, and the next to expire is the earliest of the heads. One worked
// example: connection A in ESTABLISHED (900 s) gets a packet at 10 s and goes to the tail of the
// 900 s queue with deadline 910 s; its FIN at 20 s makes it FIN_WAIT (120 s): it leaves that queue
// for the 120 s one, 140 s.
//
// Costs: lookups and refresh() constant; make() constant but when the tables double, which is
// linear in the connections there are; expired() by the number of queues.

#include <memory>
#include <vector>

#include "emulator/director/connection.hh"

namespace lvslab::director {

namespace detail {

__extension__ using Wide = unsigned __int128;

// Multiply and fold: both halves of the product depend on all bits of both factors.
inline uint64_t mix(uint64_t a, uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t word_of(const ipvs::IpAddress& address, uint64_t key) {
  const uint8_t* at = address.bytes().data();
  if (address.is_v4()) return load_be32(at);
  return mix(load_be64(at) ^ key, load_be64(at + 8) ^ ~key);
}

// Both halves of the address's sixteen bytes at once; those an IPv4 address does not use are 0.
inline bool same(const ipvs::Endpoint& a, const ipvs::Endpoint& b) {
  const uint8_t* x = a.address.bytes().data();
  const uint8_t* y = b.address.bytes().data();
  return ((load_host64(x) ^ load_host64(y)) | (load_host64(x + 8) ^ load_host64(y + 8))) == 0 &&
         a.port == b.port && a.address.family() == b.address.family();
}

}  // namespace detail

class ConnectionTable {
 public:
  // bound: entries, no more are made. The seed keys the hash.
  ConnectionTable(size_t bound, uint64_t seed);

  Connection* find_request(uint8_t protocol, const ipvs::Endpoint& client,
                           const ipvs::Endpoint& virtual_end) const;
  // from: the source of a server's packet.
  Connection* find_reply(uint8_t protocol, const ipvs::Endpoint& from,
                         const ipvs::Endpoint& client) const;

  struct Ends {
    uint8_t protocol;
    ipvs::Endpoint client, virtual_end, real;
    ipvs::Method method;
  };
  // Null when the table is at its bound. It expires 3 s from now unless refreshed.
  Connection* make(const Ends& ends, Time now);
  // The connection must have been unbound from its server.
  void remove(Connection& connection);
  // Puts the deadline to now + connection.timeout. Time does not run backwards.
  void refresh(Connection& connection, Time now);

  // One connection whose deadline is at or before now, or null.
  Connection* expired(Time now);
  // Of the earliest connection, or somewhat before it; kNever without connections.
  Time next_deadline() const { return earliest_; }
  size_t size() const { return size_; }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const Queue& queue : queues_)
      for (const Connection* c = queue.head; c; c = c->links.later) visit(*c);
  }

 private:
  struct Queue {
    Duration timeout{};
    Connection* head = nullptr;
    Connection* tail = nullptr;
  };
  uint64_t hash(uint8_t protocol, const ipvs::Endpoint& a, const ipvs::Endpoint& b) const;
  size_t bucket(uint64_t hash) const { return hash & (requests_.size() - 1); }
  void link(Connection& connection);
  void grow();
  Connection* take();
  uint32_t queue_for(Duration timeout);
  void enqueue(Connection& connection, uint32_t queue);
  void dequeue(Connection& connection);
  Time earliest_head() const;

  size_t bound_;
  uint64_t seed_;
  size_t size_ = 0;
  Time earliest_ = kNever;  // never later than the earliest deadline
  std::vector<Connection*> requests_, replies_;
  std::vector<Queue> queues_;
  std::vector<std::unique_ptr<Connection[]>> blocks_;
  Connection* free_ = nullptr;
};

// Every packet comes through these.

inline uint64_t ConnectionTable::hash(uint8_t protocol, const ipvs::Endpoint& a,
                                      const ipvs::Endpoint& b) const {
  const uint64_t addresses =
      (detail::word_of(a.address, seed_) << 32) ^ detail::word_of(b.address, seed_ + 1) ^ seed_;
  const uint64_t ports = uint64_t{a.port} << 32 | uint64_t{b.port} << 16 | protocol;
  return detail::mix(addresses ^ 0x9e3779b97f4a7c15ULL, (ports + seed_) | 1U << 31);
}

inline Connection* ConnectionTable::find_request(uint8_t protocol, const ipvs::Endpoint& client,
                                                 const ipvs::Endpoint& virtual_end) const {
  const uint64_t wanted = hash(protocol, client, virtual_end);
  for (Connection* c = requests_[bucket(wanted)]; c; c = c->links.next_request)
    if (c->links.request_hash == wanted && c->protocol == protocol &&
        detail::same(c->client, client) && detail::same(c->virtual_end, virtual_end))
      return c;
  return nullptr;
}

inline Connection* ConnectionTable::find_reply(uint8_t protocol, const ipvs::Endpoint& from,
                                               const ipvs::Endpoint& client) const {
  const uint64_t wanted = hash(protocol, from, client);
  for (Connection* c = replies_[bucket(wanted)]; c; c = c->links.next_reply)
    if (c->links.reply_hash == wanted && c->protocol == protocol &&
        detail::same(c->reply_end(), from) && detail::same(c->client, client))
      return c;
  return nullptr;
}

}  // namespace lvslab::director
