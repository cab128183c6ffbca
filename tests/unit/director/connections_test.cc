// Life of connections: who gets one, when it is used again, what becomes of it without its server.

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

Spec from_client(const std::string& flags, int port = 40000) {
  return tcp_packet("203.0.113.5:" + std::to_string(port), "192.0.2.10:80", flags);
}
Spec from_server(const std::string& flags, int port = 40000) {
  return tcp_packet("198.51.100.1:80", "203.0.113.5:" + std::to_string(port), flags);
}

void one_server(Bench& bench, const std::string& options = "-m") {
  bench.rules(
      {"-A -t 192.0.2.10:80 -s rr", ("-a -t 192.0.2.10:80 -r 198.51.100.1:80 " + options).c_str()});
}

BOOST_AUTO_TEST_CASE(what_makes_a_connection) {
  struct Case {
    const char* what;
    Spec in;
    bool sloppy;
    bool made;
  };
  const Case cases[] = {
      {"SYN", from_client("S"), false, true},
      {"SYN+ACK", from_client("SA"), false, true},
      {"SYN+FIN", from_client("SF"), false, true},
      {"SYN+RST: never on RST", from_client("SR"), false, false},
      {"ACK in the middle", from_client("A"), false, false},
      {"FIN", from_client("FA"), false, false},
      {"RST", from_client("R"), false, false},
      {"ACK, sloppy_tcp", from_client("A"), true, true},
      {"RST, sloppy_tcp", from_client("R"), true, false},
      {"from port 20", from_client("S", 20), false, false},
      {"another port of the VIP", tcp_packet("203.0.113.5:40000", "192.0.2.10:81", "S"), false,
       false},
      {"another address", tcp_packet("203.0.113.5:40000", "192.0.2.11:80", "S"), false, false},
      {"UDP to a TCP service", udp_packet("203.0.113.5:40000", "192.0.2.10:80"), false, false},
  };
  for (const Case& c : cases) {
    Settings settings;
    settings.sloppy_tcp = c.sloppy;
    Bench bench(settings);
    one_server(bench);
    BOOST_TEST_CONTEXT(c.what) {
      const Outcome out = bench.request(c.in);
      BOOST_TEST(bench.director.connections(bench.now).size() == (c.made ? 1U : 0U));
      BOOST_TEST(out.note.scheduled == c.made);
      BOOST_TEST(out.verdict.action == (c.made ? Action::forward : Action::pass));
      if (!c.made) check_same(out.bytes, c.in.bytes(), "what passes is not touched");
    }
  }
}

BOOST_AUTO_TEST_CASE(requests_do_not_pass_at_forward) {
  Bench bench;
  one_server(bench);
  BOOST_TEST(bench.send(from_client("S").bytes(), Hook::forward).verdict.action == Action::pass);
}

BOOST_AUTO_TEST_CASE(sloppy_fin_begins_closed) {
  Settings settings;
  settings.sloppy_tcp = true;
  Bench bench(settings);
  one_server(bench);
  bench.request(from_client("FA"));
  BOOST_TEST(bench.only_connection().state == "CLOSE");
}

BOOST_AUTO_TEST_CASE(nobody_there_is_answered_with_port_unreachable) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-A -u 192.0.2.10:80 -s none",
               "-a -u 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  for (const Spec& spec : {from_client("S"), udp_packet("203.0.113.5:4", "192.0.2.10:80")}) {
    const Outcome out = bench.request(spec);
    BOOST_TEST(out.verdict.reason == DropReason::no_destination);
    BOOST_TEST(out.verdict.answer.wanted);
    BOOST_TEST(int{out.verdict.answer.type} == 3);
    BOOST_TEST(int{out.verdict.answer.code} == 3);
    BOOST_TEST(out.verdict.answer.source == address(kVip));
    check_same(out.bytes, spec.bytes(), "quoted as it came");
  }
  BOOST_TEST(bench.drops(DropReason::no_destination) == 2U);
  // In the middle of something: the host's own stack answers with a RST.
  BOOST_TEST(bench.request(from_client("A")).verdict.action == Action::pass);
}

struct Reuse {
  const char* what;
  const char* method;
  int mode;
  std::vector<const char*> before;  // as in the walks of states_test.cc
  bool again;                       // the next SYN makes a new connection
};

