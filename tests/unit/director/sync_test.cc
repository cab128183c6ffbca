// Synchronisation in the director: what a master tells of packets that go through it, when, and
// what a backup makes of messages.

#include <tins/ip.h>
#include <tins/rawpdu.h>

#include "emulator/director/sync_message.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

class OneInterface : public TableOfRoutes {
 public:
  std::optional<uint32_t> mtu_of(const std::string& interface) const override {
    if (interface != "eth0") return {};
    return mtu;
  }
  uint32_t mtu = 1500;
};

struct Pair {
  explicit Pair(Settings settings = {}) : director(settings, routes, 1) {}

  void rules(std::initializer_list<const char*> lines) {
    for (const char* line : lines) director.apply(command(line), now);
  }
  void start(ipvs::DaemonRole role, ipvs::Daemon daemon = {}) {
    daemon.role = role;
    director.apply(ipvs::StartDaemon{daemon}, now);
  }
  std::string refusal_of(const ipvs::Command& c) {
    try {
      director.apply(c, now);
    } catch (const CommandError& error) {
      return error.what();
    }
    return "";
  }
  Verdict request(const Spec& spec) {
    wire::Frame frame = frame_of(spec.bytes());
    return director.process(frame, Hook::local_in, now);
  }
  // All entries of all messages by the time that the clock is moved to.
  std::vector<SyncEntry> told_by(Time until) {
    now = until;
    director.expire(now);
    std::vector<SyncEntry> entries;
    while (const auto message = director.next_sync_message()) {
      sizes.push_back(message->bytes.size());
      SyncReader reader(message->bytes);
      while (const SyncEntry* entry = reader.next()) entries.push_back(*entry);
      BOOST_TEST(!reader.problem());
    }
    return entries;
  }
  void hear(const SyncEntry& entry, SyncVersion version = SyncVersion::v1, uint8_t id = 0) {
    SyncWriter writer(version, id, 1472);
    writer.append(entry);
    director.receive_sync(writer.bytes(), now);
  }
  ipvs::DestinationStatus server(size_t index = 0) const {
    return director.services().at(0).destinations.at(index);
  }

  OneInterface routes;
  Director director;
  Time now{100s};
  std::vector<size_t> sizes;
};

constexpr auto kMaster = ipvs::DaemonRole::master;
constexpr auto kBackup = ipvs::DaemonRole::backup;
constexpr const char* kInvalid =
    "Invalid operation.  Possibly wrong module version, address not unicast, ...";

Spec from_client(const std::string& flags) {
  return tcp_packet("203.0.113.5:40000", "192.0.2.10:80", flags);
}

void one_service(Pair& pair, const std::string& method = "-g", const std::string& more = "") {
  pair.rules({("-A -t 192.0.2.10:80 -s rr " + more).c_str(),
              ("-a -t 192.0.2.10:80 -r 198.51.100.1:80 " + method).c_str()});
}

SyncEntry established() {
  SyncEntry entry;
  entry.protocol = 6;
  entry.flags = 3 | sync_flag::kNoOutput;
  entry.state = 1;
  entry.client = end("203.0.113.5:40000");
  entry.virtual_end = end("192.0.2.10:80");
  entry.real = end("198.51.100.1:80");
  entry.timeout = 900;
  return entry;
}

BOOST_AUTO_TEST_SUITE(synchronisation)

