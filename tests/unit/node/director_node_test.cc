// A director with two real servers in memory, by each of the three forwarding methods: one client's
// packet in, every frame that follows.

#include "emulator/director/describe.hh"
#include "emulator/ipvs/language.hh"
#include "small_lab.hh"

namespace lvslab::node::test {

namespace {

// Segment 0: 192.0.2.0/24 with the VIP, clients behind the router 192.0.2.254.
// Segment 1: 198.51.100.0/24, the servers of masquerade.
const Mac kDirector("02:00:00:00:00:01"), kDirectorInside("02:00:00:00:00:02");
const Mac kRs1("02:00:00:00:01:01"), kRs2("02:00:00:00:01:02");
const Mac kRouter("02:00:00:00:00:fe");
constexpr const char* kVip = "192.0.2.80";
constexpr const char* kClient = "203.0.113.69";

enum class How { masquerade, route, tunnel };

host::HostConfig server_config(const char* name, const Mac& mac, How how, int last) {
  host::HostConfig config;
  config.name = name;
  const bool inside = how == How::masquerade;
  const std::string address = (inside ? "198.51.100." : "192.0.2.") + std::to_string(last) + "/24";
  config.interfaces = {{"eth0", mac, 1500, {prefix(address.c_str())}, {}}};
  config.routes = {{prefix("0.0.0.0/0"), ip(inside ? "198.51.100.1" : "192.0.2.254"), {}}};
  if (!inside) {
    config.loopback = {prefix("192.0.2.80/32")};
    config.all.arp_ignore = 1;
    config.all.arp_announce = 2;
  }
  if (how == How::tunnel) config.tunnel.emplace();
  return config;
}

host::HostConfig director_config() {
  host::HostConfig config;
  config.name = "director";
  config.interfaces = {
      {"eth0", kDirector, 1500, {prefix("192.0.2.1/24"), prefix("192.0.2.80/24")}, {}},
      {"eth1", kDirectorInside, 1500, {prefix("198.51.100.1/24")}, {}}};
  config.routes = {{prefix("0.0.0.0/0"), ip("192.0.2.254"), {}}};
  config.forwarding = true;
  return config;
}

struct Lab {
  explicit Lab(How how, const char* scheduler = "rr")
      : director(director_config()),
        rs1(server_config("rs1", kRs1, how, 11), {{Transport::tcp, 80}, {Transport::udp, 80}}),
        rs2(server_config("rs2", kRs2, how, 12), {{Transport::tcp, 80}, {Transport::udp, 80}}) {
    const uint32_t servers = how == How::masquerade ? 1 : 0;
    wires.join("director", director, {0, 1});
    wires.join("rs1", rs1, {servers});
    wires.join("rs2", rs2, {servers});
    director.trace(1000);
    const std::string network = how == How::masquerade ? "198.51.100." : "192.0.2.";
    const std::string flag = how == How::masquerade ? "-m" : how == How::route ? "-g" : "-i";
    for (const std::string protocol : {"-t ", "-u "}) {
      rule("-A " + protocol + "192.0.2.80:80 -s " + scheduler);
      for (const char* last : {"11", "12"})
        rule("-a " + protocol + "192.0.2.80:80 -r " + network + last + ":80 " + flag);
    }
    // The router makes itself known to everyone on its segment by asking for them.
    know_router("192.0.2.1");
    know_router("192.0.2.11");
    know_router("192.0.2.12");
    wires.all_frames();
  }
  void rule(const std::string& line) { director.apply(ipvs::parse(line), wires.now); }
  void know_router(const char* target) {
    Tins::ARP arp(target, "192.0.2.254", Mac(), kRouter);
    arp.opcode(Tins::ARP::REQUEST);
    wires.inject(0, "router", Tins::EthernetII(Mac::broadcast, kRouter) / arp);
  }
  static Tins::EthernetII to_director() { return Tins::EthernetII(kDirector, kRouter); }
  static Tins::IP from_client(uint8_t ttl = 63) {
    Tins::IP header(kVip, kClient);
    header.ttl(ttl);
    header.id(5);
    return header;
  }
  std::vector<Crossing> ask_udp(uint16_t port, const std::string& text = "who") {
    wires.inject(0, "router",
                 to_director() / from_client() / Tins::UDP(80, port) / Tins::RawPDU(text));
    return wires.crossings();
  }

