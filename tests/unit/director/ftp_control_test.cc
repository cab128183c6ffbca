// The FTP helper in the director: a control connection in segments, what data connections it makes,
// which bytes it replaces, and what becomes of the numbers behind them.

#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>

#include "emulator/wire/ip_edit.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

constexpr const char* kClient = "203.0.113.5:40000";
constexpr const char* kControl = "192.0.2.10:21";
constexpr const char* kReal = "198.51.100.1:21";

struct Segment {
  std::string from = kClient, to = kControl;
  uint16_t flags = Tins::TCP::ACK | Tins::TCP::PSH;
  uint32_t sequence = 1000, acknowledgment = 5000;
  std::string payload;
  std::optional<std::pair<uint32_t, uint32_t>> sack;
  int no_operations = 2;  // before it, as hosts have it
  uint8_t ttl = 64;

  Packet bytes() const {
    const auto source = end(from), destination = end(to);
    Tins::TCP tcp(destination.port, source.port);
    tcp.flags(flags);
    tcp.seq(sequence);
    tcp.ack_seq(acknowledgment);
    tcp.window(64240);
    if (sack) {
      for (int i = 0; i < no_operations; ++i) tcp.add_option({Tins::TCP::NOP});
      tcp.sack({sack->first, sack->second});
    }
    const Tins::RawPDU data(payload);
    if (source.address.is_v6()) {
      Tins::IPv6 ip(destination.address.v6(), source.address.v6());
      ip.hop_limit(ttl);
      return (ip / tcp / data).serialize();
    }
    Tins::IP ip(destination.address.v4(), source.address.v4());
    ip.ttl(ttl);
    ip.id(7);
    return (ip / tcp / data).serialize();
  }
};

Segment server_says(const std::string& payload, uint32_t sequence = 5000) {
  Segment segment;
  segment.from = kReal;
  segment.to = kClient;
  segment.sequence = sequence;
  segment.acknowledgment = 1000;
  segment.payload = payload;
  return segment;
}

Segment client_says(const std::string& payload) {
  Segment segment;
  segment.payload = payload;
  return segment;
}

struct Session : Bench {
  explicit Session(const char* method = "-m", Settings settings = {}) : Bench(settings) {
    rules({"-A -t 192.0.2.10:21 -s rr",
           (std::string("-a -t 192.0.2.10:21 -r 198.51.100.1:21 ") + method).c_str()});
    Segment syn;
    syn.flags = Tins::TCP::SYN;
    from_client(syn);
    from_client({});
  }
  Outcome from_client(const Segment& segment) { return send(segment.bytes()); }
  Outcome from_server(const Segment& segment) { return send(segment.bytes(), Hook::forward); }

  std::optional<ipvs::ConnectionStatus> connection(const std::string& client,
                                                   const std::string& virtual_end) {
    for (const auto& c : director.connections(now))
      if (c.client == end(client) && c.virtual_end == end(virtual_end)) return c;
    return {};
  }
};

// What the same segment would be from the virtual end, with these numbers.
Packet seen_by_client(Segment segment, const std::string& payload, uint32_t sequence) {
  segment.from = kControl;
  segment.payload = payload;
  segment.sequence = sequence;
  return segment.bytes();
}

BOOST_AUTO_TEST_SUITE(ftp_control)

BOOST_AUTO_TEST_CASE(port_makes_the_connection_that_the_server_will_open) {
  for (const char* word : {"PORT 203,0,113,5,156,65\r\n", "EPRT |1|203.0.113.5|40001|\r\n"}) {
    Session session;
    const Segment said = client_says(word);
    const Outcome out = session.from_client(said);
    Segment expected = said;
    expected.to = kReal;
    expected.ttl = 63;
    check_same(out.bytes, expected.bytes(), word);
    const auto data = session.connection("203.0.113.5:40001", "192.0.2.10:20");
    BOOST_REQUIRE(data);
    BOOST_TEST(data->real == end("198.51.100.1:20"));
    BOOST_TEST(data->state == "LISTEN");
    BOOST_TEST(to_seconds(data->left) == 120);
    // IPVS counts it as inactive, and not as a connection that was scheduled.
    BOOST_TEST(session.server("198.51.100.1:21").inactive == 1U);
    BOOST_TEST(session.server("198.51.100.1:21").total.connections == 1U);

    Segment syn;
    syn.from = "198.51.100.1:20";
    syn.to = "203.0.113.5:40001";
    syn.flags = Tins::TCP::SYN;
    const Outcome opened = session.from_server(syn);
    syn.from = "192.0.2.10:20";
    check_same(opened.bytes, syn.bytes(), "the server's SYN");
  }
}

