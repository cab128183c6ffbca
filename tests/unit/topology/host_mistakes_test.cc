// Each class of mistake in what hosts are and do: roles, services, sysctls, rules.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

BOOST_AUTO_TEST_SUITE(host_mistakes)

BOOST_AUTO_TEST_CASE(roles) {
  check_mistakes({
      {"no director",
       "    role: director\n",
       "    role: router\n",
       {"5:1: no host has 'role: director'; a lab has one",
        "20:5: 'rules' is for a director; host 'director' is a router"}},
      {"three directors",
       "    role: router\n",
       "    role: director\n    interfaces: {eth0: {network: lan}}\n  third:\n    role: director\n",
       {"18:3: host 'director' is one director too many; a lab has one, or two of which one takes "
        "over from the other"}},
      {"a client's stack",
       "    role: client\n",
       "    role: client\n    stack: embedded\n",
       {"8:5: 'stack' is for a real-server; host 'client' is a client"}},
      {"a router's tunnel",
       "    role: router\n",
       "    role: router\n    tunnel: true\n",
       {"12:5: 'tunnel' is for a real-server; host 'router' is a router"}},
      {"a flag that is none",
       "    stack: embedded\n",
       "    stack: embedded\n    tunnel: yes\n",
       {"26:13: 'tunnel' wants true or false, not 'yes'"}},
      {"an external engine without command",
       "    role: director\n",
       "    role: director\n    engine: external\n",
       {"17:13: 'engine: external' needs a 'command' that starts it"}},
      {"a command for the embedded engine",
       "    role: director\n",
       "    role: director\n    command: [lb]\n",
       {"17:5: 'command' is for 'engine: external'; this engine starts by itself"}},
      {"a command in one word",
       "    role: director\n",
       "    role: director\n    engine: external\n    command: lb -x\n",
       {"18:14: 'command' wants a program and its arguments as a list, as [nginx, -c, lab.conf], "
        "not 'lb -x'"}},
      {"a bound for a table that is not ours",
       "    role: director\n",
       "    role: director\n    engine: ipvs\n    connections-at-most: 10\n",
       {"18:5: 'connections-at-most' is for 'engine: embedded'; this engine's table is its own"}},
      {"a table that holds nothing",
       "    role: director\n",
       "    role: director\n    connections-at-most: 0\n",
       {"17:26: 'connections-at-most' wants a whole number from 1 to 16777216, not '0'"}},
      {"ready of an engine that starts by itself",
       "    role: director\n",
       "    role: director\n    ready: tcp/80\n",
       {"17:5: 'ready' is for 'engine: external'; this engine is ready by itself"}},
      {"ready in an unknown way",
       "    role: director\n",
       "    role: director\n    engine: external\n    command: [lb]\n    ready: exitd\n",
       {"19:12: 'ready' wants 'exited', 'started', or a port, as tcp/80, not 'exitd'"}},
      {"ready at no port",
       "    role: director\n",
       "    role: director\n    engine: external\n    command: [lb]\n    ready: tcp/0\n",
       {"19:12: 'ready' wants a transport and a port, as tcp/80 or udp/53, not 'tcp/0'"}},
      {"services of an embedded director",
       "    gateway: 198.51.100.1\n    rules",
       "    gateway: 198.51.100.1\n    services: [identity: tcp/80]\n    rules",
       {"20:5: an embedded director runs no services; 'engine: ipvs' does"}},
  });
}

