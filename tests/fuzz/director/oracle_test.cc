// Oracles that can fail: each is shown what it is there to find, and complains by its name; and the
// same made right, and does not.

#include <boost/test/unit_test.hpp>

#include "emulator/conform/packets.hh"
#include "emulator/conform/world.hh"
#include "emulator/ipvs/language.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "tests/fuzz/director/oracle.hh"
#include "tests/fuzz/director/places.hh"
#include "tests/fuzz/support/allocated.hh"

using namespace lvslab;
using namespace lvslab::fuzz;
using conform::Buffer;
namespace world = conform::world;

namespace {

constexpr uint8_t kSyn = 2, kAck = 16;
const wire::Endpoint kClient{world::client(0, false), 40000};
const wire::Endpoint kVirtual{world::vip(0, false), 80};
const wire::Endpoint kServer{world::server(0, false), 80};
const wire::Endpoint kOther{world::server(1, false), 80};

Buffer tcp(uint32_t port, const wire::Endpoint& from, const wire::Endpoint& to, uint8_t flags) {
  conform::IpFields ip;
  ip.from = from.address;
  ip.to = to.address;
  conform::TcpFields segment{from.port, to.port};
  segment.flags = flags;
  return conform::ethernet(world::mac_of(port, from.address), world::director_mac(port),
                           conform::ip_packet(ip, conform::tcp_segment(ip, segment, {})));
}

// As a router leaves it.
Buffer one_hop_less(Buffer frame) {
  wire::Ipv4Edit::over(MutableBytes(frame).subspan(wire::kEthernetSize))->decrement_ttl();
  return frame;
}

struct Scene {
  explicit Scene(std::unique_ptr<Oracle> made) : oracle(std::move(made)) {}

  // What comes in by the outside port, and what leaves by the inside one.
  Scene& request(const Buffer& in, const Buffer& out) { return turn(kOutside, in, kInside, out); }
  Scene& reply(const Buffer& in, const Buffer& out) { return turn(kInside, in, kOutside, out); }
  Scene& turn(uint32_t in_port, const Buffer& in, uint32_t out_port, const Buffer& out) {
    Turn shown;
    shown.at = now;
    shown.in = {in_port, in, read_frame(in)};
    const SeenFrame left{out_port, out, read_frame(out)};
    if (!out.empty()) shown.out = {&left, 1};
    oracle->frame(shown, complaints);
    return *this;
  }
  std::string said() const { return complaints.empty() ? "" : complaints.front().oracle; }