BOOST_AUTO_TEST_CASE(a_passive_reply_names_the_virtual_end) {
  Session session;
  session.from_client(client_says("PASV\r\n"));
  const Segment reply = server_says("227 Entering Passive Mode (198,51,100,1,4,1).\r\n");
  const Outcome out = session.from_server(reply);
  BOOST_TEST(out.verdict.action == Action::forward);
  check_same(out.bytes,
             seen_by_client(reply, "227 Entering Passive Mode (192,0,2,10,4,1).\r\n", 5000),
             "the reply");
  const auto waiting = session.connection("203.0.113.5:0", "192.0.2.10:1025");
  BOOST_REQUIRE(waiting);
  BOOST_TEST(waiting->state == "LISTEN");
  BOOST_TEST(waiting->real == end("198.51.100.1:1025"));

  // The client comes from a port of its choice.
  Segment syn;
  syn.from = "203.0.113.5:40002";
  syn.to = "192.0.2.10:1025";
  syn.flags = Tins::TCP::SYN;
  const Outcome opened = session.from_client(syn);
  syn.to = "198.51.100.1:1025";
  syn.ttl = 63;
  check_same(opened.bytes, syn.bytes(), "the data connection's SYN");
  const auto data = session.connection("203.0.113.5:40002", "192.0.2.10:1025");
  BOOST_REQUIRE(data);
  BOOST_TEST(data->state == "SYN_RECV");
}

BOOST_AUTO_TEST_CASE(numbers_behind_a_resized_segment_are_shifted) {
  struct Case {
    const char *words, *becomes;
    int growth;
  };
  const Case cases[] = {{"198,51,100,1,4,1", "192,0,2,10,4,1", -2},
                        {"1,2,3,4,4,1", "192,0,2,10,4,1", 3},
                        {"198,51,10,1,4,1", "192,0,2,10,4,1", -1},
                        {"192,0,9,10,4,1", "192,0,2,10,4,1", 0}};
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.words) {
      Session session;
      session.from_client(client_says("PASV\r\n"));
      const std::string before = std::string("227 ok (") + c.words + ")\r\n";
      const Segment reply = server_says(before);
      const Outcome out = session.from_server(reply);
      check_same(out.bytes,
                 seen_by_client(reply, std::string("227 ok (") + c.becomes + ")\r\n", 5000),
                 "the reply");
      const auto next = static_cast<uint32_t>(5000 + before.size());
      const auto shift = static_cast<uint32_t>(c.growth);
      const Segment later = server_says("150 Here it comes\r\n", next);
      check_same(session.from_server(later).bytes,
                 seen_by_client(later, later.payload, next + shift), "the next one");
      // A retransmission of the reply, which the mode has forgotten, goes as it is.
      // What the client acknowledges, and its SACK edges, go back.
      Segment acknowledged = client_says("");
      acknowledged.acknowledgment = next + shift;
      acknowledged.sack = {next + shift + 100, next + shift + 200};
      const Outcome back = session.from_client(acknowledged);
      Segment expected = acknowledged;
      expected.to = kReal;
      expected.ttl = 63;
      expected.acknowledgment = next;
      expected.sack = {next + 100, next + 200};
      check_same(back.bytes, expected.bytes(), "the acknowledgment");
      // Of what came before the reply nothing is shifted.
      Segment old = client_says("");
      old.acknowledgment = 5000;
      expected = old;
      expected.to = kReal;
      expected.ttl = 63;
      check_same(session.from_client(old).bytes, expected.bytes(), "an old acknowledgment");
    }
}

// Seen of Linux 6.1: the edges are right, the checksum is not.
BOOST_AUTO_TEST_CASE(sack_edges_at_odd_places_cost_the_checksum) {
  Session session;
  session.from_client(client_says("PASV\r\n"));
  const Segment reply = server_says("227 (1,2,3,4,4,1)\r\n");  // three bytes less than it becomes
  session.from_server(reply);
  Segment acknowledged = client_says("");
  acknowledged.no_operations = 1;
  acknowledged.acknowledgment = 5022;
  acknowledged.sack = {5100, 5200};
  Packet got = session.from_client(acknowledged).bytes;
  BOOST_TEST(!checksums_good(got));
  acknowledged.to = kReal;
  acknowledged.ttl = 63;
  acknowledged.acknowledgment = 5019;
  acknowledged.sack = {5097, 5197};
  Packet expected = acknowledged.bytes();
  for (Packet* packet : {&got, &expected}) store_be16(packet->data() + 20 + 16, 0);
  check_same(got, expected, "but for the checksum");
}

