#include "emulator/director/sync_master.hh"

#include <algorithm>

#include "emulator/director/connection_table.hh"
#include "emulator/director/sctp_states.hh"
#include "emulator/director/tcp_states.hh"
#include "emulator/wire/view.hh"

namespace lvslab::director {

namespace {

// ip_vs.h: IPVS_SYNC_SEND_DELAY, IPVS_SYNC_CHECK_PERIOD, IPVS_SYNC_FLUSH_TIME, and how many full
// messages are not kept waiting, IPVS_SYNC_WAKEUP_RATE.
constexpr Duration kSendDelay = std::chrono::milliseconds(20);
constexpr Duration kCheckPeriod = std::chrono::seconds(1);
constexpr Duration kFlushTime = std::chrono::seconds(2);
constexpr size_t kFullAtOnce = 8;

// Kernel time is ticks; the lowest two bits of an instant are left for a count.
constexpr int64_t kHz = std::chrono::seconds(1) / kTick;
constexpr uint64_t kRetriesMask = 3;

int64_t ticks(Duration span) {
  return span / kTick;
}

bool in_persistence(const Connection& connection) {
  for (const Connection* c = connection.control; c; c = c->control)
    if (c->is_template) return true;
  return false;
}

// One of the states that other directors are told of.
template <class State>
bool is_one_of(const Connection& connection, std::initializer_list<State> states) {
  const auto state = static_cast<State>(connection.state);
  return std::find(states.begin(), states.end(), state) != states.end();
}

SyncMethod method_of(const Connection& connection) {
  if (connection.bypass) return SyncMethod::bypass;
  if (connection.method == ipvs::Method::tunnel) return SyncMethod::tunnel;
  return connection.method == ipvs::Method::route ? SyncMethod::route : SyncMethod::masquerade;
}

uint32_t flags_of(const Connection& connection) {
  auto flags = static_cast<uint32_t>(method_of(connection));
  const auto add = [&](bool is, uint32_t flag) {
    if (is) flags |= flag;
  };
  // Who leads nowhere, past all servers, was never counted as either.
  const bool counts = connection.server || connection.synced;
  add(counts && !connection.active, sync_flag::kInactive);
  add(connection.no_output, sync_flag::kNoOutput);
  add(connection.is_template, sync_flag::kTemplate);
  add(connection.no_client_port, sync_flag::kNoClientPort);
  add(connection.synced, sync_flag::kSynced);
  add(connection.tracked, sync_flag::kTracked);
  return flags;
}

SyncEntry entry_of(const Connection& connection) {
  SyncEntry entry;
  entry.protocol = connection.protocol;
  entry.flags = flags_of(connection);
  entry.state = wire_state(connection);
  entry.client = connection.client;
  entry.virtual_end = connection.virtual_end;
  entry.real = connection.real;
  entry.mark = connection.mark;
  entry.timeout = static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(connection.timeout).count());
  return entry;
}

}  // namespace

uint16_t wire_state(const Connection& connection) {
  if (connection.is_template) return connection.assured ? 1 : 0;
  // IPVS has one state of UDP, and that is 0.
  return connection.protocol == wire::proto::kUdp ? uint16_t{0} : connection.state;
}

void SyncMaster::start(const ipvs::Daemon& daemon, unsigned ports, Time now) {
  daemon_ = daemon;
  lanes_.assign(ports, Lane{});
  for (Lane& lane : lanes_) lane.woken = now;
  earliest_ = kNever;
}

void SyncMaster::stop() {
  daemon_.reset();
  lanes_.clear();
  due_.clear();
}

void SyncMaster::tell(Connection& connection, uint32_t packets, Time now) {
  const auto threshold = static_cast<uint32_t>(settings_.sync_threshold[0]);
  const bool v0 = settings_.sync_version == 0;
  Connection* about = &connection;
  while (about) {
    const bool skipped =
        about->one_packet || (v0 && about->client.address.is_v6()) || !wanted(*about, packets, now);
    // The old version's sender goes no further up then.
    if (skipped && v0) return;
    if (!skipped) append(*about, now);
    about = about->control;
    if (about) packets = about->is_template ? ++about->packets_in : threshold;
  }
}

// Whether its state is one that is told at all.
bool SyncMaster::state_is_told(const Connection& connection) const {
  if (connection.protocol == wire::proto::kTcp)
    return is_one_of(connection, {TcpState::established, TcpState::fin_wait, TcpState::close,
                                  TcpState::close_wait, TcpState::time_wait});
  if (connection.protocol == wire::proto::kSctp)
    return is_one_of(
        connection, {SctpState::established, SctpState::shutdown_sent, SctpState::shutdown_received,
                     SctpState::shutdown_ack_sent, SctpState::closed});
  return true;
}

