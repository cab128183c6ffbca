// Mermaid and Graphviz: golden graphs, and names that try to be graph.
#include "emulator/report/graph.hh"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include "emulator/report/layout.hh"
#include "emulator/report/sequence.hh"
#include "tests/unit/report/random_run.hh"
#include "tests/unit/report/sample.hh"

namespace lvslab::report {
namespace {

bool has(const std::string& needle, const std::string& text) {
  return text.find(needle) != std::string::npos;
}

topology::Topology hostile_lab(Random& random) {
  auto lab = sample::dr_lab();
  lab.name = sample::random_text(random, 20);
  for (auto& network : lab.networks) {
    const auto name = network.name;
    network.name = sample::random_text(random, 20) + name;
    for (auto& host : lab.hosts) {
      for (auto& interface : host.interfaces) {
        if (interface.network == name) interface.network = network.name;
      }
    }
  }
  for (auto& host : lab.hosts) host.name = sample::random_text(random, 20) + "\\";
  return lab;
}

// Feeds `text` to a command; true when that succeeds.
bool accepted(const std::string& command, const std::string& text) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);  // a command that gave up says so by its status
  FILE* pipe = ::popen(command.c_str(), "w");
  BOOST_REQUIRE(pipe != nullptr);
  const bool all = ::fwrite(text.data(), 1, text.size(), pipe) == text.size();
  const bool well = ::pclose(pipe) == 0;
  ::signal(SIGPIPE, before);
  return all && well;
}

BOOST_AUTO_TEST_SUITE(report_graph)

BOOST_AUTO_TEST_CASE(mermaid_flowchart) {
  BOOST_TEST(mermaid(sample::dr_lab()) == R"x(flowchart LR
  n0(["outside<br/>198.51.100.0/24"])
  n1(["lan<br/>192.0.2.0/24"])
  h0["client<br/>gateway 198.51.100.1"]:::client
  h0 ---|"eth0 198.51.100.69/24"| n0
  h1["router"]:::router
  h1 ---|"eth0 198.51.100.1/24"| n0
  h1 ---|"eth1 192.0.2.1/24"| n1
  h2["director<br/>embedded<br/>-A -t 192.0.2.80:80 -s rr<br/>-a -t 192.0.2.80:80 -r 192.0.2.11:80 -g<br/>-a -t 192.0.2.80:80 -r 192.0.2.12:80 -g"]:::director
  h2 ---|"eth0 192.0.2.10/24 192.0.2.80/32 (VIP)"| n1
  h3["rs1<br/>real server, kernel stack<br/>lo 192.0.2.80/32 (VIP)<br/>gateway 192.0.2.1<br/>answers on tcp 80"]:::server
  h3 ---|"eth0 192.0.2.11/24"| n1
  h4["rs2<br/>real server, kernel stack<br/>lo 192.0.2.80/32 (VIP)<br/>gateway 192.0.2.1<br/>answers on tcp 80"]:::server
  h4 ---|"eth0 192.0.2.12/24"| n1
  classDef client fill:#e8f0fe,stroke:#555,color:#111,text-align:left
  classDef router fill:#eeeeee,stroke:#555,color:#111,text-align:left
  classDef director fill:#fff3c4,stroke:#555,color:#111,text-align:left
  classDef server fill:#e2f4e4,stroke:#555,color:#111,text-align:left
)x");
}

BOOST_AUTO_TEST_CASE(mermaid_sequence_of_a_request) {
  BOOST_TEST(mermaid_sequence(sample::passed().steps[0]) == R"(sequenceDiagram
  participant p0 as client
  participant p1 as router
  participant p2 as director
  participant p3 as rs1
  Note over p0,p3: request: SYN of 198.51.100.69:49152 → delivered to rs1
  Note over p0: made the packet
  p0->>p1: 198.51.100.69:49152 #62; 192.0.2.80:80 TCP SYN
  Note over p1: routed<br/>eth.src 02:00:00:00:01:45 → 02:00:00:00:02:01<br/>eth.dst 02:00:00:00:01:01 → 02:00:00:00:02:0a<br/>ip.ttl 64 → 63
  p1->>p2: 198.51.100.69:49152 #62; 192.0.2.80:80 TCP SYN
  Note over p2: PREROUTING #62; INPUT -t 192.0.2.80:80 rr #62; POSTROUTING, route to rs1 (192.0.2.11:80)<br/>eth.src 02:00:00:00:02:01 → 02:00:00:00:02:0a<br/>eth.dst 02:00:00:00:02:0a → 02:00:00:00:02:0b
  p2->>p3: 198.51.100.69:49152 #62; 192.0.2.80:80 TCP SYN
  Note over p3: accepted: 192.0.2.80 is on its loopback
)");
}

BOOST_AUTO_TEST_CASE(a_packet_that_nobody_took_ends_in_a_cross) {
  auto step = sample::passed().steps[0];
  step.journeys[0].hops.resize(2);
  const auto text = mermaid_sequence(step);
  BOOST_TEST(has("  p1-xp1: 198.51.100.69:49152", text));
  BOOST_TEST(!has("-x", mermaid_sequence(sample::passed().steps[0])));
}

BOOST_AUTO_TEST_CASE(a_step_without_journeys_is_an_empty_diagram) {
  BOOST_TEST(mermaid_sequence({}) == "sequenceDiagram\n");
}

BOOST_AUTO_TEST_CASE(nothing_in_a_name_means_anything_to_mermaid) {
  BOOST_TEST(mermaid_text("a\"];b<c>&#`\n%%{}|") ==
             "a#34;]#59;b#60;c#62;#38;#35;#96;#92;n#37;#37;#123;#125;#124;");
  const auto plain = lines_of(mermaid(sample::dr_lab())).size();
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    BOOST_TEST(lines_of(mermaid(hostile_lab(random))).size() == plain);
  }
}

BOOST_AUTO_TEST_CASE(dot_escapes_quotes_and_backslashes) {
  auto lab = sample::dr_lab();
  lab.hosts[0].name = "a\"b\\N";
  BOOST_TEST(
      has("h0 [shape=box, style=filled, fillcolor=\"#e8f0fe\", label=\"a\\\"b\\\\N\\lclient\\l",
          dot(lab)));
  BOOST_TEST(has("  h2 -- n1 [label=\"eth0 192.0.2.10/24 192.0.2.80/32 (VIP)\"];\n", dot(lab)));
}

BOOST_AUTO_TEST_CASE(graphviz_reads_every_lab) {
  if (::system("command -v dot > /dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("skipped: graphviz is not installed");
    return;
  }
  const std::string command = "dot -Tcanon > /dev/null 2>&1";
  BOOST_TEST(!accepted(command, "graph { \"not closed }\n"));  // the command can say no
  BOOST_TEST(accepted("dot -Tsvg > /dev/null 2>&1", dot(sample::dr_lab())));
  std::string all;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    all += dot(hostile_lab(random));
  }
  BOOST_TEST(accepted(command, all));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lvslab::report
