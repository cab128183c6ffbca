// Persistent services, firewall marks and one-packet scheduling: which server a client meets again.

#include <algorithm>

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

Spec from_client(const std::string& client, const std::string& flags = "S",
                 const std::string& to = "192.0.2.10:80") {
  return tcp_packet(client, to, flags);
}

// Two servers behind `service`; rr would take them in turns, .2 first.
void two_servers(Bench& bench, const std::string& service, const std::string& options) {
  bench.rules({("-A " + service + " -s rr " + options).c_str(),
               ("-a " + service + " -r 198.51.100.1:80 -m").c_str(),
               ("-a " + service + " -r 198.51.100.2:80 -m").c_str()});
}

// The template's line, as text; "" without one.
std::string template_of(Bench& bench) {
  for (const auto& c : bench.director.connections(bench.now))
    if (c.client.port == 0)
      return c.state + " " + c.client.to_string() + " " + c.virtual_end.to_string() + " " +
             c.real.to_string();
  return "";
}

BOOST_AUTO_TEST_CASE(a_client_meets_its_server_again) {
  struct Case {
    const char* what;
    const char* options;
    const char* second;  // client
    bool same;
  };
  const Case cases[] = {
      {"without -p, rr goes on", "", "203.0.113.5:2", false},
      {"-p: every port of the client", "-p 100", "203.0.113.5:2", true},
      {"-p: another client goes on", "-p 100", "203.0.113.6:2", false},
      {"-M: the client's network", "-p 100 -M 255.255.255.0", "203.0.113.200:2", true},
      {"-M: a mask with a hole", "-p 100 -M 255.0.255.255", "203.9.113.5:2", true},
  };
  for (const Case& c : cases) {
    Bench bench;
    two_servers(bench, "-t 192.0.2.10:80", c.options);
    const std::string first = bench.server_of(from_client("203.0.113.5:1"));
    BOOST_TEST(first == "198.51.100.2");
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST((bench.server_of(from_client(c.second)) == first) == c.same);
    }
  }
}

BOOST_AUTO_TEST_CASE(templates_as_they_are_listed) {
  Bench bench;
  two_servers(bench, "-t 192.0.2.10:80", "-p 100 -M 255.255.255.0");
  bench.request(from_client("203.0.113.5:1"));
  BOOST_TEST(template_of(bench) == "NONE 203.0.113.0:0 192.0.2.10:80 198.51.100.2:80");
  BOOST_TEST(bench.server("198.51.100.2:80").persistent == 1U);
  BOOST_TEST(bench.server("198.51.100.2:80").active == 1U);
  bench.request(from_client("203.0.113.5:1", "A"));  // established
  BOOST_TEST(template_of(bench) == "ASSURED 203.0.113.0:0 192.0.2.10:80 198.51.100.2:80");
}

BOOST_AUTO_TEST_CASE(a_template_outlives_its_connections_and_its_timeout_with_them) {
  Bench bench;
  two_servers(bench, "-t 192.0.2.10:80", "-p 100");
  bench.request(from_client("203.0.113.5:1"));
  bench.request(from_client("203.0.113.5:1", "A"));  // ESTABLISHED, 900 s
  bench.director.expire(bench.now + 101s);
  BOOST_TEST(template_of(bench) != "");  // controls a connection: kept for 60 s more, and again
  bench.director.expire(bench.now + 901s);
  BOOST_TEST(bench.director.connections(bench.now).size() == 1U);  // the connection went
  bench.director.expire(bench.now + 961s);
  BOOST_TEST(template_of(bench) == "");
  BOOST_TEST(bench.server("198.51.100.2:80").persistent == 0U);
}

BOOST_AUTO_TEST_CASE(a_template_whose_server_cannot_serve) {
  struct Case {
    const char* what;
    const char* rule;
    bool expire_quiescent;
    const char* then;  // the server that the client's next connection goes to
  };
  const Case cases[] = {
      {"weight 0: kept by default", "-e -t 192.0.2.10:80 -r 198.51.100.2:80 -m -w 0", false,
       "198.51.100.2"},
      {"weight 0 with vs.expire_quiescent_template=1",
       "-e -t 192.0.2.10:80 -r 198.51.100.2:80 -m -w 0", true, "198.51.100.1"},
      {"deleted", "-d -t 192.0.2.10:80 -r 198.51.100.2:80", false, "198.51.100.1"},
  };
  for (const Case& c : cases) {
    Settings settings;
    settings.expire_quiescent_template = c.expire_quiescent;
    Bench bench(settings);
    two_servers(bench, "-t 192.0.2.10:80", "-p 100");
    bench.request(from_client("203.0.113.5:1"));
    bench.rules({c.rule});
    BOOST_TEST_CONTEXT(c.what) {
      BOOST_TEST(bench.server_of(from_client("203.0.113.5:2")) == c.then);
      const auto all = bench.director.connections(bench.now);
      const bool invalid = std::any_of(all.begin(), all.end(), [](const auto& connection) {
        return connection.virtual_end.port == 65535 && connection.real.port == 65535;
      });
      BOOST_TEST(invalid == (std::string(c.then) != "198.51.100.2"));
    }
  }
}