BOOST_AUTO_TEST_CASE(connection_reuse_modes) {
  const std::vector<const char*> time_wait{">S", "<SA", ">A", "<FA", ">FA"};
  const std::vector<const char*> closed{">S", ">A", ">R"};
  const std::vector<const char*> fin_wait{">S", ">A", ">FA"};  // DR: FIN_WAIT
  const std::vector<const char*> nat_fin_wait{">S", "<SA", ">A", "<FA"};
  const std::vector<const char*> open{">S", ">A"};
  const Reuse cases[] = {
      {"0 never", "-m", 0, time_wait, false},
      {"0 never, CLOSE", "-m", 0, closed, false},
      {"1 TIME_WAIT", "-m", 1, time_wait, true},
      {"1 CLOSE", "-m", 1, closed, true},
      {"1 CLOSE, DR", "-g", 1, closed, true},
      {"1 not FIN_WAIT", "-g", 1, fin_wait, false},
      {"2 FIN_WAIT of DR", "-g", 2, fin_wait, true},
      {"3 FIN_WAIT of TUN", "-i", 3, fin_wait, true},
      {"3 not FIN_WAIT of NAT", "-m", 3, nat_fin_wait, false},
      {"3 not ESTABLISHED", "-m", 3, open, false},
      {"2 TIME_WAIT too", "-m", 2, time_wait, true},
  };
  for (const Reuse& c : cases) {
    Settings settings;
    settings.conn_reuse_mode = c.mode;
    Bench bench(settings);
    one_server(bench, c.method);
    for (const std::string step : c.before)
      step[0] == '>' ? bench.request(from_client(step.substr(1)))
                     : bench.reply(from_server(step.substr(1)));
    // A second server, which rr would take for a new connection.
    bench.rules({("-a -t 192.0.2.10:80 -r 198.51.100.2:80 " + std::string(c.method)).c_str()});
    const Outcome out = bench.request(from_client("S"));
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST(out.note.scheduled == c.again);
      BOOST_TEST(out.verdict.next_hop == address(c.again ? "198.51.100.2" : "198.51.100.1"));
      // The old one, if it was given up, stands there until the next tick.
      BOOST_TEST(bench.director.connections(bench.now).size() == (c.again ? 2U : 1U));
      bench.director.expire(bench.now += 10ms);
      BOOST_TEST(bench.director.connections(bench.now).size() == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(weight_zero_drains) {
  for (const bool expire : {false, true}) {
    Settings settings;
    settings.expire_nodest_conn = expire;
    Bench bench(settings);
    one_server(bench);
    bench.request(from_client("S"));
    bench.request(from_client("A"));
    bench.rules({"-a -t 192.0.2.10:80 -r 198.51.100.2:80 -m",
                 "-e -t 192.0.2.10:80 -r 198.51.100.1:80 -m -w 0"});
    BOOST_TEST(bench.server_of(from_client("A")) == "198.51.100.1");  // what is open stays
    BOOST_TEST(bench.server_of(from_client("S", 40001)) == "198.51.100.2");
    // A SYN of the old ports: with vs.expire_nodest_conn scheduled anew.
    BOOST_TEST(bench.server_of(from_client("S")) == (expire ? "198.51.100.2" : "198.51.100.1"));
  }
}

BOOST_AUTO_TEST_CASE(deleted_server_is_a_black_hole) {
  Bench bench;
  one_server(bench);
  bench.request(from_client("S"));
  bench.request(from_client("A"));
  bench.now += 10s;
  bench.rules(
      {"-d -t 192.0.2.10:80 -r 198.51.100.1:80", "-a -t 192.0.2.10:80 -r 198.51.100.2:80 -m"});
  for (const char* flags : {"A", "S", "FA"}) {
    const Outcome out = bench.request(from_client(flags));
    BOOST_TEST(out.verdict.reason == DropReason::destination_gone);
    BOOST_TEST(!out.verdict.answer.wanted);
    check_same(out.bytes, from_client(flags).bytes(), "silence");
  }
  // No state change, no new timeout.
  BOOST_TEST(bench.only_connection().state == "ESTABLISHED");
  BOOST_TEST((bench.only_connection().left == 890s));
  // What the server still says goes through.
  BOOST_TEST(bench.reply(from_server("A")).verdict.action == Action::forward);

  bench.rules({"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m -w 3"});
  BOOST_TEST(bench.server_of(from_client("A")) == "198.51.100.1");
  BOOST_TEST(bench.server("198.51.100.1:80").active == 1U);
  BOOST_TEST(bench.server("198.51.100.1:80").total.packets_in == 3U);  // counts on
}

BOOST_AUTO_TEST_CASE(a_server_comes_back_with_its_service) {
  Bench bench;
  one_server(bench);
  bench.request(from_client("S"));
  bench.director.expire(bench.now += 2s);
  BOOST_TEST(bench.server("198.51.100.1:80").counters.packets_in == 1U);
  bench.request(from_client("A"));
  bench.rules({"-D -t 192.0.2.10:80"});
  one_server(bench);
  BOOST_TEST(bench.server("198.51.100.1:80").active == 1U);
  // What was seen of another service's time is the new zero; the rest turns up at the next sample.
  BOOST_TEST(bench.server("198.51.100.1:80").counters.packets_in == 0U);
  BOOST_TEST(bench.server_of(from_client("A")) == "198.51.100.1");
  bench.director.expire(bench.now += 2s);
  BOOST_TEST(bench.server("198.51.100.1:80").counters.packets_in == 2U);
  // A server of another service with the same address is another one.
  bench.rules({"-A -t 192.0.2.10:81 -s rr", "-a -t 192.0.2.10:81 -r 198.51.100.1:80 -m"});
  BOOST_TEST(bench.director.services()[1].destinations[0].active == 0U);
}

// Linux looks through it once a minute: unused from 10 s on, noted at 60 s, freed at 180 s.
BOOST_AUTO_TEST_CASE(the_trash_forgets_two_minutes_after_it_saw_them_unused) {
  for (const auto& [wait, packets] : {std::pair{169s, 1U}, std::pair{170s, 0U}}) {
    Bench bench;
    one_server(bench);
    bench.request(from_client("S"));
    bench.request(from_client("R"));
    bench.reply(from_server("R"));  // CLOSE, 10 s
    bench.rules({"-d -t 192.0.2.10:80 -r 198.51.100.1:80"});
    bench.now += 10s;
    bench.director.expire(bench.now);
    bench.now += wait;
    bench.rules({"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
    BOOST_TEST(bench.server("198.51.100.1:80").total.packets_out == packets);
  }
}

BOOST_AUTO_TEST_CASE(expire_nodest_conn) {
  Settings settings;
  settings.expire_nodest_conn = true;
  Bench bench(settings);
  one_server(bench);
  bench.rules({"-A -u 192.0.2.10:53 -s rr", "-a -u 192.0.2.10:53 -r 198.51.100.1:53 -m"});
  bench.request(from_client("S", 1001));
  bench.request(from_client("S", 1002));
  bench.request(udp_packet("203.0.113.5:1003", "192.0.2.10:53"));
  bench.rules({"-d -t 192.0.2.10:80 -r 198.51.100.1:80", "-d -u 192.0.2.10:53 -r 198.51.100.1:53",
               "-a -t 192.0.2.10:80 -r 198.51.100.2:80 -m",
               "-a -u 192.0.2.10:53 -r 198.51.100.2:53 -m"});
  BOOST_TEST(bench.server_of(from_client("S", 1001)) == "198.51.100.2");
  BOOST_TEST(bench.request(from_client("A", 1002)).verdict.action == Action::pass);  // unknown now
  BOOST_TEST(bench.server_of(udp_packet("203.0.113.5:1003", "192.0.2.10:53")) == "198.51.100.2");
  bench.director.expire(bench.now += 10ms);
  BOOST_TEST(bench.director.connections(bench.now).size() == 2U);
}

BOOST_AUTO_TEST_CASE(thresholds) {
  struct Case {
    const char* what;
    const char* thresholds;
    int taken;     // connections until it is overloaded
    int freed_at;  // it takes one again when so many are left
  };
  const Case cases[] = {
      {"-x 4: three quarters, less than 3 of 4", "-x 4", 4, 2},
      {"-x 4 -y 2: less than 2", "-x 4 -y 2", 4, 1},
      {"-x 1: none left", "-x 1", 1, 0},
      {"-x 5 -y 5: less than 5", "-x 5 -y 5", 5, 4},
  };
  for (const Case& c : cases) {
    Bench bench;
    one_server(bench, std::string("-m ") + c.thresholds);
    BOOST_TEST_CONTEXT(c.what) {
      for (int i = 0; i < c.taken; ++i) {
        bench.now += 1s;
        BOOST_TEST(bench.server_of(from_client("S", 1000 + i)) == "198.51.100.1");
      }
      const Time first = bench.now - 1s * (c.taken - 1);
      BOOST_TEST(bench.request(from_client("S", 2000)).verdict.reason ==
                 DropReason::no_destination);
      // What is there goes on, and ends one a second after a minute in SYN_RECV.
      for (int gone = 1; gone <= c.taken; ++gone) {
        bench.now = first + 60s + 1s * (gone - 1);
        bench.director.expire(bench.now);
        const int left = c.taken - gone;
        BOOST_TEST(bench.server("198.51.100.1:80").active == static_cast<uint32_t>(left));
        const bool taken = bench.request(from_client("S", 3000)).note.scheduled;
        BOOST_TEST_CONTEXT("left " << left) BOOST_TEST(taken == (left == c.freed_at));
        if (taken) break;
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(removed_thresholds_free_at_once) {
  Bench bench;
  one_server(bench, "-m -x 2");
  bench.request(from_client("S", 1));
  bench.request(from_client("S", 2));
  BOOST_TEST(bench.request(from_client("S", 3)).verdict.action == Action::drop);
  bench.rules({"-e -t 192.0.2.10:80 -r 198.51.100.1:80 -m -x 2"});
  BOOST_TEST(bench.request(from_client("S", 3)).verdict.action == Action::drop);  // not raised
  bench.rules({"-e -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  BOOST_TEST(bench.request(from_client("S", 3)).verdict.action == Action::forward);
}

BOOST_AUTO_TEST_CASE(the_table_is_bounded) {
  Settings settings;
  settings.table_bound = 3;
  Bench bench(settings);
  one_server(bench);
  for (int port = 1001; port <= 1003; ++port)
    BOOST_TEST(bench.request(from_client("S", port)).verdict.action == Action::forward);
  const Outcome out = bench.request(from_client("S", 1004));
  BOOST_TEST(out.verdict.reason == DropReason::table_full);
  BOOST_TEST(!out.verdict.answer.wanted);
  BOOST_TEST(bench.request(from_client("A", 1001)).verdict.action == Action::forward);
  bench.now += 60s;  // two of them end
  BOOST_TEST(bench.request(from_client("S", 1004)).verdict.action == Action::forward);
  BOOST_TEST(bench.director.connections(bench.now).size() == 2U);
}

BOOST_AUTO_TEST_CASE(many_connections_are_all_found_again) {
  Bench bench;
  one_server(bench);
  bench.rules({"-a -t 192.0.2.10:80 -r 198.51.100.2:80 -m"});
  constexpr int kMany = 20000;  // the tables double several times
  std::vector<std::string> servers;
  for (int i = 0; i < kMany; ++i) servers.push_back(bench.server_of(from_client("S", 30000 + i)));
  int lost = 0;
  for (int i = 0; i < kMany; ++i) {
    lost += bench.server_of(from_client("A", 30000 + i)) != servers[static_cast<size_t>(i)];
    const Spec reply = tcp_packet(servers[static_cast<size_t>(i)] + ":80",
                                  "203.0.113.5:" + std::to_string(30000 + i), "A");
    lost += bench.reply(reply).verdict.action != Action::forward;
  }
  BOOST_TEST(lost == 0);
  bench.now += 900s;
  bench.director.expire(bench.now);
  BOOST_TEST(bench.director.connections(bench.now).empty());
}

BOOST_AUTO_TEST_CASE(editing_the_method_leaves_open_connections_alone) {
  Bench bench;
  one_server(bench);
  bench.request(from_client("S"));
  bench.rules({"-e -t 192.0.2.10:80 -r 198.51.100.1:80 -g"});
  check_same(bench.request(from_client("A")).bytes,
             from_client("A").with_to("198.51.100.1:80").with_ttl(63).bytes(), "still NAT");
  check_same(bench.request(from_client("S", 40001)).bytes,
             from_client("S", 40001).with_ttl(63).bytes(), "DR for a new one");
}

BOOST_AUTO_TEST_CASE(two_clients_same_port_and_two_services_same_server) {
  Bench bench;
  one_server(bench);
  bench.rules({"-A -t 192.0.2.20:80 -s rr", "-a -t 192.0.2.20:80 -r 198.51.100.1:80 -m"});
  bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
  bench.request(tcp_packet("203.0.113.6:40000", "192.0.2.20:80", "S"));
  check_same(bench.reply(tcp_packet("198.51.100.1:80", "203.0.113.6:40000", "SA")).bytes,
             tcp_packet("192.0.2.20:80", "203.0.113.6:40000", "SA").bytes(), "each its own VIP");
  check_same(bench.reply(tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "SA")).bytes,
             tcp_packet("192.0.2.10:80", "203.0.113.5:40000", "SA").bytes(), "each its own VIP");
}

BOOST_AUTO_TEST_CASE(nat_icmp_send) {
  for (const bool send : {false, true}) {
    Settings settings;
    settings.nat_icmp_send = send;
    Bench bench(settings);
    one_server(bench);
    const Outcome out = bench.reply(from_server("A"));
    BOOST_TEST(out.verdict.action == (send ? Action::drop : Action::pass));
    BOOST_TEST(out.verdict.answer.wanted == send);
    if (send) {
      BOOST_TEST(out.verdict.reason == DropReason::reply_without_connection);
      BOOST_TEST(out.verdict.answer.source == address(kDip));
    }
    BOOST_TEST(bench.reply(from_server("R")).verdict.action == Action::pass);
    BOOST_TEST(bench.reply(tcp_packet("198.51.100.1:81", "203.0.113.5:1", "A")).verdict.action ==
               Action::pass);
  }
}

}  // namespace
}  // namespace lvslab::director::test