  std::unique_ptr<Oracle> oracle;
  Time now{std::chrono::seconds(1)};
  Complaints complaints;
};

ipvs::ServiceStatus service(const std::string& rule, const std::string& server) {
  ipvs::ServiceStatus status;
  status.rule = std::get<ipvs::AddService>(ipvs::parse(rule)).service;
  status.destinations.emplace_back();
  status.destinations[0].rule = std::get<ipvs::AddDestination>(ipvs::parse(server)).destination;
  return status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oracles)

BOOST_AUTO_TEST_CASE(checksum) {
  const Buffer in = tcp(kOutside, kClient, kVirtual, kSyn);
  const Buffer good = tcp(kInside, kClient, kServer, kSyn);
  for (const size_t at : {size_t{24}, size_t{50}}) {  // of the IPv4 header, of TCP
    Buffer bad = good;
    bad[at] ^= 1;
    BOOST_TEST(Scene(make_checksum_oracle()).request(in, bad).said() == "checksum");
    // Whose fault it is, is told apart.
    BOOST_TEST(Scene(make_checksum_oracle()).request(bad, bad).said() == "");
  }
  BOOST_TEST(Scene(make_checksum_oracle()).request(in, good).said() == "");
  Buffer cut = good;
  cut.pop_back();
  BOOST_TEST(Scene(make_checksum_oracle()).request(in, cut).said() == "checksum");
}

BOOST_AUTO_TEST_CASE(another_server) {
  const auto conversation = [](const wire::Endpoint& later) {
    Scene scene(make_keeps_server_oracle());
    scene.request(tcp(kOutside, kClient, kVirtual, kSyn), tcp(kInside, kClient, kServer, kSyn));
    scene.request(tcp(kOutside, kClient, kVirtual, kAck), tcp(kInside, kClient, kServer, kAck));
    scene.request(tcp(kOutside, kClient, kVirtual, kAck), tcp(kInside, kClient, later, kAck));
    return scene.said();
  };
  BOOST_TEST(conversation(kServer) == "");
  BOOST_TEST(conversation(kOther) == "keeps-server");
}

BOOST_AUTO_TEST_CASE(another_server_after_a_new_opening_is_no_fault) {
  Scene scene(make_keeps_server_oracle());
  scene.request(tcp(kOutside, kClient, kVirtual, kSyn), tcp(kInside, kClient, kServer, kSyn));
  scene.request(tcp(kOutside, kClient, kVirtual, kAck), tcp(kInside, kClient, kServer, kAck));
  scene.request(tcp(kOutside, kClient, kVirtual, kSyn), tcp(kInside, kClient, kOther, kSyn));
  BOOST_TEST(scene.said() == "");
}

BOOST_AUTO_TEST_CASE(a_server_shown_to_a_client) {
  const auto conversation = [](const wire::Endpoint& shown) {
    Scene scene(make_hides_servers_oracle());
    scene.request(tcp(kOutside, kClient, kVirtual, kSyn), tcp(kInside, kClient, kServer, kSyn));
    scene.reply(tcp(kInside, kServer, kClient, kSyn | kAck),
                tcp(kOutside, shown, kClient, kSyn | kAck));
    return scene.said();
  };
  BOOST_TEST(conversation(kVirtual) == "");
  BOOST_TEST(conversation(kServer) == "hides-servers");
}

// A SYN that goes nowhere has ended the connection nevertheless; a segment without SYN has not.
BOOST_AUTO_TEST_CASE(a_server_shown_after_the_end) {
  const auto conversation = [](uint8_t lost) {
    Scene scene(make_hides_servers_oracle());
    scene.request(tcp(kOutside, kClient, kVirtual, kSyn), tcp(kInside, kClient, kServer, kSyn));
    scene.request(tcp(kOutside, kClient, kVirtual, lost), {});
    scene.reply(tcp(kInside, kServer, kClient, kAck), tcp(kOutside, kServer, kClient, kAck));
    return scene.said();
  };
  BOOST_TEST(conversation(kSyn | kAck) == "");
  BOOST_TEST(conversation(kAck) == "hides-servers");
}

BOOST_AUTO_TEST_CASE(an_edit_that_libtins_would_not_make) {
  const Buffer in = tcp(kOutside, kClient, kVirtual, kSyn);
  const Buffer good = one_hop_less(tcp(kInside, kClient, kServer, kSyn));
  BOOST_TEST(Scene(make_slow_path_oracle()).request(in, good).said() == "");
  // The hop was not taken.
  const Buffer kept = tcp(kInside, kClient, kServer, kSyn);
  BOOST_TEST(Scene(make_slow_path_oracle()).request(in, kept).said() == "slow-path");
  Buffer changed = good;
  changed[14 + 20 + 14] ^= 1;  // TCP's window
  BOOST_TEST(Scene(make_slow_path_oracle()).request(in, changed).said() == "slow-path");
}

BOOST_AUTO_TEST_CASE(a_way_back_to_other_addresses) {
  const auto conversation = [](const wire::Endpoint& shown) {
    Scene scene(make_slow_path_oracle());
    scene.request(tcp(kOutside, kClient, kVirtual, kSyn),
                  one_hop_less(tcp(kInside, kClient, kServer, kSyn)));
    scene.reply(tcp(kInside, kServer, kClient, kSyn | kAck),
                one_hop_less(tcp(kOutside, shown, kClient, kSyn | kAck)));
    return scene.said();
  };
  BOOST_TEST(conversation(kVirtual) == "");
  BOOST_TEST(conversation({kVirtual.address, 81}) == "slow-path");
}

BOOST_AUTO_TEST_CASE(drops_that_nobody_counts) {
  Scene scene(make_counters_oracle());
  Turn turn;
  turn.counts = {1, 1, {}};
  scene.oracle->frame(turn, scene.complaints);
  BOOST_TEST(scene.said() == "");
  turn.counts = {0, 1, {}};
  scene.oracle->frame(turn, scene.complaints);
  BOOST_TEST(scene.said() == "counters");
}

// One term of the sum after the other: what came and went nowhere, what went and never came.
BOOST_AUTO_TEST_CASE(packets_that_vanish_or_come_from_nowhere) {
  const host::Ledger whole{
      .in = 5, .made = 2, .cut = 3, .sent = 4, .taken = 1, .joined = 1, .dropped = 2, .waiting = 2};
  const auto complains = [](const host::Ledger& packets) {
    Scene scene(make_counters_oracle());
    Turn turn;
    turn.counts.packets = packets;
    scene.oracle->frame(turn, scene.complaints);
    return scene.said();
  };
  BOOST_TEST(complains(whole) == "");
  using host::Ledger;
  for (const auto term : {&Ledger::in, &Ledger::made, &Ledger::cut, &Ledger::sent, &Ledger::taken,
                          &Ledger::joined, &Ledger::dropped, &Ledger::waiting}) {
    Ledger off = whole;
    ++(off.*term);
    BOOST_TEST(complains(off) == "counters");
  }
}

BOOST_AUTO_TEST_CASE(servers_that_count_more_than_there_is) {
  const auto complains = [](uint64_t of_service, uint32_t active) {
    Scene scene(make_counters_oracle());
    Standing standing;
    standing.services = {service("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 198.51.100.11")};
    standing.services[0].total.packets_in = of_service;
    standing.services[0].total.bytes_in = 80;
    standing.services[0].destinations[0].total.packets_in = 2;
    standing.services[0].destinations[0].total.bytes_in = 80;
    standing.services[0].destinations[0].active = active;
    scene.oracle->rest(standing, scene.complaints);
    return scene.said();
  };
  BOOST_TEST(complains(2, 0) == "");
  BOOST_TEST(complains(1, 0) == "counters");
  BOOST_TEST(complains(2, 1) == "counters");
}

// A server taken out of the trash brings its past with it; what it counts from then on counts.
BOOST_AUTO_TEST_CASE(servers_with_a_past) {
  const auto complains = [](uint64_t of_server) {
    Scene scene(make_counters_oracle());
    auto one = service("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 198.51.100.11");
    ipvs::Counters& total = one.destinations[0].total;
    total.packets_in = 7;
    total.bytes_in = 280;
    scene.oracle->ruled({one});
    one.total.packets_in = 1;
    one.total.bytes_in = 40;
    total.packets_in += of_server;
    total.bytes_in += 40 * of_server;
    Standing standing;
    standing.services = {one};
    scene.oracle->rest(standing, scene.complaints);
    return scene.said();
  };
  BOOST_TEST(complains(1) == "");
  BOOST_TEST(complains(0) == "counters");
  BOOST_TEST(complains(2) == "counters");
}

// FTP's client at the server of a mark: wrong, unless a packet to port 0 made them share a
// template.
BOOST_AUTO_TEST_CASE(clients_at_another_services_server) {
  const auto complains = [](const std::string& of_ftp, uint16_t port) {
    Scene scene(make_counters_oracle());
    auto ftp = service("-A -t 192.0.2.100:21" + of_ftp, "-a -t 192.0.2.100:21 -r 198.51.100.11");
    auto marked = service("-A -f 1 -p 300", "-a -f 1 -r 198.51.100.12:80");
    scene.oracle->ruled({ftp, marked});
    scene.request(tcp(kOutside, kClient, {kVirtual.address, port}, kSyn), {});
    marked.total.connections = 1;
    ftp.destinations[0].total.connections = 1;
    Standing standing;
    standing.services = {ftp, marked};
    scene.oracle->rest(standing, scene.complaints);
    return scene.said();
  };
  BOOST_TEST(complains(" -p 300", 0) == "");
  BOOST_TEST(complains(" -p 300", 21) == "counters");
  BOOST_TEST(complains("", 0) == "counters");
}

BOOST_AUTO_TEST_CASE(memory_that_does_not_come_back) {
  Complaints complaints;
  look_at_memory({}, complaints);
  BOOST_TEST(complaints.empty());
  for (const auto left : {&Left::director, &Left::waiting, &Left::tcp, &Left::path_mtus}) {
    Left one;
    one.*left = 1;
    complaints.clear();
    look_at_memory(one, complaints);
    BOOST_TEST_REQUIRE(complaints.size() == 1U);
    BOOST_TEST(complaints[0].oracle == "memory");
  }
}

BOOST_AUTO_TEST_CASE(memory_that_is_lost_each_time) {
  std::vector<std::unique_ptr<int[]>> held;
  const auto lose = [&] { held.push_back(std::make_unique<int[]>(10)); };
  BOOST_TEST(bytes_lost(lose) >= 10 * sizeof(int));
  // A pool that is warm after a while, and what is given back.
  const auto warm = [&] {
    if (held.size() < 7) lose();
  };
  BOOST_TEST(bytes_lost(warm) == 0U);
  BOOST_TEST(bytes_lost([] { std::make_unique<int[]>(10); }) == 0U);
}

BOOST_AUTO_TEST_CASE(weight_zero) {
  const auto complains = [](const std::string& weight) {
    Scene scene(make_weight_zero_oracle());
    const auto before =
        service("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 198.51.100.11 -w " + weight);
    scene.oracle->ruled({before});
    Standing after;
    after.services = {before};
    after.services[0].destinations[0].total.connections = 1;
    scene.oracle->rest(after, scene.complaints);
    return scene.said();
  };
  BOOST_TEST(complains("1") == "");
  BOOST_TEST(complains("0") == "weight-zero");
}

BOOST_AUTO_TEST_CASE(a_table_beyond_its_bound) {
  Scene scene(make_bounds_oracle());
  Standing standing;
  standing.settings.table_bound = 2;
  standing.connections.resize(2);
  scene.oracle->rest(standing, scene.complaints);
  BOOST_TEST(scene.said() == "");
  standing.connections.resize(3);
  scene.oracle->rest(standing, scene.complaints);
  BOOST_TEST(scene.said() == "bounds");
}

BOOST_AUTO_TEST_SUITE_END()