BOOST_AUTO_TEST_CASE(extended_passive_keeps_the_port_alone) {
  Session session;
  session.from_client(client_says("EPSV\r\n"));
  const Segment reply = server_says("229 Extended (|1|198.51.100.1|02000|)\r\n");
  check_same(session.from_server(reply).bytes,
             seen_by_client(reply, "229 Extended (|||2000|)\r\n", 5000), "229");
  BOOST_TEST(session.connection("203.0.113.5:0", "192.0.2.10:2000").has_value());
}

BOOST_AUTO_TEST_CASE(a_partial_checksum_stays_one) {
  Session session;
  session.from_client(client_says("PASV\r\n"));
  const Segment reply = server_says("227 (1,2,3,4,4,1)\r\n");
  Packet packet = reply.bytes();
  // As a device leaves it: the pseudo header's sum.
  const auto sum_of = [](Packet& p) {
    const auto ip = *wire::IpEdit::over(p);
    store_be16(ip.payload().data() + 16, wire::checksum_fold(ip.pseudo_header_sum()));
  };
  sum_of(packet);
  wire::Frame frame = frame_of(packet);
  frame.set_offload({true, 20, 16, wire::Segmentation::none, 0});
  session.director.process(frame, Hook::forward, session.now);
  Packet expected = seen_by_client(reply, "227 (192,0,2,10,4,1)\r\n", 5000);
  sum_of(expected);
  check_same(bytes_of(frame), expected, "the reply");
  BOOST_TEST(frame.offload().checksum_start == 20U);
}

BOOST_AUTO_TEST_CASE(a_wrong_checksum_is_not_read_but_dropped) {
  Session session;
  Packet packet = client_says("PORT 203,0,113,5,156,65\r\n").bytes();
  packet.back() ^= 1;
  const Outcome out = session.send(packet);
  BOOST_TEST(out.verdict.action == Action::drop);
  BOOST_TEST(out.verdict.reason == DropReason::bad_tcp_checksum);
  Packet reply = server_says("220 hello\r\n").bytes();
  reply.back() ^= 1;
  BOOST_TEST(session.send(reply, Hook::forward).verdict.reason == DropReason::bad_tcp_checksum);
  BOOST_TEST(session.director.connections(session.now).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_left_alone) {
  // By route the director never sees a reply, and words say the virtual end anyway.
  Session by_route("-g");
  by_route.from_client(client_says("PORT 203,0,113,5,156,65\r\n"));
  BOOST_TEST(by_route.director.connections(by_route.now).size() == 1U);
  // A reply that nobody asked for.
  Session session;
  const Segment reply = server_says("227 (198,51,100,1,4,1)\r\n");
  check_same(session.from_server(reply).bytes, seen_by_client(reply, reply.payload, 5000), "227");
  BOOST_TEST(session.director.connections(session.now).size() == 1U);
  // Another port than 21, also to a server's port 21.
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:2121 -s rr", "-a -t 192.0.2.10:2121 -r 198.51.100.1:21 -m"});
  Segment segment = client_says("");
  segment.to = "192.0.2.10:2121";
  segment.flags = Tins::TCP::SYN;
  bench.send(segment.bytes());
  segment.flags = Tins::TCP::ACK;
  bench.send(segment.bytes());
  segment.payload = "PORT 203,0,113,5,156,65\r\n";
  bench.send(segment.bytes());
  BOOST_TEST(bench.director.connections(bench.now).size() == 1U);
}

// The helper is bound to the virtual port, whatever service found it.
BOOST_AUTO_TEST_CASE(a_service_of_all_ports_has_the_helper_too) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:0 -s rr -p 300", "-a -t 192.0.2.10:0 -r 198.51.100.1:0 -m"});
  Segment segment;
  segment.flags = Tins::TCP::SYN;
  bench.send(segment.bytes());
  bench.send(Segment().bytes());
  bench.send(client_says("PORT 203,0,113,5,156,65\r\n").bytes());
  size_t listening = 0;
  for (const auto& c : bench.director.connections(bench.now)) listening += c.state == "LISTEN";
  BOOST_TEST(listening == 1U);
}