BOOST_AUTO_TEST_CASE(the_third_packet_is_told_after_two_to_three_seconds) {
  Pair pair;
  one_service(pair);
  pair.start(kMaster);
  pair.now += 300ms;
  pair.request(from_client("S"));
  pair.request(from_client("A"));
  BOOST_TEST((pair.director.next_deadline() > pair.now + 1s));  // nothing of it yet
  pair.request(from_client("A"));
  BOOST_TEST(pair.told_by(Time(102'999ms)).empty());
  BOOST_TEST((pair.director.next_deadline() <= Time(103s)));
  const auto told = pair.told_by(Time(103s));
  BOOST_REQUIRE_EQUAL(told.size(), 1U);
  BOOST_CHECK(told[0] == established());
  BOOST_TEST(pair.sizes == std::vector<size_t>{8 + 36}, boost::test_tools::per_element());
  // The 53rd is next.
  for (int i = 4; i < 53; ++i) pair.request(from_client("A"));
  BOOST_TEST(pair.told_by(Time(110s)).empty());
  pair.request(from_client("A"));
  BOOST_TEST(pair.told_by(Time(120s)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(closing_states_are_told_at_once_and_syn_recv_never) {
  Settings settings;
  settings.sync_threshold = {1, 2};  // each packet of an odd number
  Pair pair(settings);
  one_service(pair);
  pair.start(kMaster);
  pair.request(from_client("S"));
  BOOST_TEST(pair.told_by(pair.now + 5s).empty());
  pair.request(from_client("A"));
  BOOST_TEST(pair.told_by(pair.now + 5s).empty());
  pair.request(from_client("A"));
  pair.request(from_client("FA"));
  pair.request(from_client("R"));
  const auto told = pair.told_by(pair.now + 5s);
  BOOST_REQUIRE_EQUAL(told.size(), 3U);
  BOOST_TEST(told[0].state == 1);
  BOOST_TEST(told[1].state == 4);  // FIN_WAIT: the client's half alone was seen
  BOOST_TEST(told[1].timeout == 120U);
  BOOST_TEST(told[1].flags == (3 | sync_flag::kNoOutput | sync_flag::kInactive));
  BOOST_TEST(told[2].state == 6);
}

// What a client says on SCTP: a chunk of that type, 16 bytes.
Packet sctp_from_client(uint8_t chunk) {
  Packet segment = {0x9c, 0x40, 0x0b, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, chunk, 0, 0, 16};
  segment.resize(28);
  Tins::RawPDU body(segment);
  Tins::IP ip("192.0.2.10", "203.0.113.5");
  ip.protocol(132);
  return (ip / body).serialize();
}

BOOST_AUTO_TEST_CASE(of_sctp_what_is_established_or_closing_is_told) {
  constexpr uint8_t kInit = 1, kInitAck = 2, kShutdown = 7, kCookieAck = 11;
  constexpr uint16_t kEstablished = 8, kShutdownReceived = 10;  // of Linux' ip_vs.h
  Settings settings;
  settings.sync_threshold = {1, 2};
  Pair pair(settings);
  pair.rules({"-A --sctp-service 192.0.2.10:2944 -s rr",
              "-a --sctp-service 192.0.2.10:2944 -r 198.51.100.1:2944 -g"});
  pair.start(kMaster);
  const auto says = [&](uint8_t chunk) {
    wire::Frame frame = frame_of(sctp_from_client(chunk));
    BOOST_TEST(pair.director.process(frame, Hook::local_in, pair.now).action == Action::forward);
  };
  says(kInit);  // the first, and an odd one: of TCP it would be told
  says(kInitAck);
  BOOST_TEST(pair.told_by(pair.now + 5s).empty());
  says(kCookieAck);
  says(kShutdown);  // an even one: for its state alone
  const auto told = pair.told_by(pair.now + 5s);
  BOOST_REQUIRE_EQUAL(told.size(), 2U);
  BOOST_TEST(told[0].protocol == 132);
  BOOST_TEST(told[0].state == kEstablished);
  BOOST_TEST(told[1].state == kShutdownReceived);
}

BOOST_AUTO_TEST_CASE(sync_threshold_without_a_period_tells_once) {
  Settings settings;
  settings.sync_threshold = {3, 0};
  Pair pair(settings);
  one_service(pair);
  pair.start(kMaster);
  pair.request(from_client("S"));
  for (int i = 0; i < 200; ++i) pair.request(from_client("A"));
  BOOST_TEST(pair.told_by(pair.now + 5s).size() == 1U);
}

BOOST_AUTO_TEST_CASE(sync_refresh_period_and_sync_retries) {
  Settings settings;
  settings.sync_threshold = {0, 1};  // every packet
  settings.sync_refresh_period = 10;
  for (const int retries : {0, 2}) {
    settings.sync_retries = retries;
    Pair pair(settings);
    one_service(pair);
    pair.start(kMaster);
    pair.request(from_client("S"));
    size_t told = 0;
    for (int i = 0; i < 100; ++i) {
      pair.request(from_client("A"));
      told += pair.told_by(pair.now + 100ms).size();
    }
    told += pair.told_by(pair.now + 5s).size();
    // Ten seconds of packets: at once, and a period of ten later; retries an eighth of it apart.
    BOOST_TEST(told == static_cast<size_t>(1 + retries));
  }
}

BOOST_AUTO_TEST_CASE(templates_are_told_with_each_packet_of_theirs) {
  Pair pair;
  one_service(pair, "-g", "-p 300");
  pair.start(kMaster);
  pair.request(from_client("S"));
  pair.request(from_client("A"));
  pair.request(from_client("A"));
  const auto told = pair.told_by(pair.now + 5s);
  BOOST_REQUIRE_EQUAL(told.size(), 4U);
  for (const size_t i : {0U, 1U, 3U}) {
    BOOST_TEST(told[i].flags ==
               (3 | sync_flag::kTemplate | sync_flag::kInactive | sync_flag::kNoOutput));
    BOOST_TEST(told[i].client == end("203.0.113.5:0"));
    BOOST_TEST(told[i].timeout == 300U);
  }
  BOOST_TEST(told[0].state == 0);
  BOOST_TEST(told[1].state == 1);  // assured
  BOOST_TEST(!told[2].is_template());
}

BOOST_AUTO_TEST_CASE(sync_persist_mode_tells_templates_alone) {
  Settings settings;
  settings.sync_persist_mode = true;
  Pair pair(settings);
  one_service(pair, "-g", "-p 300");
  pair.start(kMaster);
  pair.request(from_client("S"));
  for (int i = 0; i < 10; ++i) pair.request(from_client("A"));
  const auto told = pair.told_by(pair.now + 5s);
  BOOST_TEST(told.size() == 11U);
  for (const SyncEntry& entry : told) BOOST_TEST(entry.is_template());
}

BOOST_AUTO_TEST_CASE(one_packet_connections_are_never_told) {
  Pair pair;
  pair.rules({"-A -u 192.0.2.10:53 -s rr -o", "-a -u 192.0.2.10:53 -r 198.51.100.1:53 -g",
              "-A -u 192.0.2.10:54 -s rr", "-a -u 192.0.2.10:54 -r 198.51.100.1:54 -g"});
  pair.start(kMaster);
  for (int i = 0; i < 10; ++i) {
    pair.request(udp_packet("203.0.113.5:40000", "192.0.2.10:53"));
    pair.request(udp_packet("203.0.113.5:40000", "192.0.2.10:54"));
  }
  const auto told = pair.told_by(pair.now + 5s);
  BOOST_REQUIRE_EQUAL(told.size(), 1U);
  BOOST_TEST(told[0].virtual_end == end("192.0.2.10:54"));
  BOOST_TEST(told[0].state == 0);
  BOOST_TEST(told[0].timeout == 300U);
}

BOOST_AUTO_TEST_CASE(a_full_message_goes_after_twenty_milliseconds) {
  Settings settings;
  settings.sync_threshold = {0, 1};
  for (const int version : {1, 0}) {
    settings.sync_version = version;
    Pair pair(settings);
    one_service(pair);
    ipvs::Daemon daemon;
    daemon.largest = 100;  // two entries of 36 bytes behind 8, or four of 24 behind 4
    pair.start(kMaster, daemon);
    const size_t fit = version == 1 ? 2 : 4;
    pair.now += 100ms;
    for (size_t i = 0; i <= fit; ++i) {
      const Spec spec = from_client("S").with_from("203.0.113.5:" + std::to_string(40000 + i));
      pair.request(spec);
      Spec ack = spec;
      ack.flags = 0x10;
      pair.request(ack);
    }
    BOOST_TEST(pair.told_by(pair.now + 19ms).empty());
    BOOST_TEST(pair.told_by(pair.now + 1ms).size() == fit);
    BOOST_TEST(pair.told_by(pair.now + 5s).size() == 1U);
    const size_t header = version == 1 ? 8 : 4, entry = version == 1 ? 36 : 24;
    BOOST_TEST(pair.sizes == (std::vector<size_t>{header + fit * entry, header + entry}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_backup_counts_and_serves_what_it_learned) {
  Pair pair;
  one_service(pair);
  pair.start(kBackup);
  pair.hear(established());
  BOOST_TEST(pair.server().active == 1U);
  BOOST_TEST(pair.server().inactive == 0U);
  BOOST_TEST(pair.server().total.connections == 0U);
  auto all = pair.director.connections(pair.now);
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  BOOST_TEST(all[0].state == "ESTABLISHED");
  BOOST_TEST(to_seconds(all[0].left) == 900);
  const Verdict verdict = pair.request(from_client("A"));
  BOOST_TEST(verdict.action == Action::forward);
  BOOST_TEST(verdict.next_hop == address("198.51.100.1"));

  SyncEntry closed = established();
  closed.state = 6;
  closed.flags |= sync_flag::kInactive;
  closed.timeout = 0;  // the state's own
  pair.hear(closed);
  BOOST_TEST(pair.server().active == 0U);
  BOOST_TEST(pair.server().inactive == 1U);
  all = pair.director.connections(pair.now);
  BOOST_TEST(all[0].state == "CLOSE");
  BOOST_TEST(to_seconds(all[0].left) == 10);
  pair.now += 10s;
  pair.director.expire(pair.now);
  BOOST_TEST(pair.server().inactive == 0U);
}

// The server's method counts, not the master's word for it.
BOOST_AUTO_TEST_CASE(a_learned_connection_goes_by_the_servers_method) {
  Pair pair;
  one_service(pair, "-m");
  pair.start(kBackup);
  pair.hear(established());
  BOOST_CHECK(pair.director.connections(pair.now).at(0).method == ipvs::Method::masquerade);
  wire::Frame reply = frame_of(tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "A").bytes());
  BOOST_TEST(pair.director.process(reply, Hook::forward, pair.now).action == Action::forward);
}

BOOST_AUTO_TEST_CASE(without_its_server_it_is_kept_and_bound_by_a_later_message) {
  Pair pair;
  pair.rules({"-A -t 192.0.2.10:80 -s rr"});
  pair.start(kBackup);
  pair.hear(established());
  const Verdict verdict = pair.request(from_client("A"));
  BOOST_TEST(verdict.action == Action::forward);
  BOOST_TEST(verdict.next_hop == address("198.51.100.1"));
  pair.rules({"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  BOOST_TEST(pair.server().active == 0U);
  pair.hear(established());
  BOOST_TEST(pair.server().active == 1U);
  BOOST_CHECK(pair.director.connections(pair.now).at(0).method == ipvs::Method::masquerade);
}

BOOST_AUTO_TEST_CASE(another_server_replaces_unless_the_word_is_of_an_end) {
  Pair pair;
  one_service(pair);
  pair.rules({"-a -t 192.0.2.10:80 -r 198.51.100.2:80 -g"});
  pair.start(kBackup);
  pair.hear(established());
  SyncEntry other = established();
  other.real = end("198.51.100.2:80");
  other.flags |= sync_flag::kInactive;
  pair.hear(other);
  BOOST_TEST(pair.director.connections(pair.now).size() == 1U);
  BOOST_TEST(pair.request(from_client("A")).next_hop == address("198.51.100.1"));
  other.flags &= ~sync_flag::kInactive;
  pair.hear(other);
  BOOST_TEST(pair.request(from_client("A")).next_hop == address("198.51.100.2"));
  pair.now += 10ms;
  pair.director.expire(pair.now);
  BOOST_TEST(pair.director.connections(pair.now).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_learned_template_keeps_the_client_at_its_server) {
  for (const auto version : {SyncVersion::v1, SyncVersion::v0}) {
    Pair pair;
    one_service(pair, "-g", "-p 300");
    pair.rules({"-a -t 192.0.2.10:80 -r 198.51.100.2:80 -g"});
    pair.start(kBackup);
    SyncEntry entry = established();
    entry.flags |= sync_flag::kTemplate | sync_flag::kInactive;
    entry.state = 0;
    entry.client.port = 0;
    entry.timeout = 300;
    pair.hear(entry, version);
    BOOST_TEST(pair.server(1).persistent == 1U);
    const auto left = pair.director.connections(pair.now).at(0).left;
    BOOST_TEST(to_seconds(left) == (version == SyncVersion::v1 ? 300 : 180));
    // Round robin would have begun with the other one.
    BOOST_TEST(pair.request(from_client("S")).next_hop == address("198.51.100.1"));
  }
}

BOOST_AUTO_TEST_CASE(ids_and_lengths_that_are_not_taken) {
  Pair pair;
  one_service(pair);
  pair.hear(established());  // no daemon
  ipvs::Daemon daemon;
  daemon.id = 7;
  pair.start(kBackup, daemon);
  pair.hear(established(), SyncVersion::v1, 8);
  BOOST_TEST(pair.director.connections(pair.now).empty());
  pair.hear(established(), SyncVersion::v1, 7);
  BOOST_TEST(pair.director.connections(pair.now).size() == 1U);
}

BOOST_AUTO_TEST_CASE(backup_only) {
  Settings settings;
  settings.backup_only = true;
  Pair pair(settings);
  one_service(pair);
  BOOST_TEST(pair.request(from_client("S")).action == Action::forward);
  pair.start(kBackup);
  BOOST_TEST(pair.request(from_client("S")).action == Action::pass);
  pair.director.apply(ipvs::StopDaemon{kBackup, 0}, pair.now);
  BOOST_TEST(pair.request(from_client("S")).action == Action::forward);
}

BOOST_AUTO_TEST_CASE(what_the_kernel_refuses) {
  Pair pair;
  one_service(pair, "-i");
  BOOST_TEST(pair.refusal_of(ipvs::StopDaemon{kMaster, 0}) == "No daemon is running");
  pair.start(kMaster);
  ipvs::StartDaemon again;
  BOOST_TEST(pair.refusal_of(again) == "Daemon has already run");
  again.daemon.interface = "eth9";
  BOOST_TEST(pair.refusal_of(again) == "No such device");
  BOOST_TEST(pair.refusal_of(ipvs::StopDaemon{kBackup, 0}) == "No daemon is running");
  const char* mixed = "-a -t 192.0.2.10:80 -r [2001:db8::1]:80 -i";
  BOOST_TEST(pair.refusal_of(command(mixed)) == kInvalid);
  BOOST_TEST(pair.refusal_of(ipvs::StopDaemon{kMaster, 99}) == "");
  BOOST_TEST(pair.refusal_of(command(mixed)) == "");
  again.daemon.interface = "eth9";
  BOOST_TEST(pair.refusal_of(again) == kInvalid);
  BOOST_TEST(pair.director.daemons().empty());
}

BOOST_AUTO_TEST_CASE(daemons_and_their_lengths) {
  struct Case {
    ipvs::DaemonRole role;
    uint32_t mtu;
    uint16_t largest;
    bool v6;
    uint16_t kept;
  };
  for (const Case& c :
       {Case{kMaster, 9000, 0, false, 1472}, Case{kBackup, 9000, 0, false, 8972},
        Case{kMaster, 1500, 0, true, 1452}, Case{kBackup, 1000, 0, false, 1472},
        Case{kBackup, 1500, 100, false, 1024}, Case{kMaster, 1500, 1, false, 1},
        Case{kBackup, 1500, 65535, true, 65487}, Case{kMaster, 1500, 65535, false, 65507}}) {
    Pair pair;
    pair.routes.mtu = c.mtu;
    ipvs::Daemon daemon;
    daemon.largest = c.largest;
    if (c.v6) daemon.group = address("ff02::51");
    pair.start(c.role, daemon);
    const auto running = pair.director.daemons();
    BOOST_REQUIRE_EQUAL(running.size(), 1U);
    BOOST_TEST(running[0].largest == c.kept);
    BOOST_TEST(running[0].port == 8848);
    BOOST_TEST(running[0].ttl == 1);
    if (!c.v6) BOOST_TEST(running[0].group == address("224.0.0.81"));
  }
}

BOOST_AUTO_TEST_CASE(a_stopped_master_tells_nothing_more) {
  Pair pair;
  one_service(pair);
  pair.start(kMaster);
  for (const char* flags : {"S", "A", "A"}) pair.request(from_client(flags));
  pair.director.apply(ipvs::StopDaemon{kMaster, 0}, pair.now);
  BOOST_TEST(pair.told_by(pair.now + 5s).empty());
}

BOOST_AUTO_TEST_CASE(each_port_has_a_lane) {
  Settings settings;
  settings.sync_ports = 4;
  settings.sync_threshold = {0, 1};
  Pair pair(settings);
  one_service(pair);
  pair.start(kMaster);
  for (int i = 0; i < 100; ++i)
    for (const char* flags : {"S", "A"})
      pair.request(from_client(flags).with_from("203.0.113.5:" + std::to_string(40000 + i)));
  pair.now += 5s;
  pair.director.expire(pair.now);
  std::map<uint16_t, int> by_port;
  while (const auto message = pair.director.next_sync_message()) ++by_port[message->port];
  BOOST_TEST(by_port.size() == 4U);
  BOOST_TEST(by_port.begin()->first == 8848);
  BOOST_TEST(pair.director.sync_ports() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::director::test
