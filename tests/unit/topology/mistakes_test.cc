// Each class of mistake in YAML, keys, names, networks and addresses, with its place and message.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

BOOST_AUTO_TEST_SUITE(mistakes)

BOOST_AUTO_TEST_CASE(the_sample_has_none) {
  const auto none = mistakes_of(std::string(kSample));
  BOOST_TEST(none.empty());
  BOOST_TEST(warnings_of(std::string(kSample)).empty());
}

BOOST_AUTO_TEST_CASE(yaml) {
  check_mistakes({
      {"an open bracket",
       "[identity: tcp/80]",
       "[identity: tcp/80",
       {"32:9: not YAML: end of sequence flow not found"}},
      {"a second document",
       "scenario:\n",
       "---\nscenario:\n",
       {"32:1: a second document begins here; a file is one lab"}},
  });
  BOOST_TEST(
      mistakes_of("") ==
      std::vector<std::string>{"1:1: the file is empty; a lab has a name, networks and hosts"});
  BOOST_TEST(
      mistakes_of("# nothing\n") ==
      std::vector<std::string>{"1:1: the file is empty; a lab has a name, networks and hosts"});
  BOOST_TEST(mistakes_of("- a\n") ==
             std::vector<std::string>{"1:1: the lab wants a mapping with the keys name, about, "
                                      "networks, hosts and scenario, not a list"});
}

BOOST_AUTO_TEST_CASE(keys) {
  check_mistakes({
      {"a key misspelt",
       "address: 192.0.2.69",
       "adress: 192.0.2.69",
       {"8:41: unknown key 'adress' in an interface; did you mean 'address'?"}},
      {"a key from elsewhere",
       "    gateway: 192.0.2.1\n",
       "    volumes: [a]\n",
       {"9:5: unknown key 'volumes' in a host; known: role, stack, engine, command, ready, "
        "interfaces, loopback, tunnel, gateway, routes, sysctls, services, rules, marks and "
        "connections-at-most"}},
      {"a key left out",
       "    role: client\n",
       "    gateway: 192.0.2.1\n",
       {"6:3: host 'client' lacks the key 'role'",
        "9:5: key 'gateway' stands here twice; the first is in line 7"}},
      {"no name", "name: sample\n", "about: sample\n", {"1:1: the lab lacks the key 'name'"}},
      {"a list where a mapping stands",
       "hosts:\n",
       "hosts: []\nothers:\n",
       {"5:8: 'hosts' wants hosts by their names, as client: {role: client, ...}, not a list",
        "6:1: unknown key 'others' in a lab; known: name, about, networks, hosts and scenario"}},
      {"a host twice",
       "  rs1:\n",
       "  client:\n",
       {"23:3: host 'client' stands here twice; the first is in line 6"}},
      {"a mapping where a word stands",
       "role: client",
       "role: {a: b}",
       {"7:11: 'role' wants client, router, director or real-server, not a mapping"}},
      {"an unknown word",
       "role: client",
       "role: clients",
       {"7:11: 'role' is client, router, director or real-server, not 'clients'"}},
      {"nothing where a word stands",
       "role: client",
       "role:",
       {"7:5: 'role' wants client, router, director or real-server, not nothing"}},
  });
}

BOOST_AUTO_TEST_CASE(names) {
  check_mistakes({
      {"a lab with a space in its name",
       "name: sample",
       "name: my lab",
       {"1:7: a lab is named with letters, digits, '-' and '_', at most 63 of them, not 'my lab'"}},
      {"a host with a dot",
       "  router:\n",
       "  router.1:\n",
       {"10:3: a host is named with letters, digits, '-' and '_', at most 63 of them, not "
        "'router.1'"}},
      {"a host with a word's name",
       "  router:\n",
       "  server:\n",
       {"10:3: no host can be named 'server': expectations mean by it whichever server answered, "
        "or all"}},
      {"an interface name too long",
       "{eth0: {network: front",
       "{interface-number0: {network: front",
       {"8:18: interface name 'interface-number0' has 17 characters; Linux takes at most 15"}},
      {"an interface named as loopback",
       "{eth0: {network: front",
       "{lo: {network: front",
       {"8:18: interface name 'lo' is taken by the system; eth0 is free"}},
      {"an interface with a colon",
       "{eth0: {network: front",
       "{\"a:b\": {network: front",
       {"8:18: interface name 'a:b' may not hold '/', ':', '.', '*' or spaces"}},
  });
}

BOOST_AUTO_TEST_CASE(messages_stay_on_one_line) {
  check_mistakes({
      {"a name with a line end and an escape sequence",
       "role: client",
       "role: \"a\\nb\\e[31m\"",
       {"7:11: 'role' is client, router, director or real-server, not 'a b [31m'"}},
  });
}

