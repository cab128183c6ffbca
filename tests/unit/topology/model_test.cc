// What the keys of a file become: a lab that uses every one of them.

#include "emulator/topology/model.hh"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "emulator/topology/reader.hh"

namespace lvslab::topology {

namespace {

constexpr std::string_view kEverything = R"(name: everything
about: >
  All keys there are.
networks:
  front: [192.0.2.0/24, 2001:db8:1::/64]
  lan: {subnet: 198.51.100.0/24, mtu: 9000}
hosts:
  asker:
    role: client
    interfaces:
      eth0: {network: front, address: [192.0.2.69, "2001:db8:1::69"]}
    gateway: [192.0.2.1, "2001:db8:1::1"]
    routes:
      - {to: 203.0.113.0/24, via: 192.0.2.2}
  lb:
    role: director
    engine: external
    command: [balance, --quietly]
    ready: udp/53
    interfaces:
      eth0: {network: front, address: [192.0.2.1, "2001:db8:1::1/64", 192.0.2.2, 192.0.2.100/32]}
      eth1: {network: lan, address: 198.51.100.1, mac: 00:21:5a:DB:68:e8, mtu: 1400}
    rules:
      - ipvsadm -A -t 192.0.2.100:80 -s wrr
      - "-a -t 192.0.2.100:80 -r 198.51.100.11 -i -w 3"
  rs1:
    role: real-server
    stack: kernel
    tunnel: true
    interfaces: {eth0: {network: lan, address: 198.51.100.11/24}}
    gateway: 198.51.100.1
    loopback: [192.0.2.100, "2001:db8:1::100/128"]
    sysctls: {net.ipv4.conf.tunl0.rp_filter: 0, net.ipv4.tcp_rmem: "4096 8192 16384"}
    services:
      - identity: [tcp/80, udp/53]
      - exec: [nginx, -g, daemon off;]
        ready: tcp/8080
scenario:
  - step: ask
    request: {from: asker, to: "192.0.2.100:80", over: udp, count: 3, size: 100, dont-fragment: false, source-port: 4000, timeout: 2s}
    expect:
      - answers: {rs1: 3}
      - answers: none
      - order: [rs1, rs1, rs1]
      - error: too-big
      - peer: 192.0.2.69
      - path: {request: [client, lb, server], reply: [server, lb, asker]}
      - packet: {of: reply, received-by: "client:eth0", match: {eth.dst: $client.mac, tcp.flags: AS, ip.proto: udp, eth.type: 0x800, ip.ttl: 0x40}}
      - change: {of: request, by: lb, fields: {eth.src: , ip.ttl: -1, outer.dst: "$server:eth0.ip"}}
      - seen: {at: "*", match: {payload: a b}, count: 2..3}
      - seen: {sent-by: "rs1:*", count: ">=4"}
      - seen: {sent-by: rs1, count: "<=5"}
      - seen: {received-by: "lb:eth1"}
      - never: {received-by: real-servers, match: {arp.op: request}}
      - arp: {address: 192.0.2.100, answered-by: []}
      - checksums: good
  - step: ping
    ping: {from: asker, to: 192.0.2.100, count: 2, timeout: 300ms}
  - step: probe
    arp-probe: {from: asker, address: 192.0.2.100, timeout: 100ms}
  - step: change
    rules: |
      # a comment

      -e -t 192.0.2.100:80 -r 198.51.100.11 -i -w 1
  - step: run
    exec: {host: asker, command: [curl, -s, "http://192.0.2.100/"], status: 7, timeout: 1s}
)";

const Topology& everything() {
  static const Topology topology = read_text(kEverything, "everything.yaml");
  return topology;
}

template <class What>
const What& expected(size_t number) {
  return std::get<What>(everything().scenario.at(0).expectations.at(number).what);
}

bool same(const std::vector<FieldMatch>& found,
          const std::vector<std::pair<std::string, std::string>>& wanted) {
  if (found.size() != wanted.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].field != wanted[i].first || found[i].value != wanted[i].second) return false;
  }
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(lab_and_networks) {
  const Topology& lab = everything();
  BOOST_TEST(lab.file == "everything.yaml");
  BOOST_TEST(lab.name == "everything");
  BOOST_TEST(lab.about == "All keys there are.");
  BOOST_TEST(lab.networks.size() == 2U);
  BOOST_TEST(lab.find_network("front")->subnets.at(1).to_string() == "2001:db8:1::/64");
  BOOST_TEST(lab.find_network("front")->mtu == 1500U);
  BOOST_TEST(lab.find_network("lan")->mtu == 9000U);
  BOOST_TEST(lab.find_network("wan") == nullptr);
  BOOST_TEST(lab.find_host("nobody") == nullptr);
  BOOST_CHECK((lab.find_network("lan")->place == Place{6, 3}));
}

