// Two directors on one segment: what the master's daemon tells, the backup knows.

#include "emulator/director/sync_message.hh"
#include "emulator/ipvs/language.hh"
#include "small_lab.hh"

namespace lvslab::node::test {

namespace {

using namespace std::chrono_literals;

const Mac kMasterMac("02:00:00:00:00:01"), kBackupMac("02:00:00:00:00:02");
const Mac kRouter("02:00:00:00:00:fe"), kServer("02:00:00:00:00:11");
constexpr const char* kVip = "192.0.2.80";
constexpr const char* kClient = "203.0.113.69";

host::HostConfig config_of(const char* name, const Mac& mac, const char* address) {
  host::HostConfig config;
  config.name = name;
  config.interfaces = {{"eth0", mac, 1500, {prefix(address), prefix("192.0.2.80/32")}, {}}};
  config.routes = {{prefix("0.0.0.0/0"), ip("192.0.2.254"), {}}};
  return config;
}

// So that the backup knows the neighbour.
Tins::ARP who_has_backup(const char* sender, const Mac& mac) {
  Tins::ARP arp(Tins::IPv4Address("192.0.2.2"), Tins::IPv4Address(sender), Mac(), mac);
  arp.opcode(Tins::ARP::REQUEST);
  return arp;
}

struct Lab {
  Lab()
      : master(config_of("master", kMasterMac, "192.0.2.1/24")),
        backup(config_of("backup", kBackupMac, "192.0.2.2/24")) {
    wires.join("master", master, {0});
    wires.join("backup", backup, {0});
    for (DirectorNode* node : {&master, &backup})
      for (const char* line :
           {"-A -t 192.0.2.80:80 -s rr", "-a -t 192.0.2.80:80 -r 192.0.2.11:80 -g"})
        node->apply(ipvs::parse(line), wires.now);
  }
  void daemon(DirectorNode& node, ipvs::DaemonRole role, const char* group = nullptr) {
    ipvs::Daemon daemon;
    daemon.role = role;
    if (group) daemon.group = ip(group);
    node.apply(ipvs::StartDaemon{daemon}, wires.now);
  }
  void three_packets() {
    for (const uint8_t flags : {Tins::TCP::SYN, Tins::TCP::ACK, Tins::TCP::ACK}) {
      Tins::IP header(kVip, kClient);
      header.ttl(63);
      Tins::TCP tcp(80, 40000);
      tcp.flags(flags);
      wires.inject(0, "router", Tins::EthernetII(kMasterMac, kRouter) / header / tcp);
    }
    wires.all_frames();
  }
  // What the master sent to a group.
  std::vector<Crossing> group_frames() {
    std::vector<Crossing> found;
    for (Crossing& crossing : wires.all_frames()) {
      const auto type = crossing.ethernet().type();
      const bool is_ip = type == wire::ethertype::kIpv4 || type == wire::ethertype::kIpv6;
      if (is_ip && crossing.ethernet().is_group()) found.push_back(std::move(crossing));
    }
    return found;
  }

