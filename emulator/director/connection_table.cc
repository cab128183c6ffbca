#include "emulator/director/connection_table.hh"

#include <algorithm>
#include <bit>
#include <cassert>

namespace lvslab::director {

namespace {

// Linux makes 2^12 buckets (module parameter conn_tab_bits); here they double as needed.
constexpr size_t kFirstBuckets = 4096;
// Connections allocated at once: twice as many each time, for a small table is a small one.
constexpr size_t kFirstBlock = 16, kLargestBlock = 256;
// A connection that no packet has moved on yet (ip_vs_conn_new).
constexpr Duration kNewTimeout = std::chrono::seconds(3);
// The port of an invalid template's ends.
constexpr uint16_t kNowhere = 65535;

}  // namespace

Rewriting rewriting(const ipvs::Endpoint& from, const ipvs::Endpoint& to) {
  wire::ChecksumDelta change;
  change.replace(from.address, to.address);
  Rewriting sums;
  sums.addresses = change.folded();
  change.replace16(from.port, to.port);
  sums.all = change.folded();
  return sums;
}

void ConnectionTable::prepare(Connection& c) {
  if (c.method != ipvs::Method::masquerade || c.bypass) return;
  c.to_real = rewriting(c.virtual_end, c.real);
  c.to_virtual = rewriting(c.real, c.virtual_end);
}

ConnectionTable::ConnectionTable(size_t bound, uint64_t seed)
    : bound_(bound),
      seed_(seed),
      requests_(std::min(kFirstBuckets, std::bit_ceil(bound))),
      replies_(requests_.size()),
      mask_(requests_.size() - 1) {
  queues_.reserve(32);
}

Connection* ConnectionTable::find_request(uint8_t protocol, const ipvs::Endpoint& client,
                                          const ipvs::Endpoint& virtual_end) {
  const uint8_t* a = client.address.bytes().data();
  const uint8_t* b = virtual_end.address.bytes().data();
  if (client.port != 0) {
    Connection* found = find_request(FlowKey::of(protocol, client, virtual_end, seed_), a, b);
    if (found || without_client_port_ == 0) return found;
  }
  // As in IPVS, packets from port 0 find only connections that wait for their client's port.
  const ipvs::Endpoint any{client.address, 0};
  const FlowKey key = FlowKey::of(protocol, any, virtual_end, seed_);
  for (Connection* c = requests_[bucket(key)]; c; c = c->links.next_request)
    if (c->no_client_port && c->links.request == key && c->client.address == client.address &&
        c->virtual_end == virtual_end)
      return c;
  return nullptr;
}

Connection* ConnectionTable::find_reply(uint8_t protocol, const ipvs::Endpoint& from,
                                        const ipvs::Endpoint& client) {
  return find_reply(FlowKey::of(protocol, from, client, seed_), from.address.bytes().data(),
                    client.address.bytes().data());
}

Connection* ConnectionTable::find_template(uint8_t protocol, const ipvs::IpAddress& client,
                                           const ipvs::Endpoint& virtual_end) {
  const ipvs::Endpoint from{client, 0};
  const FlowKey key = FlowKey::of(protocol, from, virtual_end, seed_);
  for (Connection* c = requests_[bucket(key)]; c; c = c->links.next_request)
    if (c->is_template && c->links.request == key && c->client == from &&
        c->virtual_end == virtual_end)
      return c;
  return nullptr;
}

Connection* ConnectionTable::make(const Making& making, Time now) {
  if (size_ >= bound_) return nullptr;
  if (size_ >= requests_.size()) grow();
  Connection* c = take();
  *c = Connection{};
  c->protocol = making.protocol;
  c->client = making.client;
  c->virtual_end = making.virtual_end;
  c->real = making.real;
  c->method = making.method;
  c->is_template = making.is_template;
  c->one_packet = making.one_packet;
  c->bypass = making.bypass;
  c->no_client_port = making.no_client_port;
  c->mark = making.mark;
  c->no_output = making.method != ipvs::Method::masquerade;
  c->timeout = kNewTimeout;
  c->deadline = now + kNewTimeout;
  c->told_until = static_cast<uint64_t>(now.time_since_epoch() / kTick) & ~uint64_t{3};
  ++size_;
  if (c->one_packet) {
    prepare(*c);
    return c;
  }
  link(*c);
  enqueue(*c, queue_for(c->timeout));
  if (c->no_client_port) ++without_client_port_;
  return c;
}

void ConnectionTable::link(Connection& c) {
  prepare(c);
  c.links.request = FlowKey::of(c.protocol, c.client, c.virtual_end, seed_);
  Connection*& request = requests_[bucket(c.links.request)];
  c.links.next_request = request;
  request = &c;
  const bool one_family = c.reply_end().address.family() == c.client.address.family();
  // A tunnel's far end may be of the other family; replies bear the virtual end then.
  c.links.reply = one_family ? FlowKey::of(c.protocol, c.reply_end(), c.client, seed_) : FlowKey{};
  Connection*& reply = replies_[bucket(c.links.reply)];
  c.links.next_reply = reply;
  reply = &c;
}

void ConnectionTable::unlink(Connection& c) {
  Connection** at = &requests_[bucket(c.links.request)];
  while (*at != &c) at = &(*at)->links.next_request;
  *at = c.links.next_request;
  at = &replies_[bucket(c.links.reply)];
  while (*at != &c) at = &(*at)->links.next_reply;
  *at = c.links.next_reply;
}

void ConnectionTable::set_client_port(Connection& c, uint16_t port) {
  unlink(c);
  c.client.port = port;
  c.no_client_port = false;
  --without_client_port_;
  link(c);
}

void ConnectionTable::set_method(Connection& c, ipvs::Method method) {
  if (c.method == method) return;
  unlink(c);
  c.method = method;
  link(c);
}

void ConnectionTable::invalidate(Connection& c) {
  if (c.virtual_end.port == kNowhere) return;
  unlink(c);
  c.client.port = 0;
  c.virtual_end.port = c.real.port = kNowhere;
  link(c);
}

void ConnectionTable::remove(Connection& c) {
  assert(!c.server);
  if (!c.one_packet) {
    unlink(c);
    dequeue(c);
    if (c.no_client_port) --without_client_port_;
  }
  c.links.next_request = free_;
  free_ = &c;
  if (--size_ == 0) earliest_ = kNever;
}

void ConnectionTable::requeue(Connection& c) {
  const Queue& queue = queues_[c.links.queue];
  dequeue(c);
  enqueue(c, queue.timeout == c.timeout ? c.links.queue : queue_for(c.timeout));
}

void ConnectionTable::expire_soon(Connection& c, Time now) {
  if (c.deadline <= now + kTick) return;
  c.deadline = now + kTick;
  dequeue(c);
  enqueue(c, queue_for(kTick));
}

Connection* ConnectionTable::expired(Time now) {
  if (now < earliest_) return nullptr;
  Connection* first = nullptr;
  for (const Queue& queue : queues_)
    if (queue.head && (!first || queue.head->deadline < first->deadline)) first = queue.head;
  earliest_ = first ? first->deadline : kNever;
  if (earliest_ > now) return nullptr;
  // The latest of those that stand here for one instant: a connection goes before its template.
  while (first->links.later && first->links.later->deadline == first->deadline)
    first = first->links.later;
  return first;
}

void ConnectionTable::grow() {
  mask_ = requests_.size() * 2 - 1;
  const auto regrown = [this](std::vector<Connection*>& buckets,
                              Connection* Connection::Links::*next,
                              FlowKey Connection::Links::*key) {
    std::vector<Connection*> grown(buckets.size() * 2);
    std::vector<Connection**> tails(grown.size());
    for (size_t i = 0; i < grown.size(); ++i) tails[i] = &grown[i];
    // Dealt out in order: the newest stays first.
    for (Connection* c : buckets)
      for (; c; c = c->links.*next) {
        Connection**& tail = tails[(c->links.*key).hash(seed_) & mask_];
        *tail = c;
        tail = &(c->links.*next);
      }
    for (Connection** tail : tails) *tail = nullptr;
    buckets = std::move(grown);
  };
  regrown(requests_, &Connection::Links::next_request, &Connection::Links::request);
  regrown(replies_, &Connection::Links::next_reply, &Connection::Links::reply);
}

Connection* ConnectionTable::take() {
  if (!free_) {
    const size_t block =
        std::min({kFirstBlock << std::min<size_t>(blocks_.size(), 4), kLargestBlock, bound_});
    blocks_.push_back(std::make_unique<Connection[]>(block));
    for (size_t i = block; i-- > 0;) {
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
