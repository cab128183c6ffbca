#include "emulator/conform/state_graph.hh"

#include <algorithm>
#include <array>
#include <deque>

#include "emulator/director/sctp_states.hh"
#include "emulator/director/tcp_states.hh"

namespace lvslab::conform {

namespace {

using director::SctpState;
using director::SctpTable;
using director::TcpState;
using director::TcpTable;
using ipvs::Protocol;
namespace flag = wire::tcp_flag;

// A kind of each row of the tables.
const std::vector<uint8_t>& words_of(Protocol protocol) {
  static const std::vector<uint8_t> kTcp = {flag::kSyn, flag::kAck, flag::kFin | flag::kAck,
                                            flag::kRst, 0};
  static const std::vector<uint8_t> kSctp = {0, 1, 2, 6, 7, 8, 9, 10, 11, 14};
  static const std::vector<uint8_t> kUdp = {0};
  return protocol == Protocol::tcp ? kTcp : protocol == Protocol::sctp ? kSctp : kUdp;
}

size_t states_of(Protocol protocol) {
  if (protocol == Protocol::tcp) return static_cast<size_t>(TcpState::kCount);
  return protocol == Protocol::sctp ? static_cast<size_t>(SctpState::kCount) : 2;
}

director::SctpEvent event_of(uint8_t chunk) {
  std::array<uint8_t, 16> segment{};
  segment[12] = chunk;
  segment[15] = 4;
  return *director::sctp_event(segment);
}

bool opens(Protocol protocol, Stimulus by) {
  if (!by.by_client) return false;
  return protocol == Protocol::tcp ? by.what == flag::kSyn
                                   : protocol == Protocol::sctp && by.what == 1;
}

size_t index_of(StateGraph::Place place) {
  return size_t{place.state} * 2 + place.answered;
}

}  // namespace

StateGraph::StateGraph(Protocol protocol, bool one_sided)
    : protocol_(protocol), one_sided_(one_sided), edges_(2 * states_of(protocol)) {
  for (State state = 0; state < states_of(protocol); ++state)
    for (const bool answered : {false, true})
      for (const bool by_client : {true, false})
        for (const uint8_t word : words_of(protocol)) {
          const Place place{state, answered};
          edges_[index_of(place)].push_back({{by_client, word}, next(place, {by_client, word})});
        }
}

StateGraph::Place StateGraph::next(Place place, Stimulus by) const {
  const Place after{place.state, place.answered || !by.by_client};
  const unsigned table = !by.by_client ? 1 : one_sided_ && !place.answered ? 2 : 0;
  if (protocol_ == Protocol::tcp)
    return {static_cast<State>(director::next_state(static_cast<TcpTable>(table),
                                                    static_cast<TcpState>(place.state), by.what)),
            after.answered};
  if (protocol_ == Protocol::sctp)
    return {
        static_cast<State>(director::next_state(
            static_cast<SctpTable>(table), static_cast<SctpState>(place.state), event_of(by.what))),
        after.answered};
  return {1, after.answered};
}

const std::vector<StateGraph::Edge>& StateGraph::edges(Place place) const {
  return edges_[index_of(place)];
}

bool StateGraph::allowed(Place place, const Edge& edge, const Limits& limits) const {
  if (!edge.by.by_client && !limits.answers) return false;
  if (limits.reuse_mode == 0 || !opens(protocol_, edge.by)) return true;
  if (protocol_ == Protocol::sctp) return static_cast<SctpState>(place.state) != SctpState::closed;
  const auto tcp = static_cast<TcpState>(place.state);
  const bool unseen_end =
      tcp == TcpState::fin_wait && limits.reuse_mode & 2 && one_sided_ && !place.answered;
  return tcp != TcpState::time_wait && tcp != TcpState::close && !unseen_end;
}

// Breadth first; `first` is the packet by which a place was come to from the start.
std::optional<Stimulus> StateGraph::toward(Place from, Transition over,
                                           const Limits& limits) const {
  struct Step {
    Place place;
    std::optional<Stimulus> first;
  };
  std::vector<bool> seen(edges_.size());
  std::deque<Step> open{{from, {}}};
  seen[index_of(from)] = true;
  for (; !open.empty(); open.pop_front()) {
    const Step step = open.front();
    for (const Edge& edge : edges(step.place)) {
      if (!allowed(step.place, edge, limits)) continue;
      const Stimulus first = step.first.value_or(edge.by);
      if (Transition{step.place.state, edge.to.state} == over) return first;
      if (seen[index_of(edge.to)]) continue;
      seen[index_of(edge.to)] = true;
      open.push_back({edge.to, first});
    }
  }
  return {};
}

std::set<StateGraph::Transition> StateGraph::transitions(const std::set<State>& starts,
                                                         const Limits& limits) const {
  std::set<Transition> found;
  std::vector<bool> seen(edges_.size());
  std::vector<Place> open;
  for (const State state : starts) open.push_back({state, false});
  while (!open.empty()) {
    const Place place = open.back();
    open.pop_back();
    if (seen[index_of(place)]) continue;
    seen[index_of(place)] = true;
    for (const Edge& edge : edges(place)) {
      if (!allowed(place, edge, limits)) continue;
      if (edge.to.state != place.state) found.insert({place.state, edge.to.state});
      open.push_back(edge.to);
    }
  }
  return found;
}

std::set<StateGraph::State> StateGraph::first(bool sloppy) const {
  const auto resets = [this](Stimulus by) {
    return protocol_ == Protocol::tcp    ? (by.what & flag::kRst) != 0
           : protocol_ == Protocol::sctp ? by.what == director::sctp_chunk::kAbort
                                         : false;
  };
  std::set<State> states;
  for (const Edge& edge : edges({})) {
    const bool good = sloppy ? !resets(edge.by) : opens(protocol_, edge.by);
    if (edge.by.by_client && (good || protocol_ == Protocol::udp)) states.insert(edge.to.state);
  }
  return states;
}

std::string_view StateGraph::name_of(State state) const {
  if (protocol_ == Protocol::tcp) return director::name_of(static_cast<TcpState>(state));
  if (protocol_ == Protocol::sctp) return director::name_of(static_cast<SctpState>(state));
  return state == 0 ? "NONE" : "UDP";
}

std::optional<StateGraph::State> StateGraph::named(std::string_view name) const {
  for (State state = 0; state < states_of(protocol_); ++state)
    if (name_of(state) == name) return state;
  return {};
}

const StateGraph& graph_of(Protocol protocol, bool one_sided) {
  static const std::map<std::pair<Protocol, bool>, StateGraph> kAll = [] {
    std::map<std::pair<Protocol, bool>, StateGraph> all;
    for (const Protocol each : {Protocol::tcp, Protocol::udp, Protocol::sctp})
      for (const bool sided : {false, true})
        all.emplace(std::pair{each, sided}, StateGraph(each, sided));
    return all;
  }();
  return kAll.at({protocol, one_sided});
}

}  // namespace lvslab::conform