  DirectorNode director;
  ServerNode rs1, rs2;
  SmallLab wires;
};

std::string payload(const Crossing& crossing) {
  const auto raw = crossing.as<Tins::RawPDU>();
  return {raw.payload().begin(), raw.payload().end()};
}

void check_ends(const Crossing& crossing, const char* from, const char* to, uint8_t ttl) {
  BOOST_TEST((crossing.ip().source() == ip(from)), crossing.text());
  BOOST_TEST((crossing.ip().destination() == ip(to)), crossing.text());
  BOOST_TEST(int{crossing.ip().ttl()} == int{ttl}, crossing.text());
  BOOST_TEST(crossing.ip().checksum_good(), crossing.text());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(director_node)

BOOST_AUTO_TEST_CASE(masquerade_both_ways_by_the_director) {
  Lab lab(How::masquerade);
  const auto seen = lab.ask_udp(40000);
  BOOST_REQUIRE_MESSAGE(seen.size() == 4U, story(seen));
  check_ends(seen[0], kClient, kVip, 63);
  check_ends(seen[1], kClient, "198.51.100.12", 62);  // added last, served first
  BOOST_TEST(seen[1].ethernet().destination() == kRs2);
  check_ends(seen[2], "198.51.100.12", kClient, 64);
  BOOST_TEST(seen[2].ethernet().destination() == kDirectorInside);
  check_ends(seen[3], kVip, kClient, 63);
  BOOST_TEST(seen[3].ethernet().destination() == kRouter);
  BOOST_TEST(payload(seen[3]) == "server=rs2 peer=203.0.113.69:40000\nwho");
}

BOOST_AUTO_TEST_CASE(without_ip_forward_replies_of_masquerade_end_here) {
  host::HostConfig config = director_config();
  config.forwarding = false;
  Lab lab(How::masquerade);
  DirectorNode still(config);
  SmallLab wires;
  ServerNode rs(server_config("rs1", kRs1, How::masquerade, 11), {{Transport::udp, 80}});
  wires.join("director", still, {0, 1});
  wires.join("rs1", rs, {1});
  still.apply(ipvs::parse("-A -u 192.0.2.80:80 -s rr"), wires.now);
  still.apply(ipvs::parse("-a -u 192.0.2.80:80 -r 198.51.100.11:80 -m"), wires.now);
  wires.inject(0, "router", Lab::to_director() / Lab::from_client() / Tins::UDP(80, 40000));
  const auto seen = wires.crossings();
  BOOST_REQUIRE_MESSAGE(seen.size() == 3U, story(seen));
  BOOST_TEST(seen[2].from == "rs1");
  BOOST_TEST(still.host().drops()[host::DropReason::not_forwarding] == 1U);
}

BOOST_AUTO_TEST_CASE(route_changes_macs_and_ttl_alone) {
  Lab lab(How::route);
  const auto seen = lab.ask_udp(40000);
  BOOST_REQUIRE_MESSAGE(seen.size() == 3U, story(seen));
  check_ends(seen[1], kClient, kVip, 62);
  BOOST_TEST(seen[1].ethernet().source() == kDirector);
  BOOST_TEST(seen[1].ethernet().destination() == kRs2);
  check_ends(seen[2], kVip, kClient, 64);
  BOOST_TEST(seen[2].from == "rs2");
  BOOST_TEST(seen[2].ethernet().source() == kRs2);
  BOOST_TEST(seen[2].ethernet().destination() == kRouter);
  BOOST_TEST(payload(seen[2]) == "server=rs2 peer=203.0.113.69:40000\nwho");
}

BOOST_AUTO_TEST_CASE(a_route_server_without_the_vip_is_silent) {
  Lab lab(How::route);
  host::HostConfig config = server_config("rs3", Mac("02:00:00:00:01:03"), How::route, 13);
  config.loopback.clear();
  ServerNode rs3(config, {{Transport::udp, 80}});
  lab.wires.join("rs3", rs3, {0});
  lab.rule("-a -u 192.0.2.80:80 -r 192.0.2.13:80 -g");
  const auto seen = lab.ask_udp(40000);
  BOOST_REQUIRE_MESSAGE(seen.size() == 2U, story(seen));
  BOOST_TEST(rs3.host().drops()[host::DropReason::not_forwarding] == 1U);
}

BOOST_AUTO_TEST_CASE(tunnel_puts_a_header_on_and_the_server_takes_it_off) {
  Lab lab(How::tunnel);
  const auto seen = lab.ask_udp(40000);
  BOOST_REQUIRE_MESSAGE(seen.size() == 3U, story(seen));
  check_ends(seen[1], "192.0.2.1", "192.0.2.12", 62);
  BOOST_TEST(int{seen[1].ip().protocol()} == 4);
  const auto inner = *wire::Ipv4View::over(seen[1].ip().payload());
  BOOST_TEST((inner.source() == ip(kClient)));
  BOOST_TEST((inner.destination() == ip(kVip)));
  BOOST_TEST(int{inner.ttl()} == 62);
  check_ends(seen[2], kVip, kClient, 64);
  BOOST_TEST(seen[2].ethernet().destination() == kRouter);
}

BOOST_AUTO_TEST_CASE(rr_takes_turns) {
  for (const How how : {How::masquerade, How::route, How::tunnel}) {
    Lab lab(how);
    std::string order;
    for (uint16_t n = 0; n < 4; ++n) {
      const auto seen = lab.ask_udp(static_cast<uint16_t>(40000 + n));
      order += payload(seen.back()).substr(7, 3) + " ";
    }
    BOOST_TEST(order == "rs2 rs1 rs2 rs1 ");
  }
}

BOOST_AUTO_TEST_CASE(only_the_director_answers_for_the_vip) {
  for (const bool suppressed : {true, false}) {
    Lab lab(How::route);
    host::HostConfig config = server_config("rs3", Mac("02:00:00:00:01:03"), How::route, 13);
    if (!suppressed) config.all = {};
    ServerNode rs3(config, {});
    lab.wires.join("rs3", rs3, {0});
    lab.know_router(kVip);
    std::vector<std::string> answers;
    for (const Crossing& crossing : lab.wires.all_frames())
      if (crossing.from != "router") answers.push_back(crossing.from);
    const std::vector<std::string> expected = suppressed
                                                  ? std::vector<std::string>{"director"}
                                                  : std::vector<std::string>{"director", "rs3"};
    BOOST_TEST(answers == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(port_unreachable_when_no_server_is_left) {
  Lab lab(How::route);
  lab.rule("-d -u 192.0.2.80:80 -r 192.0.2.11:80");
  lab.rule("-d -u 192.0.2.80:80 -r 192.0.2.12:80");
  const auto seen = lab.ask_udp(40000);
  BOOST_REQUIRE_MESSAGE(seen.size() == 2U, story(seen));
  check_ends(seen[1], kVip, kClient, 64);
  const auto icmp = seen[1].as<Tins::ICMP>();
  BOOST_TEST(icmp.type() == Tins::ICMP::DEST_UNREACHABLE);
  BOOST_TEST(int{icmp.code()} == 3);
  BOOST_TEST(int{seen[1].ip().tos()} == 0xc0);
  // The comment covers both frames.
  const auto& entry = lab.director.handled().entries().back();
  BOOST_TEST(entry.in_hash == frame_hash(seen[0].bytes));
  BOOST_TEST(entry.out_hashes == std::vector<uint64_t>{frame_hash(seen[1].bytes)},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_service_meets_the_directors_own_stack) {
  Lab lab(How::route);
  lab.wires.inject(0, "router", Lab::to_director() / Lab::from_client() / Tins::UDP(81, 40000));
  auto seen = lab.wires.crossings();
  BOOST_REQUIRE_MESSAGE(seen.size() == 2U, story(seen));
  BOOST_TEST(int{seen[1].as<Tins::ICMP>().code()} == 3);
  lab.wires.inject(0, "router", Lab::to_director() / Lab::from_client() / Tins::TCP(80, 40000));
  seen = lab.wires.crossings();  // no SYN, no connection: the local reset
  BOOST_REQUIRE_MESSAGE(seen.size() == 2U, story(seen));
  BOOST_TEST(seen[1].as<Tins::TCP>().get_flag(Tins::TCP::RST));
  BOOST_TEST(lab.director.handled().entries().empty());
}

BOOST_AUTO_TEST_CASE(ttl_runs_out_at_the_director) {
  Lab lab(How::tunnel);
  lab.wires.inject(0, "router", Lab::to_director() / Lab::from_client(1) / Tins::UDP(80, 40000));
  const auto seen = lab.wires.crossings();
  BOOST_REQUIRE_MESSAGE(seen.size() == 2U, story(seen));
  check_ends(seen[1], kVip, kClient, 64);
  BOOST_TEST(seen[1].as<Tins::ICMP>().type() == Tins::ICMP::TIME_EXCEEDED);
}

BOOST_AUTO_TEST_CASE(a_tunnel_is_narrower_than_its_wire) {
  Lab lab(How::tunnel);
  Tins::IP header = Lab::from_client();
  header.flags(Tins::IP::DONT_FRAGMENT);
  const auto sized = [&](size_t packet) {
    return (Lab::to_director() / header / Tins::UDP(80, 40000) /
            Tins::RawPDU(std::string(packet - 28, 'x')))
        .serialize();
  };
  lab.wires.inject(0, "router", sized(1481));
  auto seen = lab.wires.crossings();
  BOOST_REQUIRE_MESSAGE(seen.size() == 2U, story(seen));
  BOOST_TEST(int{seen[1].as<Tins::ICMP>().code()} == 4);
  BOOST_TEST(seen[1].as<Tins::ICMP>().mtu() == 1480);
  lab.wires.inject(0, "router", sized(1480));
  seen = lab.wires.crossings();
  BOOST_TEST(seen.size() > 2U, story(seen));
  BOOST_TEST(int{seen[1].ip().protocol()} == 4);
}

BOOST_AUTO_TEST_CASE(each_frame_in_and_out_has_its_comment) {
  for (const How how : {How::masquerade, How::route, How::tunnel}) {
    Lab lab(how);
    const auto seen = lab.ask_udp(40000);  // waits for ARP on its way out
    const auto& entries = lab.director.handled().entries();
    BOOST_REQUIRE_EQUAL(entries.size(), how == How::masquerade ? 2U : 1U);
    for (size_t n = 0; n < entries.size(); ++n) {
      BOOST_TEST(entries[n].in_hash == frame_hash(seen[2 * n].bytes));
      BOOST_TEST(entries[n].out_hashes == std::vector<uint64_t>{frame_hash(seen[2 * n + 1].bytes)},
                 boost::test_tools::per_element());
      BOOST_TEST(!entries[n].text.empty());
      BOOST_TEST(entries[n].port_in == n);
    }
  }
}

BOOST_AUTO_TEST_CASE(commands_that_the_kernel_refuses) {
  Lab lab(How::route);
  BOOST_CHECK_THROW(lab.rule("-A -t 192.0.2.80:80 -s rr"), director::CommandError);
  BOOST_TEST(lab.director.director().services().size() == 2U);
}

BOOST_AUTO_TEST_CASE(tcp_by_each_method) {
  for (const How how : {How::masquerade, How::route, How::tunnel}) {
    Lab lab(how);
    uint32_t next = 1, expected = 0;
    std::string got;
    const auto say = [&](uint8_t flags, const std::string& text) {
      Tins::TCP tcp(80, 40000);
      tcp.flags(flags);
      tcp.seq(next);
      tcp.ack_seq(expected);
      tcp.window(64000);
      auto whole = Lab::to_director() / Lab::from_client() / tcp;
      if (!text.empty()) whole /= Tins::RawPDU(text);
      lab.wires.inject(0, "router", whole.serialize());
      next += static_cast<uint32_t>(text.size()) + (flags & 3 ? 1 : 0);
      for (const Crossing& crossing : lab.wires.crossings()) {
        if (!(crossing.ip().source() == ip(kVip))) continue;
        const auto answer = crossing.as<Tins::TCP>();
        const auto* raw = answer.find_pdu<Tins::RawPDU>();
        if (raw) got.append(raw->payload().begin(), raw->payload().end());
        expected = answer.seq() + (raw ? raw->payload_size() : 0) + (answer.flags() & 3 ? 1 : 0);
      }
    };
    say(Tins::TCP::SYN, "");
    say(Tins::TCP::ACK, "");
    say(Tins::TCP::ACK | Tins::TCP::PSH, "GET / HTTP/1.0\r\n\r\n");
    say(Tins::TCP::ACK | Tins::TCP::FIN, "");
    BOOST_TEST(got.find("server=rs2 peer=203.0.113.69:40000\n") != std::string::npos, got);
    const auto connections = lab.director.director().connections(lab.wires.now);
    BOOST_REQUIRE_EQUAL(connections.size(), 1U);
    // Both FINs seen by masquerade; route and tunnel see the client's alone.
    BOOST_TEST(connections[0].state == (how == How::masquerade ? "TIME_WAIT" : "FIN_WAIT"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::node::test
