#pragma once
// The master's daemon of connection synchronisation: which connections other directors are told of,
// when, and in which messages. It sends nothing: messages that are due wait in next().
//
// A connection is considered with every packet of its client, and with it what it is controlled by.
// Flows are told when they change to a closing state, and each sync_threshold[1] packets, at the
// sync_threshold[0]th; templates always; vs.sync_refresh_period, vs.sync_retries and
// vs.sync_persist_mode take some of that back.
//
// Theory of operation. Entries collect in the current message of a lane (one, or vs.sync_ports of
// them, each with a UDP port). A full message is sent 20 ms later, or with seven others; one that
// is not full when its lane wakes, every second, and is two seconds old. The lane's seconds count
// from when it last woke, so that such a message is two to three seconds old.
//
// One worked example. The daemon starts at 100 s. The third packet of a connection at 100.3 s
// begins a message. The lane wakes at 101 s and 102 s, when it is too young, and sends it at 103 s.
//
// Work in one call is bounded by the messages that are due.

#include <optional>
#include <vector>

#include "emulator/director/connection.hh"
#include "emulator/director/director.hh"
#include "emulator/director/sync_message.hh"

namespace lvslab::director {

// As they stand on the wire: what the protocol says of a connection.
uint16_t wire_state(const Connection& connection);

class SyncMaster {
 public:
  // settings must outlive it.
  explicit SyncMaster(const Settings& settings) : settings_(settings) {}

  bool running() const { return daemon_.has_value(); }
  // Requires running(): with nothing left to a default.
  const ipvs::Daemon& daemon() const { return *daemon_; }
  // ports: lanes.
  void start(const ipvs::Daemon& daemon, unsigned ports, Time now);
  // What was not sent yet never is.
  void stop();

  // packets: of the connection's client so far, or sync_threshold[0] to have it told.
  [[gnu::noinline]] void tell(Connection& connection, uint32_t packets, Time now);

  // Messages that are due by now become next()'s.
  void expire(Time now);
  Time next_deadline() const { return running() ? earliest_ : kNever; }
  std::optional<SyncMessage> next();

 private:
  using Message = std::vector<uint8_t>;
  struct Lane {
    std::optional<SyncWriter> current;  // with entries, or to be used again
    SyncVersion version = SyncVersion::v1;
    Time begun{};               // the current message
    Time woken{};               // when it last looked
    Time wake = kNever;         // when full messages are sent
    std::vector<Message> full;  // waiting for that

    bool has_entries() const { return current && current->entries() > 0; }
    Time check_after(Time instant) const;
    Time deadline() const;
  };
  struct Due {
    uint16_t port;
    Message message;
  };

  bool wanted(Connection& connection, uint32_t packets, Time now);
  bool state_is_told(const Connection& connection) const;
  void append(const Connection& connection, Time now);
  void finish(Lane& lane, Time now);
  void wake(size_t lane, Time now);
  Message copy_of(Bytes message);
  void find_earliest();

  const Settings& settings_;
  std::optional<ipvs::Daemon> daemon_;
  std::vector<Lane> lanes_;
  std::vector<Due> due_;        // the next one first; few
  std::vector<Message> spare_;  // buffers to be used again
  Message last_;                // what next() gave out
  Time earliest_ = kNever;
};

}  // namespace lvslab::director
