// Walks through the TCP tables, with timeouts and what counts as active.

#include "emulator/director/tcp_states.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

struct Walk {
  const char* what;
  const char* method;
  // Packets: flags, with ">" from the client, "<" from the server; after "=" the state.
  std::vector<const char*> steps;
};

void walk_through(const Walk& walk) {
  Bench bench;
  const std::string method = walk.method;
  bench.rules(
      {"-A -t 192.0.2.10:80 -s rr", ("-a -t 192.0.2.10:80 -r 198.51.100.1:80 " + method).c_str()});
  const std::string reply_end = method == "-m" ? "198.51.100.1:80" : "192.0.2.10:80";
  for (const std::string step : walk.steps) {
    const size_t equals = step.find('=');
    const std::string flags = step.substr(1, equals - 1);
    if (step[0] == '>')
      bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", flags));
    else
      bench.reply(tcp_packet(reply_end, "203.0.113.5:40000", flags));
    BOOST_TEST_CONTEXT(walk.what << " at " << step) {
      const std::string state = bench.only_connection().state;
      BOOST_TEST(state == step.substr(equals + 1));
      const bool active =
          state == "ESTABLISHED" || state == "SYN_RECV" || state == "SYN_SENT" || state == "SYNACK";
      BOOST_TEST(bench.server("198.51.100.1:80").active == (active ? 1U : 0U));
      BOOST_TEST(bench.server("198.51.100.1:80").inactive == (active ? 0U : 1U));
    }
  }
}

BOOST_AUTO_TEST_CASE(walks_through_the_tables) {
  const Walk walks[] = {
      {"NAT, opened and closed by the client",
       "-m",
       {">S=SYN_RECV", "<SA=SYN_RECV", ">A=ESTABLISHED", ">FA=CLOSE_WAIT", "<A=CLOSE_WAIT",
        "<FA=TIME_WAIT", ">A=TIME_WAIT"}},
      {"NAT, closed by the server",
       "-m",
       {">S=SYN_RECV", "<SA=SYN_RECV", ">A=ESTABLISHED", "<FA=FIN_WAIT", ">A=FIN_WAIT",
        ">FA=TIME_WAIT", "<A=TIME_WAIT"}},
      {"NAT, the server refuses", "-m", {">S=SYN_RECV", "<RA=CLOSE"}},
      {"NAT, RST of the client in ESTABLISHED",
       "-m",
       {">S=SYN_RECV", "<SA=SYN_RECV", ">A=ESTABLISHED", ">R=CLOSE"}},
      {"NAT, RST of the client in SYN_RECV changes nothing", "-m", {">S=SYN_RECV", ">R=SYN_RECV"}},
      {"NAT, a packet without flags closes", "-m", {">S=SYN_RECV", ">=CLOSE"}},
      {"DR, one-sided",
       "-g",
       {">S=SYN_RECV", ">A=ESTABLISHED", ">A=ESTABLISHED", ">FA=FIN_WAIT", ">A=FIN_WAIT"}},
      {"TUN, one-sided RST", "-i", {">S=SYN_RECV", ">A=ESTABLISHED", ">R=CLOSE"}},
      {"DR, once a reply was seen the client's FIN gives CLOSE_WAIT",
       "-g",
       {">S=SYN_RECV", "<SA=SYN_RECV", ">A=ESTABLISHED", ">FA=CLOSE_WAIT", "<FA=TIME_WAIT"}},
      {"SYN+ACK and SYN+FIN may begin", "-m", {">SA=SYN_RECV", ">A=ESTABLISHED"}},
      {"SYN+FIN: the SYN counts", "-m", {">SF=SYN_RECV"}},
  };
  for (const Walk& walk : walks) walk_through(walk);
}

