// What a backup makes of connections whose server it does not have: how they go on, and how long
// they are kept when the message does not say it.

#include "emulator/director/sync_message.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

const std::string kClient = "203.0.113.5:40000";

class OneInterface : public TableOfRoutes {
 public:
  std::optional<uint32_t> mtu_of(const std::string&) const override { return 1500; }
};

struct Backup {
  Backup() {
    ipvs::Daemon daemon;
    daemon.role = ipvs::DaemonRole::backup;
    director.apply(ipvs::StartDaemon{daemon}, now);
  }
  void hear(const SyncEntry& entry, SyncVersion version) {
    SyncWriter writer(version, 0, 1472);
    writer.append(entry);
    director.receive_sync(writer.bytes(), now);
  }
  OneInterface routes;
  Time now{100s};
  Director director{Settings(), routes, 1};
};

SyncEntry entry_of(uint8_t protocol, uint16_t state, SyncMethod method) {
  SyncEntry entry;
  entry.protocol = protocol;
  entry.flags = static_cast<uint32_t>(method);
  entry.state = state;
  entry.client = end(kClient);
  entry.virtual_end = end("192.0.2.10:80");
  entry.real = end("198.51.100.1:8080");
  return entry;
}

BOOST_AUTO_TEST_CASE(without_a_server_the_message_says_the_method) {
  struct Row {
    SyncMethod said;
    ipvs::Method method;
    const char* next_hop;
    size_t grown;  // bytes
  };
  const Row rows[] = {
      {SyncMethod::masquerade, ipvs::Method::masquerade, "198.51.100.1", 0},
      {SyncMethod::tunnel, ipvs::Method::tunnel, "198.51.100.1", 20},
      {SyncMethod::route, ipvs::Method::route, "198.51.100.1", 0},
      {SyncMethod::bypass, ipvs::Method::masquerade, "192.0.2.10", 0},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT("method " << int(row.said)) {
      Backup backup;
      backup.director.apply(command("-A -t 192.0.2.10:80 -s rr"), backup.now);
      backup.hear(entry_of(6, 1, row.said), SyncVersion::v1);
      const auto all = backup.director.connections(backup.now);
      BOOST_REQUIRE(all.size() == 1U);
      BOOST_TEST((all[0].method == row.method));
      const Packet packet = tcp_packet(kClient, "192.0.2.10:80", "A").bytes();
      wire::Frame frame = frame_of(packet);
      const Verdict verdict = backup.director.process(frame, Hook::local_in, backup.now);
      BOOST_TEST(verdict.action == Action::forward);
      BOOST_TEST(verdict.next_hop == address(row.next_hop));
      BOOST_TEST(frame.size() == packet.size() + row.grown);
    }
  }
}

// Version 0 has no timeouts: those of the state, as set here (--set).
BOOST_AUTO_TEST_CASE(untold_timeouts_are_those_of_the_state) {
  struct Row {
    const char* says;
    uint8_t protocol;
    uint16_t state;
    int seconds;
  };
  const Row rows[] = {
      {"TCP, ESTABLISHED", 6, 1, 1000},
      {"TCP, FIN_WAIT", 6, 4, 100},
      {"UDP", 17, 0, 200},
      {"SCTP, ESTABLISHED", 132, 8, 900},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      Backup backup;
      backup.director.apply(command("--set 1000 100 200"), backup.now);
      SyncEntry entry = entry_of(row.protocol, row.state, SyncMethod::masquerade);
      backup.hear(entry, SyncVersion::v0);
      const auto all = backup.director.connections(backup.now);
      BOOST_REQUIRE(all.size() == 1U);
      BOOST_TEST(to_seconds(all[0].left) == row.seconds);
      entry.timeout = 77;
      backup.hear(entry, SyncVersion::v1);
      BOOST_TEST(to_seconds(backup.director.connections(backup.now).at(0).left) == 77);
    }
  }
}

}  // namespace
}  // namespace lvslab::director::test
