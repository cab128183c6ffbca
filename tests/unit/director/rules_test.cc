// Commands and what the kernel, or this director, refuses; the order of servers.

#include "emulator/ipvs/language.hh"
#include "tests/unit/director/bench.hh"

namespace lvslab::director::test {
namespace {

BOOST_AUTO_TEST_CASE(refusals_in_ipvsadms_words) {
  struct Case {
    const char* line;
    const char* refusal;  // "" is taken; cases build on one another
  };
  const Case cases[] = {
      {"-E -t 192.0.2.10:80 -s rr", "No such service"},
      {"-D -t 192.0.2.10:80", "No such service"},
      {"-Z -t 192.0.2.10:80", "No such service"},
      {"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m", "Service not defined"},
      {"-e -t 192.0.2.10:80 -r 198.51.100.1:80 -m", "Service not defined"},
      {"-d -t 192.0.2.10:80 -r 198.51.100.1:80", "Service not defined"},
      {"-A -t 192.0.2.10:80 -s rr", ""},
      {"-A -t 192.0.2.10:80 -s wlc", "Service already exists"},
      {"-A -u 192.0.2.10:80 -s rr", ""},
      {"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m", ""},
      {"-a -t 192.0.2.10:80 -r 198.51.100.1:80 -g", "Destination already exists"},
      {"-a -t 192.0.2.10:80 -r 198.51.100.1:81 -m", ""},
      {"-a -t 192.0.2.10:80 -r 198.51.100.1:81 -g", "Destination already exists"},
      {"-e -t 192.0.2.10:80 -r 198.51.100.2:80 -m", "No such destination"},
      {"-d -t 192.0.2.10:80 -r 198.51.100.2:80", "No such destination"},
      {"-A -t [2001:db8::1]:80", ""},
      {"-a -t [2001:db8::1]:80 -r [2001:db8::2]:80 -m", ""},
      {"-A -f 1", ""},
      {"-A -f 1", "Service already exists"},
      {"-A -f 1 -6", ""},
      {"-D -f 2", "No such service"},
      {"-D -f 1", ""},
      {"-A --sctp-service 192.0.2.10:80", ""},
      {"-A -t 192.0.2.11:80 -p", ""},
      {"-A -t 192.0.2.11:0 -p", ""},
      {"-A -u 192.0.2.11:80 -o", ""},
      {"-A -t 192.0.2.12:80 -s lblc", ""},
      {"-E -t 192.0.2.10:80 -p", ""},
      {"-A -t 192.0.2.13:80 -p --pe sip", "unsupported: persistence engine (--pe)"},
      {"-a -t 192.0.2.10:80 -r 198.51.100.4 -i --tun-type gre", ""},
      {"-d -t 192.0.2.10:80 -r 198.51.100.1:81", ""},
      {"-D -t 192.0.2.10:80", ""},
      {"-D -t 192.0.2.10:80", "No such service"},
      {"-C", ""},
      {"-D -u 192.0.2.10:80", "No such service"},
  };
  Bench bench;
  for (const Case& c : cases) {
    const std::string before = std::to_string(bench.director.services().size());
    BOOST_TEST_CONTEXT(c.line) {
      BOOST_TEST(refusal(bench, c.line) == c.refusal);
      if (*c.refusal) BOOST_TEST(std::to_string(bench.director.services().size()) == before);
    }
  }
}

// What ipvsadm itself lets through only as values.
BOOST_AUTO_TEST_CASE(values_out_of_range) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  const auto good = std::get<ipvs::AddDestination>(
      ipvs::parse("-a -t 192.0.2.10:80 -r 198.51.100.3:80 -m -x 5 -y 5"));
  ipvs::AddDestination lower = good;
  lower.destination.upper = 4;
  ipvs::AddDestination heavy = good;
  heavy.destination.weight = 0x80000000;
  for (const auto& bad : {lower, heavy}) {
    BOOST_CHECK_EXCEPTION(bench.director.apply(bad, bench.now), CommandError, [](const auto& e) {
      return std::string(e.what()) == "Numerical result out of range";
    });
    ipvs::EditDestination edit{bad.key, bad.destination};
    edit.destination.real = end("198.51.100.1:80");
    BOOST_CHECK_THROW(bench.director.apply(edit, bench.now), CommandError);
  }
  for (const char* real : {"224.0.0.1:80", "255.255.255.255:80", "0.0.0.0:80"}) {
    ipvs::AddDestination bad = good;
    bad.destination.real = end(real);
    BOOST_CHECK_EXCEPTION(bench.director.apply(bad, bench.now), CommandError, [](const auto& e) {
      return std::string(e.what()) ==
             "Invalid operation.  Possibly wrong module version, address not unicast, ...";
    });
  }
  BOOST_TEST(bench.director.services().at(0).destinations.size() == 1U);
  bench.director.apply(good, bench.now);
  BOOST_TEST(bench.director.services().at(0).destinations.size() == 2U);
}

std::string servers(const Bench& bench) {
  std::string text;
  const auto services = bench.director.services();
  for (const auto& destination : services.at(0).destinations)
    text += destination.rule.real.address.to_string().substr(11) + " ";
  return text;
}

BOOST_AUTO_TEST_CASE(new_servers_come_first_and_edited_ones_stay) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1 -g",
               "-a -t 192.0.2.10:80 -r 198.51.100.2 -g", "-a -t 192.0.2.10:80 -r 198.51.100.3 -g"});
  BOOST_TEST(servers(bench) == "3 2 1 ");
  bench.rules({"-e -t 192.0.2.10:80 -r 198.51.100.2 -g -w 7"});
  BOOST_TEST(servers(bench) == "3 2 1 ");
  BOOST_TEST(bench.server("198.51.100.2:80").rule.weight == 7U);
  bench.rules({"-d -t 192.0.2.10:80 -r 198.51.100.2", "-a -t 192.0.2.10:80 -r 198.51.100.2 -g"});
  BOOST_TEST(servers(bench) == "2 3 1 ");
}

