// Labs that one may want, but rarely.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

BOOST_AUTO_TEST_SUITE(warnings)

BOOST_AUTO_TEST_CASE(servers) {
  check_warnings({
      {"a DR server without the VIP",
       "    loopback: 198.51.100.100\n",
       "",
       {"22:34: server 'rs1' gets packets for 198.51.100.100, which it would drop: it lacks "
        "'loopback: 198.51.100.100'"}},
      {"a TUN server without tunnel",
       "198.51.100.11 -g",
       "198.51.100.11 -i",
       {"22:34: server 'rs1' is reached by tunnel (-i), but has no 'tunnel: true' to take the "
        "packets out"}},
      {"a NAT server with another gateway",
       "198.51.100.11 -g",
       "198.51.100.11 -m",
       {"22:34: server 'rs1' is masqueraded (-m), but its gateway is not director 'director': its "
        "replies would not be "
        "translated back"}},
      {"a DR server that answers ARP",
       "net.ipv4.conf.all.arp_ignore: 1, ",
       "",
       {"22:34: server 'rs1' answers ARP for 198.51.100.100 beside the director: it lacks the "
        "sysctl "
        "'net.ipv4.conf.all.arp_ignore: 1'"}},
      {"a DR server that asks as the VIP",
       "arp_announce: 2",
       "arp_announce: 1",
       {"22:34: server 'rs1' asks by ARP in the name of 198.51.100.100: it lacks the sysctl "
        "'net.ipv4.conf.all.arp_announce: 2'"}},
      {"a server that listens elsewhere",
       "[identity: tcp/80]",
       "[identity: [tcp/81, udp/80]]",
       {"22:34: nothing listens on tcp/80 of server 'rs1'; a service would be - identity: tcp/80"}},
      {"the interface's own value counts too",
       "net.ipv4.conf.all.arp_ignore: 1",
       "net.ipv4.conf.eth0.arp_ignore: 1",
       {}},
  });
}

BOOST_AUTO_TEST_CASE(a_dr_server_in_another_segment) {
  const std::string yaml =
      sample_with("      eth0: {network: lan, address: 198.51.100.11}\n    gateway: 198.51.100.1\n",
                  "      eth0: {network: front, address: 192.0.2.11}\n    gateway: 192.0.2.1\n");
  std::string moved = yaml;
  const std::string rule = "-r 198.51.100.11 -g";
  moved.replace(moved.find(rule), rule.size(), "-r 192.0.2.11 -g");
  const std::vector<std::string> expected = {
      "22:34: server 'rs1' is reached by direct routing (-g), but director 'director' has no "
      "interface in its network: "
      "only the MAC says where such a packet goes"};
  BOOST_TEST(warnings_of(moved) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(addresses) {
  check_warnings({
      {"a gateway that nobody is",
       "gateway: 192.0.2.1",
       "gateway: 192.0.2.2",
       {"9:14: 'gateway' 192.0.2.2 of host 'client' is no host's address"}},
      {"a target that nobody is",
       "\"198.51.100.100:80\"",
       "203.0.113.9:80",
       {"34:33: nobody in the lab has the address 203.0.113.9"}},
      {"a VIP outside, without a route",
       "198.51.100.100/32], mac",
       "198.51.100.100/32, 203.0.113.80/32], mac",
       {"18:72: address 203.0.113.80 is outside network 'lan' and no host has a route to it: "
        "nobody will ask for it there"}},
  });
}

BOOST_AUTO_TEST_CASE(a_vip_outside_is_fine_where_it_is_routed) {
  std::string yaml =
      sample_with("198.51.100.100/32], mac", "198.51.100.100/32, 203.0.113.80/32], mac");
  const std::string router = "    role: router\n";
  yaml.replace(yaml.find(router), router.size(),
               router + "    routes: [{to: 203.0.113.0/24, via: 198.51.100.10}]\n");
  BOOST_TEST(warnings_of(yaml).empty());
}

BOOST_AUTO_TEST_CASE(a_nat_server_may_reach_the_director_by_a_router) {
  std::string yaml = sample_with("198.51.100.11 -g", "198.51.100.11 -m");
  const std::string router = "    role: router\n";
  yaml.replace(yaml.find(router), router.size(), router + "    gateway: 198.51.100.10\n");
  BOOST_TEST(warnings_of(yaml).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
