#pragma once
// All connections: found by what a request and by what a reply carries, and expired in time.
//
// Theory of operation. A connection hangs in two hash tables, one keyed by (protocol, client end,
// virtual end) for requests, one by (protocol, reply end, client end) for replies; the newest
// stands first in its bucket. Entries come from blocks that are never given back, through a free
// list, so a warm table allocates nothing.
//
// Timers need no wheel and no heap: timeouts have few distinct values (a dozen states and what
// `ipvsadm --set` and -p made of them), so there is one queue for each value. A packet moves its
// connection to the tail of the queue of its timeout with deadline now + timeout; each queue is
// thus ordered by deadline, and the next to expire is the earliest of the heads. One worked
// example: connection A in ESTABLISHED (900 s) gets a packet at 10 s and goes to the tail of the
// 900 s queue with deadline 910 s; its FIN at 20 s makes it FIN_WAIT (120 s): it leaves that queue
// for the 120 s one, 140 s.
//
// Costs: lookups and refresh() constant; make() constant but when the tables double, which is
// linear in the connections there are; expired() by the number of queues.

#include <algorithm>
#include <memory>
#include <vector>

#include "emulator/director/connection.hh"

namespace lvslab::director {

// The kernel's timers run by the tick: what it ends "now" stands in its table until the next one
// (10 ms at HZ=100), counts there, and is found after newer ones.
inline constexpr Duration kTick = std::chrono::milliseconds(10);

class ConnectionTable {
 public:
  // bound: entries, no more are made. The seed keys the hash.
  ConnectionTable(size_t bound, uint64_t seed);

  uint64_t seed() const { return seed_; }

  // `key` is that of (client end, virtual end), which for IPv6 are needed in full.
  Connection* find_request(const FlowKey& key, const uint8_t* client, const uint8_t* virtual_end);
  Connection* find_request(uint8_t protocol, const ipvs::Endpoint& client,
                           const ipvs::Endpoint& virtual_end);
  // `key` is that of (source of a server's packet, client end).
  Connection* find_reply(const FlowKey& key, const uint8_t* from, const uint8_t* client);
  Connection* find_reply(uint8_t protocol, const ipvs::Endpoint& from,
                         const ipvs::Endpoint& client);
  Connection* find_template(uint8_t protocol, const ipvs::IpAddress& client,
                            const ipvs::Endpoint& virtual_end);

  struct Making {
    uint8_t protocol = 0;
    ipvs::Endpoint client, virtual_end, real;
    ipvs::Method method = ipvs::Method::masquerade;
    bool is_template = false;
    bool one_packet = false;
    bool bypass = false;
    bool no_client_port = false;
    uint32_t mark = 0;
  };
  // Null when the table is at its bound. It expires 3 s from now unless refreshed.
  Connection* make(const Making& making, Time now);
  // The connection must have been unbound from its server.
  void remove(Connection& connection);
  // Puts the deadline to now + connection.timeout. Time does not run backwards.
  void refresh(Connection& connection, Time now) {
    connection.deadline = now + connection.timeout;
    const Queue& queue = queues_[connection.links.queue];
    if (queue.tail != &connection || queue.timeout != connection.timeout) requeue(connection);
  }
  // It goes with the next tick, if it does not go earlier.
  void expire_soon(Connection& connection, Time now);
  // Its client port is known now.
  void set_client_port(Connection& connection, uint16_t port);
  // Its replies are other ones now.
  void set_method(Connection& connection, ipvs::Method method);
  // A template that leads nowhere any more: no request finds it, its time runs on.
  void invalidate(Connection& connection);

  // The connection whose deadline is the earliest, if that is at or before now, or null. Of several
  // with the same timeout it is the one that came last, as with Linux' timers.
  Connection* expired(Time now);
  // Of the earliest connection, or somewhat before it; kNever without connections.
  Time next_deadline() const { return earliest_; }
  size_t size() const { return size_; }
  bool waits_for_client_port() const { return without_client_port_ != 0; }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const Queue& queue : queues_)
      for (Connection* c = queue.head; c; c = c->links.later) visit(*c);
  }

 private:
  struct Queue {
    Duration timeout{};
    Connection* head = nullptr;
    Connection* tail = nullptr;
  };
  size_t bucket(const FlowKey& key) const { return key.hash(seed_) & mask_; }
  static void prepare(Connection& connection);
  void link(Connection& connection);
  void unlink(Connection& connection);
  void grow();
  Connection* take();
  uint32_t queue_for(Duration timeout);
  void requeue(Connection& connection);
  void enqueue(Connection& connection, uint32_t queue);
  void dequeue(Connection& connection);

  size_t bound_;
  uint64_t seed_;
  size_t size_ = 0;
  size_t without_client_port_ = 0;
  Time earliest_ = kNever;  // never later than the earliest deadline
  std::vector<Connection*> requests_, replies_;
  size_t mask_;  // their size, which is a power of two, less one
  std::vector<Queue> queues_;
  std::vector<std::unique_ptr<Connection[]>> blocks_;
  Connection* free_ = nullptr;
};

// Every packet comes through these.

namespace detail {

inline bool same(const ipvs::IpAddress& address, const uint8_t* at) {
  const uint8_t* x = address.bytes().data();
  return ((load_host64(x) ^ load_host64(at)) | (load_host64(x + 8) ^ load_host64(at + 8))) == 0;
}

}  // namespace detail

inline Connection* ConnectionTable::find_request(const FlowKey& key, const uint8_t* client,
                                                 const uint8_t* virtual_end) {
  for (Connection* c = requests_[bucket(key)]; c; c = c->links.next_request)
    if (c->links.request == key &&
        (!key.is_v6() || (detail::same(c->client.address, client) &&
                          detail::same(c->virtual_end.address, virtual_end))))
      return c;
  return nullptr;
}

inline Connection* ConnectionTable::find_reply(const FlowKey& key, const uint8_t* from,
                                               const uint8_t* client) {
  for (Connection* c = replies_[bucket(key)]; c; c = c->links.next_reply)
    if (c->links.reply == key && (!key.is_v6() || (detail::same(c->reply_end().address, from) &&
                                                   detail::same(c->client.address, client))))
      return c;
  return nullptr;
}

}  // namespace lvslab::director