BOOST_AUTO_TEST_CASE(services_are_listed_as_ipvsadm_sorts_them) {
  Bench bench;
  bench.rules({"-A -u 192.0.2.1:53 -s rr", "-A -t 192.0.2.10:80 -s rr", "-A -t 192.0.2.9:443 -s rr",
               "-A -t 192.0.2.10:22 -s rr"});
  std::string order;
  for (const auto& service : bench.director.services())
    order += ipvs::print(service.rule.key) + " ";
  BOOST_TEST(order == "-t 192.0.2.9:443 -t 192.0.2.10:22 -t 192.0.2.10:80 -u 192.0.2.1:53 ");
}

BOOST_AUTO_TEST_CASE(edit_takes_flags_and_scheduler) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s sh", "-a -t 192.0.2.10:80 -r 198.51.100.1 -g -w 0",
               "-a -t 192.0.2.10:80 -r 198.51.100.2 -g"});
  // Half of the buckets are the server's of weight 0: these clients find nobody...
  int lost = 0;
  for (int i = 0; i < 32; ++i)
    lost += bench.server_of(
                tcp_packet("203.0.113." + std::to_string(i) + ":1000", "192.0.2.10:80", "S")) == "";
  BOOST_TEST(lost > 0);
  BOOST_TEST(lost < 32);
  // ... until the service falls back.
  bench.rules({"-E -t 192.0.2.10:80 -s sh -b sh-fallback"});
  for (int i = 0; i < 32; ++i)
    BOOST_TEST(bench.server_of(tcp_packet("203.0.113." + std::to_string(i) + ":1001",
                                          "192.0.2.10:80", "S")) == "198.51.100.2");
  bench.rules({"-E -t 192.0.2.10:80 -s none"});
  const Outcome out = bench.request(tcp_packet("203.0.113.1:1002", "192.0.2.10:80", "S"));
  BOOST_TEST(out.verdict.reason == DropReason::no_destination);
}

BOOST_AUTO_TEST_CASE(the_last_service_takes_the_hooks_with_it) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S"));
  const Spec syn_ack = tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "SA");
  BOOST_TEST(bench.reply(syn_ack).verdict.action == Action::forward);

  bench.rules({"-D -t 192.0.2.10:80"});
  const Outcome in = bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "A"));
  BOOST_TEST(in.verdict.action == Action::pass);
  const Outcome out = bench.reply(syn_ack);
  BOOST_TEST(out.verdict.action == Action::pass);
  check_same(out.bytes, syn_ack.bytes(), "a reply leaves untranslated");
  BOOST_TEST(bench.director.connections(bench.now).size() == 1U);

  // With another service the hooks are back: the server is gone, but its replies are translated.
  bench.rules({"-A -u 192.0.2.99:9 -s rr"});
  BOOST_TEST(bench.reply(syn_ack).verdict.action == Action::forward);
  BOOST_TEST(bench.request(tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "A")).verdict.reason ==
             DropReason::destination_gone);
}

BOOST_AUTO_TEST_CASE(zero_clears_traffic_but_not_connections) {
  Bench bench;
  bench.rules({"-A -t 192.0.2.10:80 -s rr", "-a -t 192.0.2.10:80 -r 198.51.100.1:80 -m"});
  const Spec syn = tcp_packet("203.0.113.5:40000", "192.0.2.10:80", "S");
  bench.request(syn);
  bench.reply(tcp_packet("198.51.100.1:80", "203.0.113.5:40000", "SA"));
  auto info = bench.server("198.51.100.1:80");
  BOOST_TEST(info.counters.packets_in == 0U);  // not sampled yet
  BOOST_TEST(info.total.connections == 1U);
  BOOST_TEST(info.total.packets_in == 1U);
  BOOST_TEST(info.total.bytes_in == syn.bytes().size());
  BOOST_TEST(info.total.packets_out == 1U);
  BOOST_TEST(bench.director.services()[0].total.bytes_out == syn.bytes().size());
  bench.director.expire(bench.now += 2s);
  BOOST_TEST(bench.server("198.51.100.1:80").counters.packets_in == 1U);
  bench.rules({"-Z"});
  info = bench.server("198.51.100.1:80");
  BOOST_TEST(info.counters.packets_in == 0U);
  BOOST_TEST(info.active == 1U);
  BOOST_TEST(bench.director.services()[0].counters.packets_out == 0U);
}

}  // namespace
}  // namespace lvslab::director::test