bool SyncMaster::wanted(Connection& connection, uint32_t packets, Time now) {
  const bool is_template = connection.is_template;
  bool forced = false;  // it closes
  if (!is_template) {
    if (settings_.sync_persist_mode && in_persistence(connection)) return false;
    if (!state_is_told(connection)) return false;
    const bool tcp = connection.protocol == wire::proto::kTcp;
    const bool established = tcp ? is_one_of(connection, {TcpState::established})
                                 : is_one_of(connection, {SctpState::established});
    const bool has_states = tcp || connection.protocol == wire::proto::kSctp;
    forced = has_states && wire_state(connection) != connection.told_state && !established;
  }
  const int64_t instant = ticks(now.time_since_epoch());
  const int64_t timeout = ticks(connection.timeout);
  uint64_t until = static_cast<uint64_t>(instant + timeout) & ~kRetriesMask;
  if (!forced) {
    const int64_t refresh = int64_t{settings_.sync_refresh_period} * kHz;
    const auto told = static_cast<int64_t>(connection.told_until);
    const int64_t difference = static_cast<int64_t>(until) - told;
    if (refresh > 0 && std::abs(difference) < std::min(refresh, std::max(timeout / 2, 10 * kHz))) {
      const uint64_t retries = connection.told_until & kRetriesMask;
      if (retries >= static_cast<uint64_t>(settings_.sync_retries)) return false;
      if (instant < told - timeout + refresh / 8) return false;
      until |= retries + 1;
    }
    const auto threshold = static_cast<uint32_t>(settings_.sync_threshold[0]);
    const auto period = static_cast<uint32_t>(settings_.sync_threshold[1]);
    if (period > 0 && !is_template && packets % period != threshold) return false;
    if (period == 0 && refresh == 0 && packets != threshold) return false;
  }
  connection.told_state = static_cast<uint8_t>(wire_state(connection));
  connection.told_until = until;
  return true;
}

void SyncMaster::append(const Connection& connection, Time now) {
  // IPVS takes the lane from where the entry lies in memory.
  constexpr uint64_t kSpread = 0x9e3779b97f4a7c15ULL;
  const uint64_t flow = connection.links.request.hash(kSpread) * kSpread >> 32;
  Lane& lane = lanes_[flow % lanes_.size()];
  const auto version = settings_.sync_version == 0 ? SyncVersion::v0 : SyncVersion::v1;
  const bool other_version = lane.version != version;
  if (other_version && lane.has_entries()) finish(lane, now);
  if (!lane.current || other_version) {
    lane.current.emplace(version, daemon_->id, daemon_->largest);
    lane.version = version;
  }
  const SyncEntry entry = entry_of(connection);
  if (lane.has_entries() && !lane.current->append(entry)) finish(lane, now);
  if (!lane.has_entries()) {
    lane.begun = now;
    // While there was nothing to do it woke each second all the same.
    lane.woken += (now - lane.woken) / kCheckPeriod * kCheckPeriod;
    lane.current->append(entry);
  }
  find_earliest();
}

// The current message is full.
void SyncMaster::finish(Lane& lane, Time now) {
  lane.full.push_back(copy_of(lane.current->bytes()));
  lane.current->restart();
  if (lane.full.size() == 1) lane.wake = std::min(now + kSendDelay, lane.check_after(now));
  if (lane.full.size() == kFullAtOnce) lane.wake = now;
}

// When it next looks by itself.
Time SyncMaster::Lane::check_after(Time instant) const {
  return woken + ((instant - woken) / kCheckPeriod + 1) * kCheckPeriod;
}

Time SyncMaster::Lane::deadline() const {
  if (!has_entries()) return wake;
  return std::min(wake, check_after(begun + kFlushTime - Duration(1)));
}

void SyncMaster::find_earliest() {
  earliest_ = kNever;
  for (const Lane& lane : lanes_) earliest_ = std::min(earliest_, lane.deadline());
}

void SyncMaster::expire(Time now) {
  if (!running() || now < earliest_) return;
  for (size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].deadline() <= now) wake(i, now);
  find_earliest();
}

void SyncMaster::wake(size_t index, Time now) {
  Lane& lane = lanes_[index];
  const auto port = static_cast<uint16_t>(daemon_->port + index);
  for (Message& message : lane.full) due_.push_back({port, std::move(message)});
  lane.full.clear();
  if (lane.has_entries() && now - lane.begun >= kFlushTime) {
    due_.push_back({port, copy_of(lane.current->bytes())});
    lane.current->restart();
  }
  lane.woken = now;
  lane.wake = kNever;
}

SyncMaster::Message SyncMaster::copy_of(Bytes message) {
  Message copy;
  if (!spare_.empty()) {
    copy = std::move(spare_.back());
    spare_.pop_back();
  }
  copy.assign(message.begin(), message.end());
  return copy;
}

std::optional<SyncMessage> SyncMaster::next() {
  if (due_.empty()) return {};
  if (last_.capacity() != 0) spare_.push_back(std::move(last_));
  Due due = std::move(due_.front());
  due_.erase(due_.begin());
  last_ = std::move(due.message);
  return SyncMessage{due.port, last_};
}

}  // namespace lvslab::director
