#include "emulator/node/director_node.hh"

#include <algorithm>

#include "emulator/director/describe.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::node {

using director::Action;
using director::Verdict;
using host::HookAction;
using host::HookResult;

DirectorNode::DirectorNode(host::HostConfig config, const director::Settings& settings)
    : host_(std::move(config), this), director_(settings, *this, host_.config().seed) {}

// Hands frames on, and notes those that a handled packet caused.
class DirectorNode::TracingOutbox : public Outbox {
 public:
  TracingOutbox(const host::Host& host, HandledLog& log, Outbox& behind)
      : host_(host), log_(log), behind_(behind) {}

  void send(uint32_t port, wire::Frame frame) override {
    const auto ethernet = wire::EthernetView::over(frame.bytes());
    if (ethernet && ethernet->type() != wire::ethertype::kArp)
      log_.sent(host_.cause(), frame.bytes());
    behind_.send(port, std::move(frame));
  }

 private:
  const host::Host& host_;
  HandledLog& log_;
  Outbox& behind_;
};

void DirectorNode::receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox) {
  director_.expire(now);
  if (!log_) return host_.receive(port, std::move(frame), now, outbox);
  port_in_ = port;
  in_hash_ = frame_hash(frame.bytes());
  TracingOutbox tracing(host_, *log_, outbox);
  host_.receive(port, std::move(frame), now, tracing);
}

void DirectorNode::tick(Time now, Outbox& outbox) {
  director_.expire(now);
  if (!log_) return host_.tick(now, outbox);
  TracingOutbox tracing(host_, *log_, outbox);
  host_.tick(now, tracing);
}

Time DirectorNode::next_deadline() const {
  return std::min(host_.next_deadline(), director_.next_deadline());
}

HookResult DirectorNode::local_in(wire::Frame& packet, Time now) {
  return process(packet, director::Hook::local_in, now);
}

HookResult DirectorNode::forward(wire::Frame& packet, Time now) {
  return process(packet, director::Hook::forward, now);
}

HookResult DirectorNode::process(wire::Frame& packet, director::Hook hook, Time now) {
  director::Note note;
  packet.set_largest_fragment(host_.largest_fragment());
  const Verdict verdict = director_.process(packet, hook, now, log_ ? &note : nullptr);
  HookResult result;
  if (log_) result.cause = remember(verdict, note, now);
  switch (verdict.action) {
    case Action::pass:
      break;
    case Action::forward:
      result.action = HookAction::forward;
      result.next_hop = verdict.next_hop;
      break;
    case Action::drop:
      result.action = HookAction::drop;
      if (verdict.answer.wanted)
        result.answer = {verdict.answer.type, verdict.answer.code, verdict.answer.mtu,
                         verdict.answer.source};
      break;
  }
  return result;
}

uint64_t DirectorNode::remember(const Verdict& verdict, const director::Note& note, Time now) {
  if (verdict.action == Action::pass && !note.matched) return 0;
  return log_->add({now, port_in_, in_hash_, {}, director::describe(verdict, note)});
}

std::optional<director::Route> DirectorNode::route_to(const wire::IpAddress& address) const {
  constexpr uint32_t kLoopbackMtu = 65536;
  if (host_.routes().is_local(address)) return director::Route{kLoopbackMtu, address, true};
  const auto route = host_.routes().lookup(address);
  if (!route) return {};
  return director::Route{route->mtu, route->source, false};
}

}  // namespace lvslab::node
