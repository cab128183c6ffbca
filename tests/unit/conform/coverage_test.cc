// What there is to reach, what cases reach of it, and that a hole is seen.

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "emulator/conform/coverage_table.hh"
#include "emulator/conform/run.hh"
#include "emulator/conform/state_graph.hh"
#include "emulator/director/tcp_states.hh"

using namespace lvslab;
using namespace lvslab::conform;

namespace {

bool contains(const std::vector<std::string>& of, const std::string& cell) {
  return std::find(of.begin(), of.end(), cell) != of.end();
}

StateGraph::State tcp(director::TcpState state) {
  return static_cast<StateGraph::State>(state);
}

RunResult dry(const std::string& features, size_t frames) {
  RunOptions options;
  options.generate.features = Features::parse(features);
  options.frames = frames;
  return run_dry(options);
}

}  // namespace

BOOST_AUTO_TEST_CASE(cells_are_what_connections_can_do) {
  const CoverageTable table(Features::parse("tcp,nat,dr"));
  BOOST_TEST(contains(table.cells(), "rr masquerade TCP new > SYN_RECV"));
  BOOST_TEST(contains(table.cells(), "mh route TCP SYN_RECV > ESTABLISHED"));
  // By route no answer is heard, and a client's FIN is taken for both sides'.
  BOOST_TEST(contains(table.cells(), "rr masquerade TCP ESTABLISHED > CLOSE_WAIT"));
  BOOST_TEST(!contains(table.cells(), "rr route TCP ESTABLISHED > CLOSE_WAIT"));
  BOOST_TEST(contains(CoverageTable(Features::parse("tcp,dr,v6")).cells(),
                      "rr route TCP ESTABLISHED > CLOSE_WAIT"));
  // Without vs.sloppy_tcp nothing but a SYN makes a connection.
  BOOST_TEST(!contains(table.cells(), "rr masquerade TCP new > ESTABLISHED"));
  BOOST_TEST(contains(CoverageTable(Features::parse("tcp,nat,settings")).cells(),
                      "rr masquerade TCP new > ESTABLISHED"));
  BOOST_TEST(!table.left_out().empty());
}

BOOST_AUTO_TEST_CASE(what_was_not_reached_is_a_hole) {
  const CoverageTable table(Features::parse("tcp,nat"));
  Coverage coverage;
  BOOST_TEST(table.holes(coverage).size() == table.cells().size());
  for (const auto& cell : table.cells()) coverage.transitions[cell] = 1;
  BOOST_TEST(table.holes(coverage).empty());
  coverage.transitions.erase("sed masquerade TCP SYN_RECV > TIME_WAIT");
  BOOST_REQUIRE(table.holes(coverage).size() == 1U);
  BOOST_TEST(table.holes(coverage).front() == "sed masquerade TCP SYN_RECV > TIME_WAIT");
}

BOOST_AUTO_TEST_CASE(ways_are_the_shortest) {
  using director::TcpState;
  namespace flag = wire::tcp_flag;
  const auto& graph = graph_of(ipvs::Protocol::tcp, false);
  const StateGraph::Place opened{tcp(TcpState::syn_recv), false};
  const auto finish = graph.toward(opened, {tcp(TcpState::established), tcp(TcpState::close_wait)},
                                   StateGraph::Limits{});
  BOOST_REQUIRE(finish);
  BOOST_TEST(finish->what == flag::kAck);  // established first
  BOOST_TEST(!graph.toward(opened, {tcp(TcpState::listen), tcp(TcpState::established)}, {}));
  StateGraph::Limits silent;
  silent.answers = false;
  BOOST_TEST(!graph.toward(opened, {tcp(TcpState::established), tcp(TcpState::fin_wait)}, silent));
}

// The whole of a small table, and quickly; lvslab conform --dry tells of the large one.
BOOST_AUTO_TEST_CASE(cases_reach_every_cell) {
  const auto result = dry("tcp,udp,nat,dr,ftp,changes", 40000);
  std::string holes;
  for (const auto& hole : result.table.holes) holes += hole + "\n";
  BOOST_TEST(result.table.cells > 300U);
  BOOST_TEST(result.table.holes.empty(), holes);
  BOOST_TEST(result.coverage.transitions.count("ftp masquerade TCP new > LISTEN") == 1U);
}

BOOST_AUTO_TEST_CASE(patient_cases_see_connections_end) {
  const auto result = dry("tcp,nat,timers,patience", 10000);
  BOOST_TEST(result.coverage.ends.count("masquerade TCP ESTABLISHED") == 1U);
  BOOST_TEST(result.coverage.ends.count("masquerade TCP SYN_RECV") == 1U);
}
