// What happens to connections in time.

#include "emulator/director/state.hh"

namespace lvslab::director {

namespace {

// How long what still controls others is kept at a time (ip_vs_conn_expire).
constexpr Duration kControlling = std::chrono::seconds(60);

}  // namespace

void Director::State::expire(Time now) {
  const unsigned samples = sampling.due(now);
  if (settings.run_estimation)
    for (unsigned due = samples; due > 0; --due) services.sample();
  while (Connection* connection = connections.expired(std::min(now, orphans_due)))
    time_out(*connection, connection->deadline);
  if (now >= orphans_due) {
    drop_orphans(orphans_due);
    while (Connection* connection = connections.expired(now))
      time_out(*connection, connection->deadline);
  }
  if (now >= entries_due) drop_entries(now);
  if (samples > 0) services.empty_trash(now);
  plan_chores();
  master.expire(now);
}

void Director::State::plan_chores() {
  chores_due = std::min({sampling.next(), orphans_due, entries_due});
}

Time Director::State::next_deadline() const {
  const bool samples = settings.run_estimation && !services.empty();
  const Time lots = connections.size() > 0 ? entries_due : kNever;
  const Time earliest =
      std::min({connections.next_deadline(), master.next_deadline(), orphans_due, lots});
  return samples ? std::min(earliest, sampling.next()) : earliest;
}

void Director::State::time_out(Connection& connection, Time now) {
  if (connection.controls != 0) {
    connection.timeout = kControlling;
    if (master.running())
      master.tell(connection, static_cast<uint32_t>(settings.sync_threshold[0]), now);
    connections.refresh(connection, now);
    return;
  }
  if (connection.ftp) release_helper(connection);
  if (Connection* control = connection.control) {
    --control->controls;
    // One that was told to go takes its template with it, unless that proved its worth.
    const bool told = connection.timeout == Duration::zero();
    if (told && control->controls == 0 && !(control->is_template && control->assured)) {
      control->timeout = Duration::zero();
      connections.expire_soon(*control, now);
    }
  }
  if (connection.server) connection.server->unbind(connection, now);
  connections.remove(connection);
}

// vs.expire_nodest_conn=1: connections whose server was deleted do not wait for their next packet.
// What has controlled nothing but them goes too, proved or not.
void Director::State::drop_orphan(Connection& orphan, Time now) {
  Connection* control = orphan.control;
  if (control) orphan.timeout = Duration::zero();
  time_out(orphan, now);
  if (control && control->controls == 0) drop_orphan(*control, now);
}

void Director::State::drop_orphans(Time now) {
  orphans_due = kNever;
  std::vector<Connection*> orphans;
  connections.for_each([&](Connection& connection) {
    const bool orphan = connection.server && !connection.server->available();
    if (orphan && connection.controls == 0) orphans.push_back(&connection);
  });
  for (Connection* orphan : orphans) drop_orphan(*orphan, now);
}

}  // namespace lvslab::director
