// vs.drop_entry=3: each second a 32nd of the table is looked at, by lot, and what is half open or
// idle goes (ip_vs_random_dropentry). Modes 1 and 2 do so only when the machine runs out of memory,
// which nothing here does.

#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

constexpr int kAlways = 3;
constexpr Duration kEach = std::chrono::seconds(1), kIdle = std::chrono::seconds(60);
constexpr uint64_t kShare = 32;

bool is_half_open(const Connection& c) {
  if (c.protocol == wire::proto::kTcp) {
    const auto state = static_cast<TcpState>(c.state);
    return state == TcpState::syn_recv || state == TcpState::synack;
  }
  const auto state = static_cast<SctpState>(c.state);
  return state == SctpState::init1 || state == SctpState::init;
}

bool is_established(const Connection& c) {
  return c.protocol == wire::proto::kTcp
             ? static_cast<TcpState>(c.state) == TcpState::established
             : static_cast<SctpState>(c.state) == SctpState::established;
}

bool is_of_single_packets(const Connection& its_template) {
  const RealServer* server = its_template.server;
  return server && server->service && server->service->rule.one_packet;
}

}  // namespace

// Since a minute without a packet, and of few: of those with n packets of their client every n-th.
bool Director::State::is_spare(const Connection& c, Time now) {
  const bool idle = now - (c.deadline - c.timeout) >= kIdle;
  if (!idle || c.packets_in == 0 || c.packets_in > until_entry_drop.size()) return false;
  int& left = until_entry_drop[c.packets_in - 1];
  if (--left > 0) return false;
  left = static_cast<int>(c.packets_in);
  return true;
}

bool Director::State::may_go(const Connection& c, Time now) {
  if (c.controls != 0) return false;
  if (c.is_template) return is_of_single_packets(c) ? is_spare(c, now) : !c.assured;
  const bool has_states = c.protocol == wire::proto::kTcp || c.protocol == wire::proto::kSctp;
  if (!has_states) return is_spare(c, now);
  return is_half_open(c) || (is_established(c) && is_spare(c, now));
}

void Director::State::drop_entries(Time now) {
  std::vector<Connection*> drawn;
  connections.for_each([&](Connection& c) {
    if (random.below(kShare) == 0 && may_go(c, now)) drawn.push_back(&c);
  });
  for (Connection* c : drawn) {
    // It takes what controlled it alone along.
    if (c->control) c->timeout = Duration::zero();
    time_out(*c, now);
  }
  entries_due = now + kEach;
}

// Every second from now on, or never.
void Director::State::plan_entry_drops() {
  const bool always = settings.drop_entry == kAlways;
  if (always != (entries_due != kNever)) entries_due = always ? Time{} : kNever;
  plan_chores();
}

}  // namespace lvslab::director
