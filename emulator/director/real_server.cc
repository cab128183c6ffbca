#include "emulator/director/real_server.hh"

#include "emulator/director/connection.hh"

namespace lvslab::director {

void RealServer::take_rule(const ipvs::Destination& new_rule, bool added) {
  if (added || new_rule.weight != 0) last_weight = new_rule.weight;
  if (new_rule.upper == 0 || new_rule.upper > rule.upper) overloaded = false;
  rule = new_rule;
  route_.reset();
  routed_ = way_ = 0;
}

void RealServer::bind(Connection& connection) {
  connection.server = this;
  connection.active = false;
  ++(connection.is_template ? persistent : inactive);
  if (rule.upper != 0 && connections() >= rule.upper) overloaded = true;
}

void RealServer::unbind(Connection& connection, Time now) {
  --(connection.is_template ? persistent : connection.active ? active : inactive);
  connection.server = nullptr;
  if (unused()) idle_since = now;
  // ipvsadm(8), -y: without a lower threshold, three quarters of the upper one.
  const uint64_t total = connections();
  const bool relieved = rule.lower != 0   ? total < rule.lower
                        : rule.upper != 0 ? total * 4 < uint64_t{rule.upper} * 3
                                          : true;
  if (relieved) overloaded = false;
}

void RealServer::set_active(Connection& connection, bool now_active) {
  if (connection.active == now_active) return;
  connection.active = now_active;
  --(now_active ? inactive : active);
  ++(now_active ? active : inactive);
}

std::optional<uint32_t> RealServer::mtu_told(const Routes& routes) {
  if (!route_) return {};
  if (!route_->learned) return route_->mtu;
  const Route* followed = route(routes);
  return followed ? followed->mtu : route_->mtu;
}

void RealServer::follow(const Routes& routes, bool as_next_hop) {
  routed_ = routes.generation();
  if (route_ && way_ == routes.ways()) return;
  route_ = routes.route_to(rule.real.address);
  const bool alone =
      route_ && as_next_hop && route_->on_link && !route_->learned && rule.real.address.is_v4();
  way_ = alone ? routes.ways() : 0;
}

}  // namespace lvslab::director
