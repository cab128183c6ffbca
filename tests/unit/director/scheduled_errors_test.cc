// vs.schedule_icmp: an ICMP error about a connection that nobody knows makes it known.

#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

Settings scheduling(bool on = true) {
  Settings settings;
  settings.schedule_icmp = on;
  return settings;
}

// Someone on the way to the client says of a reply that it cannot be delivered.
Packet error_about(const Packet& quoted) {
  IcmpSpec error;
  error.from = "203.0.113.77";
  error.to = kVip;
  error.body = quoted;
  return error.bytes();
}

Spec reply_to(const std::string& client) {
  return tcp_packet("192.0.2.10:80", client);
}

BOOST_AUTO_TEST_CASE(an_error_goes_to_a_server_by_every_method) {
  for (const char* method : {"-m", "-g", "-i"}) {
    BOOST_TEST_CONTEXT(method) {
      Bench bench(scheduling());
      bench.rules({"-A -t 192.0.2.10:80 -s rr",
                   ("-a -t 192.0.2.10:80 -r 198.51.100.1:80 " + std::string(method)).c_str()});
      const Packet packet = error_about(quote(reply_to("203.0.113.5:40000").bytes()));
      const Outcome out = bench.send(packet);
      BOOST_TEST(out.verdict.action == Action::forward);
      BOOST_TEST(out.verdict.next_hop == address("198.51.100.1"));
      BOOST_TEST(out.note.icmp_error);
      BOOST_TEST(
          describe(out.verdict, out.note).find("ICMP error about 192.0.2.10:80 TCP rr -> ") !=
          std::string::npos);
      const auto connection = bench.only_connection();
      BOOST_TEST(connection.client == end("203.0.113.5:40000"));
      BOOST_TEST(connection.state == "NONE");
      BOOST_TEST(to_seconds(connection.left) == 3);
      BOOST_TEST(bench.server("198.51.100.1:80").total.packets_in == 1U);
      // The client's own packet then finds what the error made.
      bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
      BOOST_TEST(bench.only_connection().state == "SYN_RECV");
    }
  }
}

BOOST_AUTO_TEST_CASE(errors_that_make_none) {
  const Packet known = quote(reply_to("203.0.113.5:40000").bytes());
  struct Row {
    const char* says;
    bool on, server;
    Packet quoted;
    Action action;
    DropReason reason;  // of a drop
  };
  const Row rows[] = {
      {"the setting is off", false, true, known, Action::pass, {}},
      {"there is no server: nobody is told, it is an error", true, false, known, Action::drop,
       DropReason::no_destination},
      {"about no service",
       true,
       true,
       quote(tcp_packet("192.0.2.10:81", "203.0.113.5:40000").bytes()),
       Action::pass,
       {}},
      {"whose ports are not quoted", true, true, quote(reply_to("203.0.113.5:40000").bytes(), 3),
       Action::drop, DropReason::malformed},
      {"the same, and the setting is off",
       false,
       true,
       quote(reply_to("203.0.113.5:40000").bytes(), 3),
       Action::pass,
       {}},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.says) {
      Bench bench(scheduling(row.on));
      bench.rules({"-A -t 192.0.2.10:80 -s rr"});
      if (row.server) bench.rules({"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
      const Outcome out = bench.send(error_about(row.quoted));
      BOOST_TEST(out.verdict.action == row.action);
      if (row.action == Action::drop) BOOST_TEST(out.verdict.reason == row.reason);
      BOOST_TEST(!out.verdict.answer.wanted);
      BOOST_TEST(bench.director.connections(bench.now).empty());
    }
  }
  Bench bench(scheduling());
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  Packet wrong = error_about(known);
  wrong[22] ^= 1;
  BOOST_TEST(bench.send(wrong).verdict.reason == DropReason::bad_icmp_checksum);
}

}  // namespace
}  // namespace lvslab::director::test
