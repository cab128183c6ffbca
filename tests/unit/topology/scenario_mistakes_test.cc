// Each class of mistake in a scenario, with its place and its message.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

// The sample with its one expectation replaced; it stands in line 36, from column 9 on.
std::vector<std::string> said_of(const std::string& expectation) {
  return mistakes_of(sample_with("answers: {rs1: 2}", expectation));
}

struct Expected {
  std::string_view sentence;
  std::string expectation;
  std::vector<std::string> said;
};

void check(const std::vector<Expected>& cases) {
  for (const Expected& one : cases) {
    BOOST_TEST_CONTEXT(one.sentence) {
      BOOST_TEST(said_of(one.expectation) == one.said, boost::test_tools::per_element());
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenario_mistakes)

BOOST_AUTO_TEST_CASE(steps) {
  const std::string_view request = "request: {from: client, to: \"198.51.100.100:80\", count: 2}";
  const std::string_view whole =
      "    request: {from: client, to: \"198.51.100.100:80\", count: 2}\n    expect:\n      - "
      "answers: {rs1: 2}\n";
  check_mistakes({
      {"nothing to do",
       whole,
       "",
       {"33:5: a step does one of 'request', 'continue', 'ping', 'arp-probe', 'rules', 'takeover', "
        "'await', 'exec', 'stop', 'start', 'restart', 'frames', 'flood', 'junk', 'spoof', 'wire', "
        "'cut', "
        "'mend' and 'wait'; this one does nothing"}},
      {"two things to do",
       request,
       "request: {from: client, to: \"198.51.100.100:80\", count: 2}\n    ping: {from: client, to: "
       "192.0.2.1}",
       {"35:5: a step does one of 'request', 'continue', 'ping', 'arp-probe', 'rules', 'takeover', "
        "'await', 'exec', 'stop', 'start', 'restart', 'frames', 'flood', 'junk', 'spoof', 'wire', "
        "'cut', "
        "'mend' and 'wait'; make two steps of it"}},
      {"an unknown deed",
       whole,
       "    requst: {}\n",
       {"33:5: a step does one of 'request', 'continue', 'ping', 'arp-probe', 'rules', 'takeover', "
        "'await', 'exec', 'stop', 'start', 'restart', 'frames', 'flood', 'junk', 'spoof', 'wire', "
        "'cut', "
        "'mend' and 'wait'; this one does nothing",
        "34:5: unknown key 'requst' in a step; did you mean 'request'?"}},
      {"from nobody",
       "from: client",
       "from: clint",
       {"34:21: there is no host 'clint'; did you mean 'client'?"}},
      {"from an embedded host",
       "from: client",
       "from: rs1",
       {"34:21: host 'rs1' is embedded: it answers, but starts nothing of its own"}},
      {"to no port",
       "\"198.51.100.100:80\"",
       "198.51.100.100",
       {"34:33: 'to' wants an address and a port, as 192.168.1.219:80 or [fd00::1]:80, not "
        "'198.51.100.100'"}},
      {"over neither",
       "count: 2",
       "count: 2, over: sctp",
       {"34:70: 'over' is tcp or udp, not 'sctp'"}},
      {"no times",
       "count: 2",
       "count: 0",
       {"34:61: 'count' wants a whole number from 1 to 100000, not '0'"}},
      {"TCP without DF",
       "count: 2",
       "count: 2, dont-fragment: false",
       {"34:79: 'dont-fragment: false' is for 'over: udp'; TCP always sets the bit"}},
      {"a time without unit",
       "count: 2",
       "count: 2, timeout: 5",
       {"34:73: 'timeout' wants a time of 1ms to 600s, as 500ms or 2s, not '5'"}},
      {"a probe for IPv6",
       whole,
       "    arp-probe: {from: client, address: 2001:db8::1}\n",
       {"34:40: 'arp-probe' is for IPv4; IPv6 has no ARP"}},
      {"a program in an embedded host",
       whole,
       "    exec: {host: rs1, command: [ls]}\n",
       {"34:18: host 'rs1' is embedded: it answers, but starts nothing of its own"}},
      {"rules against those before",
       whole,
       "    rules: -A -t 198.51.100.100:80\n",
       {"34:12: service -t 198.51.100.100:80 exists already; -E changes it"}},
      {"no list of steps",
       "scenario:\n  - step: one request",
       "scenario:\n    step: one request",
       {"33:5: 'scenario' wants a list of steps, as - step: two web requests, not a mapping"}},
  });
}

BOOST_AUTO_TEST_CASE(kinds_of_expectations) {
  check({
      {"an unknown one",
       "answer: {rs1: 2}",
       {"36:9: unknown key 'answer' in an expectation; did you mean 'answers'?"}},
      {"two in one",
       "answers: {rs1: 2}\n        peer: 192.0.2.69",
       {"37:9: an expectation is one thing; put 'peer' into an item of its own"}},
      {"none", "{}", {"36:9: the expectation is empty"}},
      {"an unknown error",
       "error: timout",
       {"36:16: 'error' is timeout, refused, unreachable, too-big or reset, not 'timout'"}},
      {"checksums otherwise", "checksums: bad", {"36:20: 'checksums' is good, not 'bad'"}},
  });
}

BOOST_AUTO_TEST_CASE(servers) {
  check({
      {"answers of nobody",
       "answers: {rs2: 2}",
       {"36:19: there is no host 'rs2'; did you mean 'rs1'?"}},
      {"answers of who can't",
       "answers: {router: 2}",
       {"36:19: host 'router' runs no identity service, so no answer can bear its name"}},
      {"more answers than requests",
       "answers: {rs1: 3}",
       {"36:24: server 'rs1' wants a whole number from 0 to 2, not '3'"}},
      {"an order longer than the requests",
       "order: [rs1, rs1, rs1]",
       {"36:16: 'order' names 3 answers, but the step makes 2 requests"}},
      {"an order of nobody",
       "order: [rs1, rs7]",
       {"36:22: there is no host 'rs7'; did you mean 'rs1'?"}},
      {"no peer",
       "peer: client",
       {"36:15: 'peer' wants an address, as 192.168.1.219, not 'client'"}},
  });
}

BOOST_AUTO_TEST_CASE(paths) {
  check({
      {"through nobody",
       "path: {request: [client, switch, server]}",
       {"36:34: there is no host 'switch'; known: client, router, director and rs1"}},
      {"through a wall",
       "path: {request: [client, director, server]}",
       {"36:34: no network joins 'client' and 'director', so no packet goes from one to the "
        "other"}},
      {"of one",
       "path: {reply: [server]}",
       {"36:23: 'reply' wants at least two hosts, not a list"}},
      {"none", "path: {}", {"36:15: 'path' names no way: request, reply or both"}},
  });
}

BOOST_AUTO_TEST_CASE(places_to_look_at) {
  check({
      {"nowhere",
       "never: {match: {ip.ttl: 1}}",
       {"36:9: 'never' has one of 'at', 'sent-by' and 'received-by'"}},
      {"twice",
       "never: {at: rs1, sent-by: rs1}",
       {"36:26: 'never' has one of 'at', 'sent-by' and 'received-by'"}},
      {"at nobody", "never: {at: rs2}", {"36:21: there is no host 'rs2'; did you mean 'rs1'?"}},
      {"at no interface",
       "never: {at: \"rs1:eth7\"}",
       {"36:21: host 'rs1' has no interface 'eth7'; did you mean 'eth0'?"}},
      {"whichever answered, where many may",
       "never: {at: server}",
       {"36:21: 'server' is whoever answered one request; name the host here, or real-servers for "
        "all of them"}},
      {"both ways of a packet",
       "packet: {of: request, match: {ip.ttl: 1}}",
       {"36:9: 'packet' has one of 'sent-by' and 'received-by'"}},
      {"no frames", "seen: {at: rs1, count: 0}", {"36:32: 'count' 0 is what 'never' says"}},
      {"frames backwards",
       "seen: {at: rs1, count: 3..2}",
       {"36:32: 'count' wants a number of frames, as 4, '>=1', '<=3' or 2..5, not '3..2'"}},
      {"changed by nobody",
       "change: {of: reply, by: rooter, fields: {ip.ttl: }}",
       {"36:33: there is no host 'rooter'; did you mean 'router'?"}},
      {"ARP answered by nobody known",
       "arp: {address: 198.51.100.100, answered-by: [directr]}",
       {"36:54: there is no host 'directr'; did you mean 'director'?"}},
  });
}

BOOST_AUTO_TEST_CASE(fields) {
  const auto seen = [](const std::string& match) {
    return "seen: {at: rs1, match: {" + match + "}}";
  };
  check({
      {"an unknown field",
       seen("ip.sorce: 1"),
       {"36:33: unknown field 'ip.sorce'; did you mean 'ip.src'?"}},
      {"no field", seen(""), {"36:32: 'match' names no field"}},
      {"no value",
       seen("ip.ttl: "),
       {"36:33: field 'ip.ttl' lacks a value; what doesn't matter is left out"}},
      {"no address",
       seen("ip.src: client"),
       {"36:41: field 'ip.src' wants an address, as 192.168.1.219, or a reference, as "
        "$director.ip, not 'client'"}},
      {"no MAC",
       seen("eth.src: 02:00"),
       {"36:42: field 'eth.src' wants a MAC, as 00:21:5a:db:68:e8, or a reference, as "
        "$director.mac, not '02:00'"}},
      {"too large",
       seen("ip.ttl: 256"),
       {"36:41: field 'ip.ttl' wants a whole number from 0 to 255, not '256'"}},
      {"a change outside 'change'",
       seen("ip.ttl: -1"),
       {"36:41: field 'ip.ttl' wants a whole number from 0 to 255, not '-1'"}},
      {"no flags",
       seen("tcp.flags: SYN"),
       {"36:44: field 'tcp.flags' wants letters of SFRPAUEC, as SA for a SYN-ACK, or none, not "
        "'SYN'"}},
      {"no protocol",
       seen("ip.proto: ipsec"),
       {"36:43: field 'ip.proto' wants icmp, ipip, tcp, udp, ipv6, icmpv6 or a number from 0 to "
        "255, not 'ipsec'"}},
      {"no Ethernet type",
       seen("eth.type: ip"),
       {"36:43: field 'eth.type' wants an Ethernet type, as 0x0800 (IPv4), 0x0806 (ARP) or 0x86dd "
        "(IPv6), not 'ip'"}},
      {"no ARP operation",
       seen("arp.op: ask"),
       {"36:41: field 'arp.op' wants request or reply, not 'ask'"}},
      {"a reference for a number",
       seen("ip.ttl: $rs1.ip"),
       {"36:41: field 'ip.ttl' takes no reference; '$rs1.ip' would be an address"}},
      {"a reference of the other kind",
       seen("ip.src: $rs1.mac"),
       {"36:41: field 'ip.src' takes $HOST.ip or $HOST:INTERFACE.ip, not '$rs1.mac'"}},
      {"a reference to nobody",
       seen("ip.src: $rs2.ip"),
       {"36:41: there is no host 'rs2'; did you mean 'rs1'?"}},
      {"a reference to one of two",
       seen("ip.src: $router.ip"),
       {"36:41: '$router.ip' is one of several: host 'router' has the interfaces eth0 and eth1; "
        "write $router:INTERFACE.ip"}},
      {"a reference to no interface",
       seen("ip.src: \"$rs1:eth1.ip\""),
       {"36:41: host 'rs1' has no interface 'eth1'; did you mean 'eth0'?"}},
      {"an outer header where nothing tunnels",
       "packet: {of: request, sent-by: director, match: {outer.ttl: 1}}",
       {"36:58: 'outer.ttl': no packet has an outer header here; no rule reaches a server by "
        "tunnel (-i)"}},
  });
  BOOST_TEST(said_of("never: {at: \"*\", match: {outer.proto: ipip}}").empty());
}

BOOST_AUTO_TEST_CASE(what_the_step_cannot_show) {
  const std::string_view whole =
      "    request: {from: client, to: \"198.51.100.100:80\", count: 2}\n    expect:\n      - "
      "answers: {rs1: 2}\n";
  check_mistakes({
      {"answers to a probe",
       whole,
       "    arp-probe: {from: client, address: 192.0.2.1}\n    expect:\n      - answers: {rs1: "
       "1}\n      - error: timeout\n",
       {"36:9: 'answers' needs a step with 'request' or 'continue'",
        "37:9: 'error' needs a step with 'request', 'continue' or 'ping'"}},
      {"a server that answers a ping",
       whole,
       "    ping: {from: client, to: 198.51.100.100}\n    expect:\n      - path: {request: "
       "[client, router, server]}\n",
       {"36:42: 'server' is whoever answered one request; name the host here, or real-servers for "
        "all of them"}},
      {"a client that isn't asking",
       whole,
       "    ping: {from: router, to: 198.51.100.100}\n    expect:\n      - path: {request: "
       "[client, director]}\n",
       {"36:26: 'client' is not who asks in this step; write the host's name, 'router'"}},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