// vs.expire_nodest_conn=1: a tick after its server was deleted a connection goes, and its template
// once it controls nothing more, proved or not.
BOOST_AUTO_TEST_CASE(a_deleted_server_takes_templates_with_it) {
  for (const bool expire : {true, false}) {
    Settings settings;
    settings.expire_nodest_conn = expire;
    Bench bench(settings);
    two_servers(bench, "-t 192.0.2.10:80", "-p 100");
    for (const char* client : {"203.0.113.5:1", "203.0.113.5:2"}) {
      bench.request(from_client(client));
      bench.request(from_client(client, "A"));
    }
    BOOST_TEST(bench.director.connections(bench.now).size() == 3U);
    bench.rules({"-d -t 192.0.2.10:80 -r 198.51.100.2:80"});
    bench.director.expire(bench.now + 100ms);
    BOOST_TEST(bench.director.connections(bench.now).size() == (expire ? 0U : 3U));
  }
}

BOOST_AUTO_TEST_CASE(port_0_is_every_port_of_the_address) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:0 -s rr -p 100", "-a -t 192.0.2.10:0 -r 198.51.100.1 -m",
               "-a -t 192.0.2.10:0 -r 198.51.100.2 -m"});
  const auto first = bench.request(from_client("203.0.113.5:1", "S", "192.0.2.10:80"));
  const auto second = bench.request(from_client("203.0.113.5:1", "S", "192.0.2.10:443"));
  BOOST_TEST(first.note.real == end("198.51.100.2:80"));
  BOOST_TEST(second.note.real == end("198.51.100.2:443"));
  BOOST_TEST(template_of(bench) == "NONE 203.0.113.5:0 192.0.2.10:0 198.51.100.2:0");
}

BOOST_AUTO_TEST_CASE(marks) {
  Bench bench;
  bench.rules({"-A -f 7 -s rr -p 100", "-a -f 7 -r 198.51.100.1 -m", "-A -t 192.0.2.10:80 -s rr",
               "-a -t 192.0.2.10:80 -r 198.51.100.9:80 -m"});
  const auto send = [&](uint32_t mark, const char* to) {
    wire::Frame frame = frame_of(from_client("203.0.113.5:1", "S", to).bytes());
    frame.set_mark(mark);
    const auto verdict = bench.director.process(frame, Hook::local_in, bench.now);
    return verdict.action == Action::forward ? verdict.next_hop.to_string() : "";
  };
  BOOST_TEST(send(7, "192.0.2.10:80") == "198.51.100.1");  // before the address's own service
  BOOST_TEST(template_of(bench) == "NONE 203.0.113.5:0 0.0.0.7:0 198.51.100.1:0");
  BOOST_TEST(send(8, "192.0.2.11:80") == "");
  BOOST_TEST(send(0, "192.0.2.11:80") == "");
  BOOST_TEST(send(7, "192.0.2.11:99") == "198.51.100.1");
}

BOOST_AUTO_TEST_CASE(marks_over_ipv6) {
  Bench bench;
  bench.rules({"-A -f 7 -6 -s rr -p 100", "-a -f 7 -6 -r 2001:db8:2::1 -m"});
  wire::Frame frame =
      frame_of(from_client("[2001:db8:9::5]:1", "S", "[2001:db8:1::10]:80").bytes());
  frame.set_mark(7);
  BOOST_TEST(bench.director.process(frame, Hook::local_in, bench.now).action == Action::forward);
  BOOST_TEST(template_of(bench) == "NONE [2001:db8:9::5]:0 [0:7::]:0 [2001:db8:2::1]:0");
}

BOOST_AUTO_TEST_CASE(one_packet_scheduling_leaves_no_connection) {
  Bench bench;
  bench.rules({"-A -u 192.0.2.10:53 -s rr -o", "-a -u 192.0.2.10:53 -r 198.51.100.1:53 -g",
               "-a -u 192.0.2.10:53 -r 198.51.100.2:53 -g"});
  const Spec query = udp_packet("203.0.113.5:1003", "192.0.2.10:53");
  BOOST_TEST(bench.server_of(query) == "198.51.100.2");
  BOOST_TEST(bench.server_of(query) == "198.51.100.1");  // scheduled anew
  BOOST_TEST(bench.director.connections(bench.now).empty());
  BOOST_TEST(bench.server("198.51.100.1:53").inactive == 0U);
  BOOST_TEST(bench.server("198.51.100.1:53").total.connections == 1U);
}

BOOST_AUTO_TEST_CASE(drop_packet_refuses_one_of_every_so_many) {
  Settings settings;
  settings.drop_packet = 3;
  settings.am_droprate = 3;
  Bench bench(settings);
  two_servers(bench, "-t 192.0.2.10:80", "");
  std::string served;
  for (int port = 1; port <= 7; ++port)
    served +=
        bench.server_of(from_client("203.0.113.5:" + std::to_string(port))).empty() ? '-' : '+';
  BOOST_TEST(std::count(served.begin(), served.end(), '-') >= 2);
  BOOST_TEST(bench.drops(DropReason::overloaded) ==
             static_cast<uint64_t>(std::count(served.begin(), served.end(), '-')));
}

}  // namespace
}  // namespace lvslab::director::test