BOOST_AUTO_TEST_CASE(hosts_and_interfaces) {
  const Host& asker = *everything().find_host("asker");
  BOOST_CHECK(asker.role == Role::client);
  BOOST_TEST(asker.gateways.size() == 2U);
  BOOST_TEST(asker.routes.at(0).to.to_string() == "203.0.113.0/24");
  BOOST_TEST(asker.routes.at(0).via.to_string() == "192.0.2.2");
  BOOST_TEST(asker.interfaces.at(0).addresses.at(0).to_string() == "192.0.2.69/24");
  BOOST_TEST(asker.interfaces.at(0).addresses.at(1).to_string() == "2001:db8:1::69/64");
  BOOST_TEST(asker.interfaces.at(0).mtu == 1500U);
  BOOST_TEST(wire::to_string(asker.interfaces.at(0).mac) == "02:00:00:00:01:01");
  const Host& lb = *everything().find_host("lb");
  BOOST_CHECK(lb.role == Role::director && lb.engine == Engine::external);
  BOOST_CHECK(lb.stack == Stack::kernel);
  BOOST_CHECK((lb.command == std::vector<std::string>{"balance", "--quietly"}));
  BOOST_CHECK(lb.ready_when == ReadyWhen::listening);
  BOOST_CHECK(lb.ready_at.transport == Transport::udp);
  BOOST_TEST(lb.ready_at.port == 53);
  BOOST_TEST(lb.interfaces.at(0).addresses.at(3).to_string() == "192.0.2.100/32");
  BOOST_TEST(lb.interfaces.at(1).name == "eth1");
  BOOST_TEST(lb.interfaces.at(1).mtu == 1400U);
  BOOST_TEST(wire::to_string(lb.interfaces.at(0).mac) == "02:00:00:00:02:01");
  BOOST_TEST(wire::to_string(lb.interfaces.at(1).mac) == "00:21:5a:db:68:e8");
}

BOOST_AUTO_TEST_CASE(rules_stand_where_they_begin) {
  const Host& lb = *everything().find_host("lb");
  BOOST_TEST(lb.rules.size() == 2U);
  BOOST_TEST(lb.rules.at(0).text == "ipvsadm -A -t 192.0.2.100:80 -s wrr");
  BOOST_CHECK((lb.rules.at(0).place == Place{24, 9}));
  BOOST_CHECK((lb.rules.at(1).place == Place{25, 10}));  // within its quotes
  const auto& added = std::get<ipvs::AddDestination>(lb.rules.at(1).command);
  BOOST_TEST(added.destination.weight == 3U);
  const auto& applied = std::get<ApplyRules>(everything().scenario.at(3).action);
  BOOST_TEST(applied.given.size() == 1U);
  BOOST_TEST(applied.given.at(0).director == "lb");
  BOOST_TEST(applied.given.at(0).rules.size() == 1U);
  const std::string_view line = "      -e -t";
  const size_t at = kEverything.find(line);
  const auto lines =
      std::count(kEverything.begin(), kEverything.begin() + static_cast<long>(at), '\n');
  BOOST_CHECK((applied.given.at(0).rules.at(0).place == Place{static_cast<int>(lines) + 1, 7}));
}

BOOST_AUTO_TEST_CASE(servers) {
  const Host& rs1 = *everything().find_host("rs1");
  BOOST_CHECK(rs1.role == Role::real_server && rs1.stack == Stack::kernel && rs1.tunnel);
  BOOST_TEST(rs1.interfaces.at(0).mtu == 9000U);
  BOOST_TEST(rs1.loopback.at(0).to_string() == "192.0.2.100/32");
  BOOST_TEST(rs1.loopback.at(1).to_string() == "2001:db8:1::100/128");
  BOOST_TEST(rs1.sysctls.at("net.ipv4.tcp_rmem") == "4096 8192 16384");
  BOOST_TEST(rs1.services.size() == 3U);
  const auto& dns = std::get<IdentityService>(rs1.services.at(1).what);
  BOOST_CHECK(dns.transport == Transport::udp && dns.port == 53);
  const auto& nginx = std::get<ExecService>(rs1.services.at(2).what);
  BOOST_CHECK((nginx.command == std::vector<std::string>{"nginx", "-g", "daemon off;"}));
  BOOST_CHECK(nginx.ready && nginx.ready->port == 8080);
}