BOOST_AUTO_TEST_CASE(services_and_sysctls) {
  check_mistakes({
      {"no port",
       "[identity: tcp/80]",
       "[identity: tcp]",
       {
           "31:26: 'identity' wants a transport and a port, as tcp/80 or udp/53, not 'tcp'",
       }},
      {"a port twice",
       "[identity: tcp/80]",
       "[identity: [tcp/80, tcp/80]]",
       {"31:35: host 'rs1' has a service at tcp/80 already"}},
      {"a program in an embedded host",
       "[identity: tcp/80]",
       "[identity: tcp/80, exec: [nginx]]",
       {"31:34: host 'rs1' is embedded and runs no programs; give it 'stack: kernel' or an "
        "identity service"}},
      {"identity and program in one",
       "[identity: tcp/80]",
       "[{identity: tcp/80, exec: [nginx]}]",
       {"31:16: a service is either 'identity' or 'exec'"}},
      {"ready without program",
       "[identity: tcp/80]",
       "[{identity: tcp/80, ready: tcp/80}]",
       {"31:35: 'ready' is for an 'exec' service; the identity service is ready by itself"}},
      {"no list of services",
       "[identity: tcp/80]",
       "{identity: tcp/80}",
       {"31:15: 'services' wants a list of services, as - identity: tcp/80, not a mapping"}},
      {"a sysctl malformed",
       "net.ipv4.conf.all.arp_ignore: 1",
       "arp_ignore: 1",
       {"30:15: 'arp_ignore' is no sysctl of a network namespace; one is "
        "net.ipv4.conf.all.arp_ignore"}},
      {"a sysctl of another tree",
       "net.ipv4.conf.all.arp_ignore: 1",
       "kernel.ipv4.hostname: 1",
       {"30:15: 'kernel.ipv4.hostname' is no sysctl of a network namespace; one is "
        "net.ipv4.conf.all.arp_ignore"}},
      {"a sysctl of no interface",
       "net.ipv4.conf.all.arp_ignore: 1",
       "net.ipv4.conf.eth1.arp_ignore: 1",
       {"30:15: host 'rs1' has no interface 'eth1'; did you mean 'eth0'?"}},
      {"a sysctl that embedded hosts lack",
       "net.ipv4.conf.all.arp_ignore: 1",
       "net.ipv4.tcp_syncookies: 1",
       {"30:15: an embedded host doesn't know the sysctl 'net.ipv4.tcp_syncookies'; it knows "
        "net.ipv4.conf.{all,default,INTERFACE}.{arp_ignore,arp_announce,rp_filter}, "
        "net.ipv4.conf.all.send_redirects, "
        "net.ipv4.ip_forward"}},
      {"a value that embedded hosts lack",
       "net.ipv4.conf.all.arp_ignore: 1",
       "net.ipv4.conf.all.arp_ignore: 8",
       {"30:45: sysctl 'net.ipv4.conf.all.arp_ignore' wants a whole number from 0 to 2, not "
        "'8'"}},
      {"no value",
       "net.ipv4.conf.all.arp_ignore: 1",
       "net.ipv4.conf.all.arp_ignore:",
       {"30:15: sysctl 'net.ipv4.conf.all.arp_ignore' wants the sysctl's value, not nothing"}},
  });
}

BOOST_AUTO_TEST_CASE(rules) {
  check_mistakes({
      {"a rule that ipvsadm refuses, within a block",
       "-s rr\n",
       "-s rrr\n",
       {"21:34: ipvsadm refuses this rule: unknown scheduler 'rrr': did you mean rr?"}},
      {"one in a list",
       "rules: |\n      -A -t 198.51.100.100:80 -s rr\n      -a -t 198.51.100.100:80 -r "
       "198.51.100.11 -g\n",
       "rules: [\"-A -t 198.51.100.100 -s rr\"]\n",
       {"20:20: ipvsadm refuses this rule: port 0 (all ports) is for persistent services only: "
        "name a port or add -p"}},
      {"a virtual address that nobody has",
       "198.51.100.100/32], mac",
       "198.51.100.101/32], mac",
       {"21:13: virtual address 198.51.100.100 is nobody's; director 'director' must have it, on "
        "an interface as "
        "198.51.100.100/32 or on loopback"}},
      {"a virtual address that another has",
       "-A -t 198.51.100.100:80 -s rr",
       "-A -t 192.0.2.69:80\n      -A -t 198.51.100.100:80 -s rr",
       {"21:13: virtual address 192.0.2.69 is host 'client''s; director 'director' must have it, "
        "on an interface as "
        "192.0.2.69/32 or on loopback"}},
      {"a server that isn't there",
       "-r 198.51.100.11 -g",
       "-r 198.51.100.12 -g",
       {"22:34: no host has the real server's address 198.51.100.12; real servers: rs1 "
        "198.51.100.11"}},
      {"a server that is none",
       "-r 198.51.100.11 -g",
       "-r 198.51.100.1 -g",
       {"22:34: 198.51.100.1 is host 'router', a router; a rule names real servers"}},
      {"a server of no service",
       "-A -t 198.51.100.100:80",
       "-A -u 198.51.100.100:80",
       {"22:7: no service -t 198.51.100.100:80 stands before this rule; it is made by -A -t "
        "198.51.100.100:80"}},
      {"a service twice",
       "-s rr\n",
       "-s rr\n      -A -t 198.51.100.100:80 -s wrr\n",
       {"22:7: service -t 198.51.100.100:80 exists already; -E changes it"}},
      {"a server twice",
       "-r 198.51.100.11 -g\n",
       "-r 198.51.100.11 -g\n      -a -t 198.51.100.100:80 -r 198.51.100.11 -i\n",
       {"23:7: server 198.51.100.11:80 of -t 198.51.100.100:80 exists already; -e changes it"}},
      {"a server taken away that isn't there",
       "-r 198.51.100.11 -g\n",
       "-r 198.51.100.11 -g\n      -d -t 198.51.100.100:80 -r 198.51.100.10\n",
       {"23:7: service -t 198.51.100.100:80 has no server 198.51.100.10:80 before this rule"}},
      {"no text",
       "rules: |\n      -A -t 198.51.100.100:80 -s rr\n      -a -t 198.51.100.100:80 -r "
       "198.51.100.11 -g\n",
       "rules: {a: b}\n",
       {"20:12: 'rules' wants rules as ipvsadm takes them, one a line or a list, not a mapping"}},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
