#include "emulator/director/real_server.hh"

#include "emulator/director/connection.hh"

namespace lvslab::director {

void RealServer::take_rule(const ipvs::Destination& new_rule, bool added) {
  if (added || new_rule.weight != 0) last_weight = new_rule.weight;
  if (new_rule.upper == 0 || new_rule.upper > rule.upper) overloaded = false;
  rule = new_rule;
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

void RealServer::look_up(const Routes& routes) {
  route_ = routes.route_to(rule.real.address);
  routed_ = routes.generation();
}

}  // namespace lvslab::director
