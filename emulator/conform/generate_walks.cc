// Conversations that go on purpose through one state after another, those not seen yet first.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/conform/world.hh"
#include "emulator/ipvs/language.hh"

namespace lvslab::conform {

namespace {

constexpr unsigned kPatience = 10;  // packets on the way to one goal

template <class Set>
const typename Set::value_type& nth(const Set& set, unsigned n) {
  return *std::next(set.begin(), static_cast<ptrdiff_t>(n));
}

// Those that are wanted; all if none is.
template <class Wanted>
std::set<StateGraph::Transition> rather(const std::set<StateGraph::Transition>& of,
                                        const Wanted& wanted) {
  std::set<StateGraph::Transition> some;
  std::copy_if(of.begin(), of.end(), std::inserter(some, some.end()), wanted);
  return some.empty() ? of : some;
}

}  // namespace

std::optional<ipvs::ConnectionStatus> Generator::connection_of(const Flow& flow) const {
  for (auto& c : ours_->node().director().connections(ours_->now()))
    if (c.protocol == flow.protocol && c.client == flow.client &&
        c.virtual_end == flow.virtual_end && c.left > kOneTick)
      return c;
  return {};
}

// The one that is on its way, or another; nothing: there is none yet.
Flow* Generator::walker() {
  const auto on_its_way =
      std::find_if(flows_.begin(), flows_.end(), [&](const Flow& f) { return f.id == walker_; });
  if (on_its_way != flows_.end()) return &*on_its_way;
  Flow* flow = chance(50) ? any_flow() : nullptr;
  if (flow) walker_ = flow->id;
  return flow;
}

// Of what can be reached from where it is, something that no walk of this case has seen.
bool Generator::choose_goal(Flow& flow, const StateGraph& graph, const StateGraph::Place& place,
                            const StateGraph::Limits& limits, const std::string& who) {
  const auto reachable = graph.transitions({place.state}, limits);
  if (reachable.empty()) return false;
  const auto& seen = walked_[who];
  auto goals = rather(reachable, [&](const auto& over) { return !seen.count(over); });
  // What only an answer leads to is seldom: many answers go past the director.
  auto unheard = limits;
  unheard.answers = false;
  const auto deaf = graph.transitions({place.state}, unheard);
  if (chance(60)) goals = rather(goals, [&](const auto& over) { return !deaf.count(over); });
  // Some states are not come to again.
  if (place.state == 0 || chance(60))
    goals = rather(goals, [&](const auto& over) { return over.first == place.state; });
  flow.goal = nth(goals, below(static_cast<unsigned>(goals.size())));
  flow.patience = kPatience;
  return true;
}

// What makes a connection: its first packet, or an error about one.
void Generator::open(Flow& flow) {
  const bool by_errors = ours_->node().director().settings().schedule_icmp;
  if (has(Feature::icmp) && by_errors && chance(60)) return error_that_opens(flow);
  if (is_followed(flow)) return converse(flow);
  request(flow, opening(flow));
}

void Generator::walk() {
  Flow* flow = walker();
  if (!flow) {
    new_flow();
    walker_ = flows_.back().id;
    return;
  }
  if (is_followed(*flow)) return converse(*flow);
  const auto c = connection_of(*flow);
  if (!c) {
    flow->answered = false;
    if (chance(30)) walker_ = 0;
    return open(*flow);
  }
  const bool one_sided = c->method != ipvs::Method::masquerade;
  const auto& graph = graph_of(static_cast<ipvs::Protocol>(flow->protocol), one_sided);
  const auto state = graph.named(c->state);
  if (!state) return client_packet();
  flow->real = one_sided ? flow->virtual_end : c->real;
  flow->server = c->real.address;
  const StateGraph::Place place{*state, flow->answered};
  const StateGraph::Limits limits{!one_sided || flow->client.address.is_v6(),
                                  ours_->node().director().settings().conn_reuse_mode};
  const std::string who = flow->scheduler + " " + std::string(ipvs::name_of(c->method)) + " " +
                          std::to_string(flow->protocol);
  if (flow->goal && flow->patience-- == 0) flow->goal.reset();
  if (!flow->goal && !choose_goal(*flow, graph, place, limits, who)) {
    walker_ = 0;
    return client_packet();
  }
  const auto word = graph.toward(place, *flow->goal, limits);
  if (!word) {
    flow->goal.reset();
    return client_packet();
  }
  step_on(*flow, *word, *state, graph, who);
}

void Generator::step_on(Flow& flow, const Stimulus& by, StateGraph::State before,
                        const StateGraph& graph, const std::string& who) {
  // A tunnel to the other family has servers whose own packets are of that family.
  if (by.by_client || flow.server.family() != flow.client.address.family()) {
    request(flow, by.what);
  } else {
    flow.answered = true;
    reply(flow, by.what);
  }
  const auto c = connection_of(flow);
  const auto after = c ? graph.named(c->state) : std::nullopt;
  if (!after || *after == before) return;
  walked_[who].insert({before, *after});
  if (flow.goal != StateGraph::Transition{before, *after}) return;
  flow.goal.reset();
  if (chance(40)) walker_ = 0;
}

}  // namespace lvslab::conform