BOOST_AUTO_TEST_CASE(networks) {
  check_mistakes({
      {"no prefix length",
       "front: 192.0.2.0/24",
       "front: 192.0.2.0",
       {"3:10: network 'front' wants a network with its prefix length, as 192.168.1.0/24, not "
        "'192.0.2.0'"}},
      {"host bits",
       "front: 192.0.2.0/24",
       "front: 192.0.2.1/24",
       {"3:10: network 'front': '192.0.2.1/24' has bits set beyond its prefix length; the network "
        "is 192.0.2.0/24"}},
      {"two of a family",
       "front: 192.0.2.0/24",
       "front: [192.0.2.0/24, 203.0.113.0/24]",
       {"3:25: network 'front' has two subnets of one family; one of each is enough"}},
      {"an overlap",
       "  lan: {",
       "  spare: 192.0.2.128/25\n  lan: {",
       {"4:3: network 'spare' overlaps network 'front': 192.0.2.128/25 and 192.0.2.0/24"}},
      {"an MTU too small",
       "mtu: 1400",
       "mtu: 60",
       {"4:39: 'mtu' wants a whole number from 68 to 65535, not '60'"}},
      {"an MTU that is no number",
       "mtu: 1400",
       "mtu: large",
       {"4:39: 'mtu' wants a whole number from 68 to 65535, not 'large'"}},
      {"an MTU below what IPv6 needs",
       "subnet: 198.51.100.0/24, mtu: 1400",
       "subnet: [198.51.100.0/24, 2001:db8::/64], mtu: 1000",
       {"4:56: 'mtu' wants a whole number from 1280 to 65535, not '1000'"}},
      {"an interface above its network's MTU",
       "address: 198.51.100.1}",
       "address: 198.51.100.1, mtu: 1500}",
       {"14:56: 'mtu' 1500 is above the 1400 of network 'lan', which would drop what is larger"}},
      {"a network that isn't there",
       "network: front, address: 192.0.2.69",
       "network: frnt, address: 192.0.2.69",
       {"8:34: there is no network 'frnt'; did you mean 'front'?"}},
  });
}

BOOST_AUTO_TEST_CASE(addresses) {
  check_mistakes({
      {"no address",
       "address: 192.0.2.69",
       "address: 192.0.2.690",
       {"8:50: 'address' wants an address, as 192.168.1.219 or 192.168.1.219/24, not "
        "'192.0.2.690'"}},
      {"outside its network",
       "198.51.100.11}",
       "203.0.113.11}",
       {"27:37: address 203.0.113.11 is outside network 'lan' (198.51.100.0/24)"}},
      {"another prefix length",
       "address: 192.0.2.69",
       "address: 192.0.2.69/25",
       {"8:50: address 192.0.2.69/25 has another prefix length than network 'front' "
        "(192.0.2.0/24); leave it "
        "out, or write /32 for a single address"}},
      {"the broadcast address",
       "198.51.100.10,",
       "198.51.100.255,",
       {"18:38: address 198.51.100.255 is no host's: it is the first or last of 198.51.100.0/24"}},
      {"twice on one network",
       "198.51.100.11}",
       "198.51.100.10}",
       {"22:34: no host has the real server's address 198.51.100.11; real servers: rs1 "
        "198.51.100.10",
        "27:37: address 198.51.100.10 is on network 'lan' twice; director:eth0 has it already, "
        "in "
        "line 18"}},
      {"a MAC twice",
       "address: 198.51.100.11}",
       "address: 198.51.100.11, mac: 02:00:5e:00:53:01}",
       {"27:57: the MAC 02:00:5e:00:53:01 is director:eth0's already, in line 18"}},
      {"no MAC",
       "mac: 02:00:5e:00:53:01",
       "mac: 02:00:5e",
       {"18:78: 'mac' wants a MAC, as 00:21:5a:db:68:e8, not '02:00:5e'"}},
      {"a group's MAC",
       "mac: 02:00:5e:00:53:01",
       "mac: 01:00:5e:00:53:01",
       {"18:78: the MAC '01:00:5e:00:53:01' is a group's (its first byte is odd); an interface "
        "has "
        "one of its own"}},
      {"a network on loopback",
       "loopback: 198.51.100.100",
       "loopback: 198.51.100.100/24",
       {"29:15: on loopback 198.51.100.100/24 would make the whole network the host's own; write "
        "198.51.100.100"}},
      {"a gateway elsewhere",
       "gateway: 192.0.2.1",
       "gateway: 203.0.113.1",
       {"9:14: 'gateway' 203.0.113.1 is on no network of host 'client'"}},
      {"itself as gateway",
       "gateway: 192.0.2.1",
       "gateway: 192.0.2.69",
       {"9:14: 'gateway' 192.0.2.69 is host 'client' itself"}},
      {"two gateways",
       "gateway: 192.0.2.1",
       "gateway: [192.0.2.1, 192.0.2.2]",
       {"9:26: host 'client' has two gateways of one family; use 'routes' for more"}},
      {"a route by nobody near",
       "    gateway: 192.0.2.1\n",
       "    routes: [{to: 203.0.113.0/24, via: 198.51.100.1}]\n",
       {"9:40: 'via' 198.51.100.1 is on no network of host 'client'"}},
      {"a route by the other family",
       "    gateway: 192.0.2.1\n",
       "    routes: [{to: 2001:db8::/32, via: 192.0.2.1}]\n",
       {"9:39: the route to 2001:db8::/32 goes by an address of its own family"}},
  });
}

BOOST_AUTO_TEST_CASE(one_reading_tells_all) {
  const auto said = mistakes_of(
      "name: x\n"
      "networks: {lan: 192.0.2.0}\n"
      "hosts:\n"
      "  a: {role: clint, interfaces: {eth0: {network: wan}}}\n"
      "  b: {role: director, interfaces: {}, rules: -A, volumes: []}\n");
  BOOST_TEST(said.size() == 5U);
  for (const auto& line : said) BOOST_TEST_MESSAGE(line);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