  DirectorNode master, backup;
  SmallLab wires;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sync_node)

BOOST_AUTO_TEST_CASE(a_backup_takes_over_what_its_master_told) {
  Lab lab;
  lab.daemon(lab.master, ipvs::DaemonRole::master);
  lab.daemon(lab.backup, ipvs::DaemonRole::backup);
  lab.three_packets();
  lab.wires.pass(4s);
  const auto frames = lab.group_frames();
  BOOST_REQUIRE_EQUAL(frames.size(), 1U);
  const Crossing& frame = frames[0];
  BOOST_TEST(frame.from == "master");
  BOOST_TEST(frame.ethernet().destination().to_string() == "01:00:5e:00:00:51");
  BOOST_TEST(frame.ethernet().source().to_string() == kMasterMac.to_string());
  const auto header = frame.ip();
  BOOST_TEST(header.source().to_string() == "192.0.2.1");
  BOOST_TEST(header.destination().to_string() == "224.0.0.81");
  BOOST_TEST(int{header.ttl()} == 1);
  BOOST_TEST(!header.dont_fragment());
  const auto udp = frame.as<Tins::UDP>();
  BOOST_TEST(udp.dport() == 8848);
  BOOST_TEST(udp.sport() >= 32768);
  BOOST_TEST(udp.length() == 8 + 8 + 36);
  const auto known = lab.backup.director().connections(lab.wires.now);
  BOOST_REQUIRE_EQUAL(known.size(), 1U);
  BOOST_TEST(known[0].client.to_string() == "203.0.113.69:40000");
  BOOST_TEST(known[0].state == "ESTABLISHED");
}

// The virtual address leaves the master and comes to the backup: the next packet of the connection
// goes to its server if the backup was told, and is answered with a reset if not.
BOOST_AUTO_TEST_CASE(a_takeover_with_and_without_synchronisation) {
  for (const bool told : {true, false}) {
    Lab lab;
    lab.backup.remove_address(0, prefix("192.0.2.80/32"));
    if (told) {
      lab.daemon(lab.master, ipvs::DaemonRole::master);
      lab.daemon(lab.backup, ipvs::DaemonRole::backup);
    }
    lab.three_packets();
    lab.wires.pass(4s);
    lab.master.remove_address(0, prefix("192.0.2.80/32"));
    lab.backup.add_address(0, prefix("192.0.2.80/32"));
    for (const Mac& neighbour : {kRouter, kServer})
      lab.wires.inject(
          0, "neighbour",
          Tins::EthernetII(kBackupMac, neighbour) /
              who_has_backup(neighbour == kRouter ? "192.0.2.254" : "192.0.2.11", neighbour));
    lab.wires.all_frames();
    Tins::TCP tcp(80, 40000);
    tcp.flags(Tins::TCP::ACK | Tins::TCP::PSH);
    lab.wires.inject(0, "router",
                     Tins::EthernetII(kBackupMac, kRouter) / Tins::IP(kVip, kClient) / tcp);
    const auto frames = lab.wires.crossings();
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    BOOST_TEST(frames[1].from == "backup");
    BOOST_TEST((frames[1].ethernet().destination() == (told ? kServer : kRouter)));
    BOOST_TEST(frames[1].ip().destination().to_string() == (told ? kVip : kClient));
    BOOST_TEST(((frames[1].as<Tins::TCP>().flags() & Tins::TCP::RST) != 0) == !told);
  }
}

BOOST_AUTO_TEST_CASE(ipv6_group) {
  Lab lab;
  lab.daemon(lab.master, ipvs::DaemonRole::master, "ff02::51");
  lab.daemon(lab.backup, ipvs::DaemonRole::backup, "ff02::51");
  lab.three_packets();
  lab.wires.pass(4s);
  const auto frames = lab.group_frames();
  BOOST_REQUIRE_EQUAL(frames.size(), 1U);
  BOOST_TEST(frames[0].ethernet().destination().to_string() == "33:33:00:00:00:51");
  BOOST_TEST(lab.backup.director().connections(lab.wires.now).size() == 1U);
}

// Without its daemon, after it, or with another group, the backup hears nothing; and answers
// nothing.
BOOST_AUTO_TEST_CASE(who_did_not_join_does_not_hear) {
  for (const int how : {0, 1, 2}) {
    Lab lab;
    lab.daemon(lab.master, ipvs::DaemonRole::master);
    if (how != 0)
      lab.daemon(lab.backup, ipvs::DaemonRole::backup, how == 2 ? "224.0.0.82" : nullptr);
    if (how == 1) lab.backup.apply(ipvs::StopDaemon{ipvs::DaemonRole::backup, 0}, lab.wires.now);
    lab.three_packets();
    lab.wires.pass(4s);
    for (const Crossing& crossing : lab.wires.all_frames()) BOOST_TEST(crossing.from != "backup");
    BOOST_TEST(lab.backup.director().connections(lab.wires.now).empty());
  }
}

BOOST_AUTO_TEST_CASE(an_interface_that_is_not_there) {
  Lab lab;
  ipvs::Daemon daemon;
  daemon.interface = "eth1";
  BOOST_CHECK_EXCEPTION(lab.master.apply(ipvs::StartDaemon{daemon}, lab.wires.now),
                        director::CommandError, [](const director::CommandError& error) {
                          return std::string(error.what()) == "No such device";
                        });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::node::test