// As Linux 6.1: its rewriting is nf_conntrack's, which only services of port 21 switch on.
BOOST_AUTO_TEST_CASE(without_a_masquerading_service_of_port_21_a_passive_reply_is_dropped) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:0 -s rr -p 300", "-a -t 192.0.2.10:0 -r 198.51.100.1:0 -m"});
  int port = 0;
  const auto outcome = [&] {
    Segment said;
    said.from = "203.0.113.5:" + std::to_string(40000 + ++port);
    for (const auto& [flags, payload] :
         {std::pair(Tins::TCP::SYN, ""), {Tins::TCP::ACK, ""}, {Tins::TCP::ACK, "PASV\r\n"}}) {
      said.flags = flags;
      said.payload = payload;
      bench.send(said.bytes());
    }
    Segment reply = server_says("227 (198,51,100,1,4," + std::to_string(port) + ")\r\n");
    reply.to = said.from;
    return bench.send(reply.bytes(), Hook::forward).verdict.reason;
  };
  BOOST_TEST(outcome() == DropReason::not_tracked);
  bench.rules({"-A -t 192.0.2.20:21 -s rr", "-a -t 192.0.2.20:21 -r 198.51.100.2:21 -g"});
  BOOST_TEST(outcome() == DropReason::not_tracked);
  bench.rules({"-a -t 192.0.2.20:21 -r 198.51.100.3:21 -m"});
  BOOST_TEST(outcome() == DropReason::none);
  bench.rules({"-d -t 192.0.2.20:21 -r 198.51.100.3:21"});
  BOOST_TEST(outcome() == DropReason::none);
  bench.rules({"-D -t 192.0.2.20:21"});
  BOOST_TEST(outcome() == DropReason::not_tracked);
}

BOOST_AUTO_TEST_CASE(a_full_table_has_no_place_for_data_connections) {
  for (const size_t bound : {size_t{1}, size_t{2}}) {
    Settings settings;
    settings.table_bound = bound;
    for (const bool passive : {true, false}) {
      Session session("-m", settings);
      session.from_client(client_says("PASV\r\n"));
      const auto outcome = passive
                               ? session.from_server(server_says("227 (198,51,100,1,4,1)\r\n"))
                               : session.from_client(client_says("PORT 203,0,113,5,156,65\r\n"));
      BOOST_TEST(outcome.verdict.reason ==
                 (bound == 1 ? DropReason::table_full : DropReason::none));
      BOOST_TEST(session.director.connections(session.now).size() == bound);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_control_connection_outlives_its_data) {
  Session session;
  session.from_client(client_says("PASV\r\n"));
  session.from_server(server_says("227 (198,51,100,1,4,1)\r\n"));
  Segment fin;
  fin.flags = Tins::TCP::RST;
  session.from_client(fin);  // CLOSE, 10 s
  session.now += 11s;
  session.director.expire(session.now);
  BOOST_TEST(session.connection(kClient, kControl).has_value());  // 60 s at a time
  session.now += 110s;  // the data connection, 120 s in LISTEN
  session.director.expire(session.now);
  session.now += 60s;
  session.director.expire(session.now);
  BOOST_TEST(session.director.connections(session.now).empty());
}

BOOST_AUTO_TEST_CASE(ipv6) {
  Bench bench;
  bench.rules(
      {"-A -t [2001:db8::10]:21 -s rr", "-a -t [2001:db8::10]:21 -r [2001:db8:1::1]:21 -m"});
  Segment said;
  said.from = "[2001:db8:2::5]:40000";
  said.to = "[2001:db8::10]:21";
  said.flags = Tins::TCP::SYN;
  bench.send(said.bytes());
  said.flags = Tins::TCP::ACK;
  bench.send(said.bytes());
  said.payload = "EPSV 2\r\n";
  bench.send(said.bytes());
  Segment reply = server_says("229 ok (|2|2001:db8:1::1|2000|)\r\n");
  reply.from = "[2001:db8:1::1]:21";
  reply.to = said.from;
  const Outcome out = bench.send(reply.bytes(), Hook::forward);
  reply.from = said.to;
  reply.payload = "229 ok (|||2000|)\r\n";
  check_same(out.bytes, reply.bytes(), "229");
}

// The upper half of the traffic class is taken for the length of the IP header.
BOOST_AUTO_TEST_CASE(ipv6_by_its_traffic_class) {
  Bench bench;
  bench.rules(
      {"-A -t [2001:db8::10]:21 -s rr", "-a -t [2001:db8::10]:21 -r [2001:db8:1::1]:21 -m"});
  Segment said;
  said.from = "[2001:db8:2::5]:40000";
  said.to = "[2001:db8::10]:21";
  said.flags = Tins::TCP::SYN;
  const auto sent = [&](uint8_t traffic_class, const char* payload) {
    said.payload = payload;
    auto packet = said.bytes();
    packet[0] = static_cast<uint8_t>(0x60 | traffic_class >> 4);
    const Outcome out = bench.send(packet);
    said.flags = Tins::TCP::ACK;
    return out.verdict.action == Action::forward;
  };
  BOOST_TEST(sent(0xa0, ""));
  BOOST_TEST(sent(0xaf, ""));
  BOOST_TEST(!sent(0xb0, ""));
  BOOST_TEST(sent(0xb0, "NOOP"));
  BOOST_TEST(!sent(0xf0, "NOOP"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::director::test
