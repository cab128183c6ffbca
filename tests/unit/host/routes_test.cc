#include "emulator/host/routes.hh"

#include "emulator/base/error.hh"
#include "steps.hh"

namespace lvslab::host::test {

BOOST_AUTO_TEST_SUITE(routes)

BOOST_AUTO_TEST_CASE(the_longest_prefix_wins) {
  HostConfig config = two_legs();
  config.routes.push_back({prefix("203.0.113.0/24"), ip("198.51.100.254"), {}});
  config.routes.push_back({prefix("203.0.113.128/25"), ip("192.0.2.253"), {}});
  const RouteTable table(config);
  struct Case {
    const char* to;
    uint32_t port;
    const char* next_hop;
    const char* source;
  };
  const Case cases[] = {
      {"192.0.2.9", 0, "192.0.2.9", "192.0.2.1"},            // connected
      {"198.51.100.9", 1, "198.51.100.9", "198.51.100.1"},   // connected
      {"203.0.113.1", 1, "198.51.100.254", "198.51.100.1"},  // /24
      {"203.0.113.129", 0, "192.0.2.253", "192.0.2.1"},      // /25
      {"10.1.2.3", 0, "192.0.2.254", "192.0.2.1"},           // default
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.to) {
      const auto route = table.lookup(ip(c.to));
      BOOST_REQUIRE(route);
      BOOST_TEST(route->port == c.port);
      BOOST_TEST((route->next_hop == ip(c.next_hop)));
      BOOST_TEST((table.source_for(*route, ip(c.to)) == ip(c.source)));
    }
}

BOOST_AUTO_TEST_CASE(without_default_nobody_knows_the_way) {
  HostConfig config = two_legs();
  config.routes.clear();
  BOOST_TEST(!RouteTable(config).lookup(ip("203.0.113.1")));
}

BOOST_AUTO_TEST_CASE(a_gateway_on_no_network_is_refused) {
  HostConfig config = two_legs();
  config.routes.push_back({prefix("203.0.113.0/24"), ip("203.0.113.1"), {}});
  BOOST_CHECK_THROW(RouteTable{config}, UsageError);
}

BOOST_AUTO_TEST_CASE(what_is_local) {
  const RouteTable table(two_legs());
  for (const char* address :
       {"192.0.2.1", "198.51.100.1", "203.0.113.80", "127.0.0.1", "127.9.9.9"})
    BOOST_TEST(table.is_local(ip(address)), address);
  for (const char* address : {"192.0.2.2", "203.0.113.81", "0.0.0.0"})
    BOOST_TEST(!table.is_local(ip(address)), address);
  BOOST_TEST(table.is_broadcast(ip("192.0.2.255")));
  BOOST_TEST(table.is_broadcast(ip("255.255.255.255")));
  BOOST_TEST(!table.is_broadcast(ip("203.0.113.255")));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(source_checks)

BOOST_AUTO_TEST_CASE(rp_filter_table) {
  struct Case {
    const char* sentence;
    const char* source;  // on eth0
    bool passes[3];      // rp_filter 0, 1, 2
    DropReason reason;
  };
  const Case cases[] = {
      {"a neighbour", "192.0.2.9", {true, true, true}, {}},
      {"behind the default gateway", "203.0.113.7", {true, true, true}, {}},
      {"its way back is the other interface",
       "198.51.100.9",
       {true, false, true},
       DropReason::reverse_path},
      {"an address of ours on the other interface",
       "198.51.100.1",
       {false, false, false},
       DropReason::martian_source},
      {"the VIP on our lo: a DR reply sent through the director",
       "203.0.113.80",
       {false, false, false},
       DropReason::martian_source},
      {"loopback", "127.0.0.1", {false, false, false}, DropReason::martian_source},
      {"multicast", "224.0.0.5", {false, false, false}, DropReason::martian_source},
      {"broadcast", "255.255.255.255", {false, false, false}, DropReason::martian_source},
      {"nobody", "0.0.0.0", {false, false, false}, DropReason::martian_source},
  };
  for (const Case& c : cases)
    for (int value = 0; value <= 2; ++value)
      for (const bool on_all : {false, true})
        BOOST_TEST_CONTEXT(c.sentence << ", rp_filter=" << value << (on_all ? " on all" : "")) {
          HostConfig config = two_legs();
          (on_all ? config.all : config.interfaces[0].policy).rp_filter = value;
          Steps steps(config);
          introduce_all(steps);
          steps.in(0, to_eth0() / packet(c.source, "192.0.2.1") / Tins::ICMP());
          if (c.passes[value])
            BOOST_TEST(steps.out().as<Tins::ICMP>().type() == Tins::ICMP::ECHO_REPLY);
          else
            steps.counted(c.reason);
          steps.nothing_else();
        }
}

BOOST_AUTO_TEST_CASE(strict_without_any_way_back) {
  HostConfig config = two_legs();
  config.routes.clear();
  config.all.rp_filter = 2;
  Steps steps(config);
  steps.in(0, to_eth0() / packet("203.0.113.7", "192.0.2.1") / Tins::ICMP());
  steps.dropped(DropReason::reverse_path);
}

BOOST_AUTO_TEST_CASE(destinations_that_cannot_be) {
  Steps steps(router());
  steps.in(0, to_eth0() / packet("192.0.2.9", "127.0.0.1") / Tins::ICMP());
  steps.dropped(DropReason::martian_destination);
  steps.in(0, to_eth0() / packet("192.0.2.9", "0.1.2.3") / Tins::ICMP());
  steps.dropped(DropReason::martian_destination, 2);
  steps.in(0, to_eth0() / packet("192.0.2.9", "224.0.0.81") / udp());
  steps.dropped(DropReason::multicast_not_joined);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
