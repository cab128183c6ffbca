#include "emulator/conform/coverage_table.hh"

#include "emulator/conform/state_graph.hh"
#include "emulator/director/tcp_states.hh"
#include "emulator/ipvs/language.hh"

namespace lvslab::conform {

namespace {

using ipvs::Method;
using ipvs::Protocol;
using ipvs::Scheduler;

std::vector<Scheduler> schedulers_of(const Features& features) {
  std::vector<Scheduler> all;
  for (const auto each :
       {Scheduler::rr, Scheduler::wrr, Scheduler::lc, Scheduler::wlc, Scheduler::lblc,
        Scheduler::lblcr, Scheduler::dh, Scheduler::sh, Scheduler::sed, Scheduler::nq,
        Scheduler::fo, Scheduler::ovf, Scheduler::mh}) {
    const bool local = each == Scheduler::lblc || each == Scheduler::lblcr;
    if (!local || features.has(Feature::lblc)) all.push_back(each);
  }
  return all;
}

std::vector<Method> methods_of(const Features& features) {
  std::vector<Method> all;
  if (features.has(Feature::nat)) all.push_back(Method::masquerade);
  if (features.has(Feature::dr)) all.push_back(Method::route);
  if (features.has(Feature::tun)) all.push_back(Method::tunnel);
  return all;
}

std::vector<Protocol> protocols_of(const Features& features) {
  std::vector<Protocol> all;
  if (features.has(Feature::tcp)) all.push_back(Protocol::tcp);
  if (features.has(Feature::udp)) all.push_back(Protocol::udp);
  if (features.has(Feature::sctp)) all.push_back(Protocol::sctp);
  return all;
}

// What connections of a protocol and method can do.
struct Life {
  std::set<StateGraph::State> first;
  std::set<StateGraph::Transition> transitions;
};

Life life_of(const Features& features, Protocol protocol, Method method) {
  const bool one_sided = method != Method::masquerade;
  const StateGraph& graph = graph_of(protocol, one_sided);
  if (protocol == Protocol::udp) return {graph.first(false), {}};
  const bool settings = features.has(Feature::settings);
  Life life{graph.first(settings), {}};
  // vs.schedule_icmp: an error about a connection that there is not makes it, in state NONE.
  if (settings && features.has(Feature::icmp)) life.first.insert(0);
  StateGraph::Limits limits;
  // IPv4 refuses what comes from an address of its own; IPv6 does not look.
  limits.answers = !one_sided || features.has(Feature::v6);
  limits.reuse_mode = settings ? 0 : 1;
  life.transitions = graph.transitions(life.first, limits);
  return life;
}

std::string change(const StateGraph& graph, StateGraph::Transition over) {
  return std::string(graph.name_of(over.first)) + " > " + std::string(graph.name_of(over.second));
}

// The states that a connection may be in.
std::set<StateGraph::State> states_of(const Life& life) {
  std::set<StateGraph::State> states = life.first;
  for (const auto& each : life.transitions) states.insert(each.second);
  return states;
}

void add(std::vector<std::string>& cells, const std::string& who, const StateGraph& graph,
         const Life& life) {
  for (const auto state : life.first)
    cells.push_back(who + " new > " + std::string(graph.name_of(state)));
  for (const auto& each : life.transitions) cells.push_back(who + " " + change(graph, each));
}

}  // namespace

CoverageTable::CoverageTable(const Features& features) {
  for (const Method method : methods_of(features))
    for (const Protocol protocol : protocols_of(features)) {
      const Life life = life_of(features, protocol, method);
      const StateGraph& graph = graph_of(protocol, method != Method::masquerade);
      const std::string who =
          std::string(ipvs::name_of(method)) + " " + std::string(ipvs::name_of(protocol));
      for (const Scheduler scheduler : schedulers_of(features))
        add(cells_, std::string(ipvs::name_of(scheduler)) + " " + who, graph, life);
      if (!features.has(Feature::patience)) continue;
      for (const auto state : states_of(life))
        cells_.push_back(who + " " + std::string(graph.name_of(state)) + " > end");
    }
  const auto listen = static_cast<StateGraph::State>(director::TcpState::listen);
  if (features.has(Feature::ftp) && features.has(Feature::nat) && features.has(Feature::tcp)) {
    const StateGraph& graph = graph_of(Protocol::tcp, false);
    Life life{{listen}, {}};
    for (const auto& each : graph.transitions({listen}, {}))
      if (each.first == listen) life.transitions.insert(each);
    add(cells_, "ftp masquerade TCP", graph, life);
  }
  left_out_ = {
      {"twos", "chooses at random, and Debian's kernel for User Mode Linux has no ip_vs_twos"},
      {"none", "makes no connections"},
      {"services of firewall marks", "have the connections of all protocols; played, and no cells"},
      {"TCP LAST_ACK", "no row of the tables leads there"},
      {"UDP", "has one state"},
      {"secure TCP", "counted; it has the same states by other ways, and is no cell of its own"},
      {"one-packet scheduling", "leaves no connection to look at"},
  };
  if (!features.has(Feature::v6))
    left_out_.push_back({"route and tunnel: changes by a server's packet",
                         "IPv4 refuses those as its own address's; only IPv6 lets them by"});
  if (!features.has(Feature::settings))
    left_out_.push_back(
        {"new > what vs.sloppy_tcp, sloppy_sctp and schedule_icmp allow; opening "
         "packets where vs.conn_reuse_mode makes a new connection",
         "without the feature settings"});
  if (!features.has(Feature::patience))
    left_out_.push_back({"ends", "without the feature patience waits are too short for most"});
}

std::vector<std::string> CoverageTable::holes(const Coverage& coverage) const {
  constexpr std::string_view kEnd = " > end";
  std::vector<std::string> missing;
  for (const auto& cell : cells_) {
    const bool reached = cell.ends_with(kEnd)
                             ? coverage.ends.count(cell.substr(0, cell.size() - kEnd.size()))
                             : coverage.transitions.count(cell);
    if (!reached) missing.push_back(cell);
  }
  return missing;
}

}  // namespace lvslab::conform