BOOST_AUTO_TEST_CASE(actions) {
  const auto& steps = everything().scenario;
  const auto& request = std::get<Request>(steps.at(0).action);
  BOOST_TEST(request.from == "asker");
  BOOST_TEST(request.to.to_string() == "192.0.2.100:80");
  BOOST_CHECK(request.transport == Transport::udp && !request.dont_fragment);
  BOOST_TEST(request.count == 3U);
  BOOST_TEST(request.size == 100U);
  BOOST_TEST(request.source_port == 4000);
  BOOST_TEST(request.timeout.count() == 2000);
  const auto& ping = std::get<Ping>(steps.at(1).action);
  BOOST_CHECK(ping.from == "asker" && ping.count == 2 && ping.timeout.count() == 300);
  const auto& probe = std::get<ArpProbe>(steps.at(2).action);
  BOOST_CHECK(probe.address.to_string() == "192.0.2.100" && probe.timeout.count() == 100);
  const auto& exec = std::get<Exec>(steps.at(4).action);
  BOOST_CHECK(exec.host == "asker" && exec.command.size() == 3 && exec.status == 7);
  BOOST_TEST(exec.timeout.count() == 1000);
  BOOST_TEST(steps.at(4).name == "run");
}

BOOST_AUTO_TEST_CASE(expectations) {
  BOOST_TEST(everything().scenario.at(0).expectations.size() == 16U);
  BOOST_TEST(expected<ExpectAnswers>(0).by_server.at("rs1") == 3U);
  BOOST_TEST(expected<ExpectAnswers>(1).by_server.empty());
  BOOST_TEST(expected<ExpectOrder>(2).servers.size() == 3U);
  BOOST_TEST(expected<ExpectError>(3).error == "too-big");
  BOOST_TEST(expected<ExpectPeer>(4).address.to_string() == "192.0.2.69");
  // Both ways of one 'path' are two expectations; the asking host stands under its own name.
  BOOST_CHECK((expected<ExpectPath>(5).hosts == std::vector<std::string>{"asker", "lb", "server"}));
  BOOST_CHECK(expected<ExpectPath>(5).way == Way::request);
  BOOST_CHECK(expected<ExpectPath>(6).way == Way::reply);
  BOOST_CHECK((expected<ExpectPath>(6).hosts == std::vector<std::string>{"server", "lb", "asker"}));
  const auto& arp = expected<ExpectArp>(14);
  BOOST_CHECK(arp.address.to_string() == "192.0.2.100" && arp.answered_by.empty());
  BOOST_CHECK(std::holds_alternative<ExpectChecksums>(
      everything().scenario.at(0).expectations.at(15).what));
}

BOOST_AUTO_TEST_CASE(matches_come_in_one_form) {
  const auto& packet = expected<ExpectPacket>(7);
  BOOST_CHECK(packet.way == Way::reply && !packet.sent);
  BOOST_TEST(packet.at == "asker:eth0");
  BOOST_CHECK(same(packet.match, {{"eth.dst", "$client.mac"},
                                  {"tcp.flags", "SA"},
                                  {"ip.proto", "17"},
                                  {"eth.type", "0x0800"},
                                  {"ip.ttl", "64"}}));
  const auto& change = expected<ExpectChange>(8);
  BOOST_TEST(change.host == "lb");
  BOOST_CHECK(
      same(change.fields, {{"eth.src", ""}, {"ip.ttl", "-1"}, {"outer.dst", "$server:eth0.ip"}}));
}

BOOST_AUTO_TEST_CASE(frames_are_counted) {
  const auto& between = expected<ExpectSeen>(9);
  BOOST_CHECK(between.at == "*" && !between.sent && between.least == 2 && between.most == 3);
  BOOST_CHECK(same(between.match, {{"payload", "a b"}}));
  const auto& least = expected<ExpectSeen>(10);
  BOOST_CHECK(least.at == "rs1" && least.sent == true && least.least == 4 &&
              least.most == 0xffffffff);
  const auto& most = expected<ExpectSeen>(11);
  BOOST_CHECK(most.at == "rs1" && most.least == 0 && most.most == 5);
  const auto& any = expected<ExpectSeen>(12);
  BOOST_CHECK(any.at == "lb:eth1" && any.sent == false && any.least == 1 && any.most == 0xffffffff);
  const auto& never = expected<ExpectSeen>(13);
  BOOST_CHECK(never.at == "real-servers" && never.least == 0 && never.most == 0);
}

BOOST_AUTO_TEST_CASE(expectations_keep_their_words_and_place) {
  const auto& first = everything().scenario.at(0).expectations;
  BOOST_TEST(first.at(0).text == "answers: {rs1: 3}");
  BOOST_TEST(first.at(5).text ==
             "path: {request: [client, lb, server], reply: [server, lb, asker]}");
  BOOST_TEST(first.at(6).text == first.at(5).text);
  BOOST_TEST(
      first.at(8).text ==
      "change: {of: request, by: lb, fields: {eth.src:, ip.ttl: -1, outer.dst: $server:eth0.ip}}");
  BOOST_CHECK(first.at(1).place.line == first.at(0).place.line + 1);
  BOOST_TEST(first.at(0).place.column == 9);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
