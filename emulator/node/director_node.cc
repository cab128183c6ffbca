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
    : host_(std::move(config), this),
      director_(settings, *this, host_.config().seed),
      sync_sender_(host_.config().seed) {}

void DirectorNode::restart(uint64_t seed, const director::Settings& settings) {
  host_.restart(seed);
  director_ = director::Director(settings, *this, seed);
  marks_.clear();
  daemons_.clear();
  sync_sender_ = SyncSender(seed);
  path_mtu_changes_ = 0;
  log_.reset();
}

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
  if (log_) {
    port_in_ = port;
    in_hash_ = frame_hash(frame.bytes());
    TracingOutbox tracing(host_, *log_, outbox);
    host_.receive(port, std::move(frame), now, tracing);
  } else {
    host_.receive(port, std::move(frame), now, outbox);
  }
  if (!daemons_.empty()) send_sync_messages(now, outbox);
}

void DirectorNode::tick(Time now, Outbox& outbox) {
  director_.expire(now);
  if (log_) {
    TracingOutbox tracing(host_, *log_, outbox);
    host_.tick(now, tracing);
  } else {
    host_.tick(now, outbox);
  }
  if (!daemons_.empty()) send_sync_messages(now, outbox);
}

void DirectorNode::apply(const ipvs::Command& command, Time now) {
  if (const auto refusal = try_apply(command, now)) throw director::CommandError(refusal);
}

director::Refusal DirectorNode::try_apply(const ipvs::Command& command, Time now) {
  if (const auto refusal = director_.try_apply(command, now)) return refusal;
  const bool about_daemons = std::holds_alternative<ipvs::StartDaemon>(command) ||
                             std::holds_alternative<ipvs::StopDaemon>(command);
  if (about_daemons) take_daemons();
  return nullptr;
}

void DirectorNode::add_address(uint32_t port, const wire::Prefix& address) {
  host_.add_address(port, address);
  changed();
}

void DirectorNode::remove_address(uint32_t port, const wire::Prefix& address) {
  host_.remove_address(port, address);
  changed();
}

const ipvs::Daemon* DirectorNode::daemon(ipvs::DaemonRole role) const {
  for (const ipvs::Daemon& daemon : daemons_)
    if (daemon.role == role) return &daemon;
  return nullptr;
}

// Sockets as the daemons want them: groups are joined and left.
void DirectorNode::take_daemons() {
  const auto each_port = [this](const ipvs::Daemon& backup, auto work) {
    const auto port = port_of(backup.interface);
    if (!port) return;
    for (unsigned i = 0; i < director_.sync_ports(); ++i)
      work(*port, wire::Endpoint{backup.group, static_cast<uint16_t>(backup.port + i)});
  };
  const bool sent = daemon(ipvs::DaemonRole::master) != nullptr;
  if (const auto* backup = daemon(ipvs::DaemonRole::backup))
    each_port(*backup,
              [&](uint32_t port, const wire::Endpoint& group) { host_.leave(port, group); });
  daemons_ = director_.daemons();
  if (!sent && daemon(ipvs::DaemonRole::master)) sync_sender_.open();
  if (const auto* backup = daemon(ipvs::DaemonRole::backup))
    each_port(*backup, [&](uint32_t port, const wire::Endpoint& group) {
      host_.join(port, group,
                 [this](Bytes datagram, Time now) { director_.receive_sync(datagram, now); });
    });
}

void DirectorNode::send_sync_messages(Time now, Outbox& outbox) {
  const auto* master = daemon(ipvs::DaemonRole::master);
  if (!master) return;
  const auto port = port_of(master->interface);
  const auto from = port ? host_.routes().source_towards(*port, master->group) : std::nullopt;
  while (const auto message = director_.next_sync_message())
    if (from) host_.multicast(*port, sync_sender_.datagram(*master, *from, *message), now, outbox);
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

HookResult DirectorNode::local_out(wire::Frame& packet, Time now) {
  return process(packet, director::Hook::local_out, now);
}

void DirectorNode::notice_path_mtus() {
  if (host_.path_mtus().changes() == path_mtu_changes_) [[likely]]
    return;
  path_mtu_changes_ = host_.path_mtus().changes();
  learned();
}

HookResult DirectorNode::process(wire::Frame& packet, director::Hook hook, Time now) {
  notice_path_mtus();
  director::Note note;
  packet.set_largest_fragment(host_.largest_fragment());
  // As a firewall marks what comes in; what this host sends is not marked.
  if (!marks_.empty())
    packet.set_mark(hook == director::Hook::local_out ? 0 : mark_of(marks_, packet.bytes()));
  // What the host says of a packet goes under the name of that packet.
  const bool noted = log_ && hook != director::Hook::local_out;
  const Verdict verdict = director_.process(packet, hook, now, noted ? &note : nullptr);
  HookResult result;
  if (noted) result.cause = remember(verdict, note, now);
  switch (verdict.action) {
    case Action::pass:
      break;
    case Action::forward:
      result.action = HookAction::forward;
      result.next_hop = verdict.next_hop;
      result.mtu = verdict.mtu;
      result.same_route = !director_.settings().snat_reroute;
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

std::optional<uint32_t> DirectorNode::port_of(const std::string& interface) const {
  const auto& all = host_.config().interfaces;
  for (uint32_t port = 0; port < all.size(); ++port)
    if (all[port].name == interface) return port;
  return {};
}

// lo takes a daemon too, and nobody hears it there.
std::optional<uint32_t> DirectorNode::mtu_of(const std::string& interface) const {
  constexpr uint32_t kLoopbackMtu = 65536;
  if (interface == "lo") return kLoopbackMtu;
  const auto port = port_of(interface);
  if (!port) return {};
  return host_.config().interfaces[*port].mtu;
}

void DirectorNode::learn_path_mtu(const wire::IpAddress& to, uint32_t mtu, Time now) {
  host_.learn_path_mtu(to, mtu, now);
  notice_path_mtus();
}

std::optional<director::Route> DirectorNode::route_to(const wire::IpAddress& address) const {
  constexpr uint32_t kLoopbackMtu = 65536;
  if (host_.routes().is_local(address)) return director::Route{kLoopbackMtu, address, true};
  const auto route = host_.way_to(address);
  if (!route) return {};
  return director::Route{route->mtu, host_.routes().source_for(*route, address), false,
                         host_.path_mtus().find(address) != nullptr, route->next_hop == address};
}

}  // namespace lvslab::node
