// Two directors, addresses that move between hosts, connections that are kept: as they are read,
// and each class of mistake.

#include <boost/test/unit_test.hpp>

#include "tests/unit/topology/sample.hh"

namespace lvslab::topology {

namespace {

// The sample with a second director, and the virtual address that both have rules for at the first.
const std::string kSecond = R"(  standby:
    role: director
    engine: ipvs
    interfaces: {eth0: {network: lan, address: 198.51.100.20}}
    rules: |
      -A -t 198.51.100.100:80 -s rr
      -a -t 198.51.100.100:80 -r 198.51.100.11 -g
      --start-daemon backup --mcast-interface eth0 --syncid 7
  rs1:
)";
std::string two_directors(const std::string& steps = "") {
  return sample_with("  rs1:\n", kSecond) + steps;
}
std::string with_changed(std::string text, std::string_view before, std::string_view after) {
  const size_t at = text.find(before);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

const std::string kKept = R"(  - step: kept
    request: {from: client, to: "198.51.100.100:80", count: 3, keep: visitors}
)";
const std::string kMove = R"(  - step: moved
    takeover: {addresses: [198.51.100.100], from: director, to: standby}
)";

using Said = std::vector<std::string>;
void check_said(const std::string& steps, const Said& said) {
  BOOST_TEST_CONTEXT(steps) {
    BOOST_TEST(mistakes_of(two_directors(steps)) == said, boost::test_tools::per_element());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(failover)

BOOST_AUTO_TEST_CASE(a_second_director_stands_by_without_the_virtual_address) {
  const auto loaded = load_text(two_directors(), "lab.yaml");
  BOOST_TEST(loaded.warnings.empty());
  const Host& standby = *loaded.topology.find_host("standby");
  BOOST_CHECK(standby.role == Role::director && standby.engine == Engine::ipvs);
  const auto& daemon = std::get<ipvs::StartDaemon>(standby.rules.at(2).command).daemon;
  BOOST_CHECK(daemon.role == ipvs::DaemonRole::backup && daemon.id == 7);
  BOOST_TEST(loaded.topology.find_host("director")->rules.size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_of_them_has_the_virtual_address) {
  const auto text = with_changed(two_directors(), ", 198.51.100.100/32", "");
  const Said said = mistakes_of(text);
  BOOST_REQUIRE(said.size() == 2U);
  for (const std::string& one : said)
    BOOST_TEST(one.find("virtual address 198.51.100.100 is nobody's") != std::string::npos, one);
}

// Each is judged by its own rules.
BOOST_AUTO_TEST_CASE(rules_of_a_step_are_somebodys) {
  const auto steps = load_text(two_directors(R"(  - step: both
    rules:
      director: -e -t 198.51.100.100:80 -r 198.51.100.11 -g -w 2
      standby: [--stop-daemon backup, "-Z"]
)"),
                               "lab.yaml")
                         .topology.scenario;
  const auto& given = std::get<ApplyRules>(steps.at(1).action).given;
  BOOST_REQUIRE(given.size() == 2U);
  BOOST_TEST(given[0].director == "director");
  BOOST_TEST(given[1].director == "standby");
  BOOST_TEST(given[1].rules.size() == 2U);
  check_said("  - step: whose?\n    rules: -C\n",
             {"46:12: the lab has two directors; say whose rules they are, as {director: ...}"});
  check_said("  - step: x\n    rules: {rs1: -C, stanby: -C}\n",
             {"46:13: host 'rs1' is no director: it has no rules",
              "46:22: there is no host 'stanby'; did you mean 'standby'?"});
  check_said(
      "  - step: x\n    rules: {standby: -C, director: -C}\n"
      "  - step: y\n    rules: {standby: -D -t 198.51.100.100:80}\n",
      {"48:22: no service -t 198.51.100.100:80 stands before this rule; it is made by -A -t "
       "198.51.100.100:80"});
}

BOOST_AUTO_TEST_CASE(daemons_speak_by_an_interface) {
  const auto text =
      with_changed(two_directors(), "--mcast-interface eth0", "--mcast-interface eth1");
  BOOST_TEST(mistakes_of(text) ==
                 Said({"30:47: director 'standby' has no interface 'eth1'; did you mean 'eth0'?"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(connections_are_kept_and_go_on) {
  const auto steps = load_text(two_directors(kKept + R"(  - step: on
    continue: {kept: visitors, size: 10, timeout: 2s}
    expect:
      - order: [rs1, rs1, rs1]
      - path: {request: [client, router, standby, server]}
)"),
                               "lab.yaml")
                         .topology.scenario;
  BOOST_TEST(std::get<Request>(steps.at(0).action).keep == "");
  BOOST_TEST(std::get<Request>(steps.at(1).action).keep == "visitors");
  const auto& more = std::get<Continue>(steps.at(2).action);
  BOOST_TEST(more.kept == "visitors");
  BOOST_TEST(more.from == "client");
  BOOST_TEST(more.to.to_string() == "198.51.100.100:80");
  BOOST_CHECK(more.count == 3 && more.size == 10 && more.timeout.count() == 2000);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_kept) {
  const auto request = [](const std::string& more) {
    return "  - step: x\n    request: {from: client, to: \"198.51.100.100:80\", " + more + "}\n";
  };
  check_said(request("over: udp, keep: a"),
             {"46:71: 'keep' is for 'over: tcp'; UDP has no connections, but 'source-port'"});
  check_said(request("count: 10001, keep: a"),
             {"46:74: at most 10000 connections can be kept in a lab"});
  check_said(kKept + request("count: 9998, keep: a"),
             {"48:73: at most 10000 connections can be kept in a lab"});
  check_said(request("count: 2, source-port: 9, keep: a"),
             {"46:86: connections that are kept have a port each, not one 'source-port'"});
  check_said(request("keep: a b"),
             {"46:60: what is kept is named with letters, digits, '-' and '_', at most 63 of them, "
              "not 'a b'"});
  check_said(kKept + request("keep: visitors"),
             {"48:60: an earlier request keeps its connections as 'visitors'"});
  check_said(kKept + "  - step: x\n    continue: {kept: visitor}\n",
             {"48:22: no request before this keeps connections as 'visitor'; did you mean "
              "'visitors'?"});
  check_said(
      kKept + "  - step: x\n    continue: {kept: visitors}\n    expect: [answers: {rs1: 4}]\n",
      {"49:29: server 'rs1' wants a whole number from 0 to 3, not '4'"});
}

BOOST_AUTO_TEST_CASE(addresses_move) {
  const auto steps = load_text(two_directors(kMove), "lab.yaml").topology.scenario;
  const auto& takeover = std::get<Takeover>(steps.at(1).action);
  BOOST_TEST(takeover.from == "director");
  BOOST_TEST(takeover.to == "standby");
  BOOST_REQUIRE(takeover.moves.size() == 1U);
  BOOST_TEST(takeover.moves[0].address.to_string() == "198.51.100.100/32");
  BOOST_TEST(takeover.moves[0].from == "eth0");
  BOOST_TEST(takeover.moves[0].to == "eth0");
}

BOOST_AUTO_TEST_CASE(addresses_are_where_the_steps_before_left_them) {
  const std::string back = with_changed(with_changed(kMove, "from: director", "from: standby"),
                                        "to: standby", "to: director");
  check_said(kMove + back + kMove, {});
  check_said(kMove + kMove,
             {"48:28: host 'director' has no 198.51.100.100 on an interface; 'standby' has it"});
  check_said(back,
             {"46:28: host 'standby' has no 198.51.100.100 on an interface; 'director' has it"});
}

BOOST_AUTO_TEST_CASE(what_cannot_move) {
  const auto move = [](const std::string& what) {
    return "  - step: x\n    takeover: {addresses: " + what + "}\n";
  };
  check_said(move("198.51.100.10, from: director, to: standby"),
             {"46:27: 'takeover' moves single addresses; write 198.51.100.10/32 at director:eth0, "
              "beside an address of its own"});
  check_said(move("198.51.100.100, from: director, to: client"),
             {"46:27: 198.51.100.100 is on network 'lan', where host 'client' has no interface "
              "with an IPv4 address of its own"});
  check_said(move("198.51.100.100, from: director, to: director"),
             {"46:63: 'takeover' is between two hosts; 'from' is 'director' too"});
  check_said(move("[], from: director, to: standby"), {"46:27: 'addresses' names none"});
  check_said(
      move("198.51.100.100, from: director, to: nobody"),
      {"46:63: there is no host 'nobody'; known: client, router, director, standby and rs1"});
}

BOOST_AUTO_TEST_CASE(a_director_is_awaited) {
  const auto steps =
      load_text(two_directors("  - step: x\n    await: {connections: 3, at: standby, "
                              "timeout: 9s}\n"),
                "lab.yaml")
          .topology.scenario;
  const auto& await = std::get<Await>(steps.at(1).action);
  BOOST_CHECK(await.director == "standby" && await.connections == 3 &&
              await.timeout.count() == 9000);
  check_said("  - step: x\n    await: {connections: 100001, at: rs1}\n",
             {"46:26: 'connections' wants a whole number from 0 to 100000, not '100001'",
              "46:38: host 'rs1' is no director: it knows no connections"});
}

// In a step that nobody asks in, 'client' is the host of that name.
BOOST_AUTO_TEST_CASE(a_host_named_client_is_looked_at) {
  const auto steps =
      load_text(two_directors("  - step: x\n    exec: {host: router, command: [id]}\n"
                              "    expect: [never: {at: client}]\n"),
                "lab.yaml")
          .topology.scenario;
  const auto& what = steps.at(1).expectations.at(0).what;
  BOOST_TEST(std::get<ExpectSeen>(what).at == "client");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::topology
