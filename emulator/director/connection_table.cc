#include "emulator/director/connection_table.hh"

#include <algorithm>
#include <cassert>

namespace lvslab::director {

namespace {

// Linux makes 2^12 buckets (module parameter conn_tab_bits); here they double as needed.
constexpr size_t kFirstBuckets = 4096;
constexpr size_t kBlock = 256;  // connections allocated at once
// A connection that no packet has moved on yet (ip_vs_conn_new).
constexpr Duration kNewTimeout = std::chrono::seconds(3);

// Deals each chain out to its two new buckets, in order: the newest stays first.
void double_buckets(std::vector<Connection*>& buckets, Connection* Connection::Links::*next,
                    uint64_t Connection::Links::*hash) {
  const size_t half = buckets.size();
  buckets.resize(2 * half);
  for (size_t i = 0; i < half; ++i) {
    Connection** low = &buckets[i];
    Connection** high = &buckets[i + half];
    for (Connection* c = *low; c; c = c->links.*next) {
      Connection**& tail = c->links.*hash & half ? high : low;
      *tail = c;
      tail = &(c->links.*next);
    }
    *low = *high = nullptr;
  }
}

}  // namespace

ConnectionTable::ConnectionTable(size_t bound, uint64_t seed)
    : bound_(bound), seed_(seed), requests_(kFirstBuckets), replies_(kFirstBuckets) {
  queues_.reserve(32);
}

Connection* ConnectionTable::make(const Ends& ends, Time now) {
  if (size_ >= bound_) return nullptr;
  if (size_ >= requests_.size()) grow();
  Connection* c = take();
  *c = Connection{};
  c->protocol = ends.protocol;
  c->client = ends.client;
  c->virtual_end = ends.virtual_end;
  c->real = ends.real;
  c->method = ends.method;
  c->no_output = ends.method != ipvs::Method::masquerade;
  c->timeout = kNewTimeout;
  c->deadline = now + kNewTimeout;
  c->links.request_hash = hash(c->protocol, c->client, c->virtual_end);
  c->links.reply_hash = hash(c->protocol, c->reply_end(), c->client);
  link(*c);
  enqueue(*c, queue_for(c->timeout));
  ++size_;
  return c;
}

void ConnectionTable::link(Connection& c) {
  Connection*& request = requests_[bucket(c.links.request_hash)];
  c.links.next_request = request;
  request = &c;
  Connection*& reply = replies_[bucket(c.links.reply_hash)];
  c.links.next_reply = reply;
  reply = &c;
}

void ConnectionTable::remove(Connection& c) {
  assert(!c.server);
  Connection** at = &requests_[bucket(c.links.request_hash)];
  while (*at != &c) at = &(*at)->links.next_request;
  *at = c.links.next_request;
  at = &replies_[bucket(c.links.reply_hash)];
  while (*at != &c) at = &(*at)->links.next_reply;
  *at = c.links.next_reply;
  dequeue(c);
  c.links.next_request = free_;
  free_ = &c;
  if (--size_ == 0) earliest_ = kNever;
}

void ConnectionTable::refresh(Connection& c, Time now) {
  c.deadline = now + c.timeout;
  Queue& queue = queues_[c.links.queue];
  if (queue.timeout == c.timeout && queue.tail == &c) return;
  dequeue(c);
  enqueue(c, queue.timeout == c.timeout ? c.links.queue : queue_for(c.timeout));
}

Connection* ConnectionTable::expired(Time now) {
  if (now < earliest_) return nullptr;
  for (const Queue& queue : queues_)
    if (queue.head && queue.head->deadline <= now) return queue.head;
  earliest_ = earliest_head();
  return nullptr;
}

Time ConnectionTable::earliest_head() const {
  Time earliest = kNever;
  for (const Queue& queue : queues_)
    if (queue.head) earliest = std::min(earliest, queue.head->deadline);
  return earliest;
}

void ConnectionTable::grow() {
  double_buckets(requests_, &Connection::Links::next_request, &Connection::Links::request_hash);
  double_buckets(replies_, &Connection::Links::next_reply, &Connection::Links::reply_hash);
}

Connection* ConnectionTable::take() {
  if (!free_) {
    blocks_.push_back(std::make_unique<Connection[]>(kBlock));
    for (size_t i = kBlock; i-- > 0;) {
      blocks_.back()[i].links.next_request = free_;
      free_ = &blocks_.back()[i];
    }
  }
  Connection* c = free_;
  free_ = c->links.next_request;
  return c;
}

uint32_t ConnectionTable::queue_for(Duration timeout) {
  size_t unused = queues_.size();
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (queues_[i].timeout == timeout) return static_cast<uint32_t>(i);
    if (!queues_[i].head) unused = i;
  }
  if (unused == queues_.size()) queues_.emplace_back();
  queues_[unused].timeout = timeout;
  return static_cast<uint32_t>(unused);
}

void ConnectionTable::enqueue(Connection& c, uint32_t index) {
  Queue& queue = queues_[index];
  c.links.queue = index;
  c.links.earlier = queue.tail;
  c.links.later = nullptr;
  (queue.tail ? queue.tail->links.later : queue.head) = &c;
  queue.tail = &c;
  earliest_ = std::min(earliest_, c.deadline);
}

void ConnectionTable::dequeue(Connection& c) {
  Queue& queue = queues_[c.links.queue];
  (c.links.earlier ? c.links.earlier->links.later : queue.head) = c.links.later;
  (c.links.later ? c.links.later->links.earlier : queue.tail) = c.links.earlier;
}

}  // namespace lvslab::director