BOOST_AUTO_TEST_CASE(all_cells_of_some_rows) {
  // Spot checks of cells that traffic seldom reaches.
  using enum TcpState;
  BOOST_TEST((next_state(TcpTable::output, none, 0x02) == syn_sent));
  BOOST_TEST((next_state(TcpTable::output, listen, 0x10) == established));
  BOOST_TEST((next_state(TcpTable::input, last_ack, 0x10) == close));
  BOOST_TEST((next_state(TcpTable::input, synack, 0x04) == syn_recv));
  BOOST_TEST((next_state(TcpTable::input_only, synack, 0x04) == close));
  BOOST_TEST((next_state(TcpTable::output, close_wait, 0x01) == time_wait));
  BOOST_TEST((next_state(TcpTable::input, established, 0x06) == close));        // RST before SYN
  BOOST_TEST((next_state(TcpTable::input, established, 0x03) == established));  // SYN before FIN
  BOOST_TEST((next_state(TcpTable::input, established, 0x28) == close));        // neither
}

struct Timeout {
  std::vector<const char*> steps;
  Duration timeout;
};

BOOST_AUTO_TEST_CASE(timeouts_of_states) {
  const Timeout cases[] = {
      {{">S"}, 60s},
      {{">S", ">A"}, 900s},
      {{">S", ">A", "<FA"}, 120s},         // FIN_WAIT
      {{">S", ">A", ">FA"}, 60s},          // CLOSE_WAIT
      {{">S", ">A", "<FA", ">FA"}, 120s},  // TIME_WAIT
      {{">S", ">A", ">R"}, 10s},           // CLOSE
  };
  for (const Timeout& c : cases) {
    Settings settings;
    settings.run_estimation = false;  // whose sampling is a deadline too
    Bench bench(settings);
    bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
    for (const std::string step : c.steps) {
      bench.now += 1s;
      if (step[0] == '>')
        bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", step.substr(1)));
      else
        bench.reply(tcp_packet("198.51.100.1:80", "203.0.113.5:40000", step.substr(1)));
    }
    const Time last = bench.now;
    BOOST_TEST((bench.only_connection().left == c.timeout));
    BOOST_TEST((bench.director.next_deadline() <= last + c.timeout));
    bench.director.expire(last + c.timeout - 1ns);
    BOOST_TEST(bench.director.connections(last).size() == 1U);
    BOOST_TEST((bench.director.next_deadline() == last + c.timeout));
    bench.director.expire(last + c.timeout);
    BOOST_TEST(bench.director.connections(last).size() == 0U);
    BOOST_TEST((bench.director.next_deadline() == kNever));
    const auto server = bench.server("198.51.100.1:80");
    BOOST_TEST(server.active + server.inactive == 0U);
  }
}

BOOST_AUTO_TEST_CASE(udp_and_set_timeouts) {
  Bench bench;
  bench.rules({"-A -u 192.0.2.10:53 -s rr", "-a -u 192.0.2.10:53 -r 198.51.100.1:53 -m",
               "-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  const Spec query = udp_packet("203.0.113.5:40000", "192.0.2.10:53");
  bench.request(query);
  BOOST_TEST((bench.only_connection().left == 300s));
  BOOST_TEST(bench.only_connection().state == "UDP");
  BOOST_TEST(bench.server("198.51.100.1:53").inactive == 1U);

  bench.rules({"--set 30 0 5"});
  BOOST_TEST((bench.only_connection().left == 300s));  // what is running runs on
  bench.now += 10s;
  bench.reply(udp_packet("198.51.100.1:53", "203.0.113.5:40000"));
  BOOST_TEST((bench.only_connection().left == 5s));
  bench.now += 5s;
  // No tick was needed: the packet finds the connection gone and makes a new one.
  BOOST_TEST(bench.request(query).note.scheduled);
  bench.now += 5s;
  bench.director.expire(bench.now);

  bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
  bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "A"));
  BOOST_TEST((bench.only_connection().left == 30s));
  bench.reply(tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "FA"));
  BOOST_TEST((bench.only_connection().left == 120s));  // 0 keeps
}

}  // namespace
}  // namespace lvslab::director::test
