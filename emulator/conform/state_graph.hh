#pragma once
// The states of a connection as a graph: which packets lead from which to which. For what wants to
// see every transition (generate_walks.cc), and for the table of those that there are
// (coverage_table.cc). The states are the director's (director/tcp_states.hh, sctp_states.hh);
// whether they are the kernel's too is what a comparison shows.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/ipvs/service.hh"

namespace lvslab::conform {

// What moves a connection.
struct Stimulus {
  bool by_client = true;
  uint8_t what = 0;  // TCP: the flags; SCTP: the type of the first chunk; UDP: nothing
};

class StateGraph {
 public:
  using State = uint8_t;  // of the protocol's own enumeration; UDP: 0 none, 1 the only one
  using Transition = std::pair<State, State>;

  // one_sided: of a server that answers past the director (route, tunnel), until it does not.
  StateGraph(ipvs::Protocol protocol, bool one_sided);

  // What may happen.
  struct Limits {
    bool answers = true;  // the server's packets reach the director
    int reuse_mode = 0;   // vs.conn_reuse_mode: whether an opening packet makes a new connection
  };
  // Whether there was an answer.
  struct Place {
    State state = 0;
    bool answered = false;
  };
  // The next packet on a shortest way to the transition and over it; nothing if there is none.
  std::optional<Stimulus> toward(Place from, Transition over, const Limits& limits) const;

  // All of them that are no loops and can be reached from `starts`.
  std::set<Transition> transitions(const std::set<State>& starts, const Limits& limits) const;
  // States of a connection as its first packet leaves it: one that opens, or with `sloppy`
  // (vs.sloppy_tcp, sloppy_sctp) any that may.
  std::set<State> first(bool sloppy) const;

  std::string_view name_of(State state) const;
  std::optional<State> named(std::string_view name) const;

 private:
  struct Edge {
    Stimulus by;
    Place to;
  };
  const std::vector<Edge>& edges(Place place) const;
  Place next(Place place, Stimulus by) const;
  bool allowed(Place place, const Edge& edge, const Limits& limits) const;

  ipvs::Protocol protocol_;
  bool one_sided_;
  std::vector<std::vector<Edge>> edges_;  // by state and whether it was answered
};

const StateGraph& graph_of(ipvs::Protocol protocol, bool one_sided);

}  // namespace lvslab::conform
