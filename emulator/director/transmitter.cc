#include "emulator/director/transmitter.hh"

#include <algorithm>

#include "emulator/director/masquerade.hh"
#include "emulator/director/real_server.hh"
#include "emulator/director/tunnel.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::director {

namespace {

namespace icmp = wire::icmp;

constexpr uint32_t kLargestPacket = 65535;
// Linux: net.ipv4.route.min_pmtu and mtu_expires.
constexpr uint32_t kSmallestLearned = 552;
constexpr Duration kLearnedFor = std::chrono::minutes(10);

uint32_t with_learned(uint32_t mtu, const RealServer& server, Time now) {
  const bool known = server.path.mtu != 0 && now < server.path.until;
  return known ? std::min(mtu, server.path.mtu) : mtu;
}

// One packet on its way through send().
struct Step {
  wire::Frame& packet;
  const wire::Ipv4Edit& ip;
  const Connection& connection;
  Content content;
  Time now;
  Verdict& verdict;

  void refuse_with(DropReason reason, uint8_t type, uint8_t code, uint32_t mtu = 0) const {
    // No ICMP error about an ICMP error (RFC 1122, 3.2.2).
    if (content == Content::icmp_error)
      refuse(verdict, reason);
    else
      refuse(verdict, reason, type, code, ip.destination(), mtu);
  }
};

bool take_hop(const Step& step) {
  if (step.ip.ttl() <= 1) {
    step.refuse_with(DropReason::time_exceeded, icmp::kTimeExceeded, 0);
    return false;
  }
  step.ip.decrement_ttl();
  return true;
}

// RFC 1191. Only packets with DF are refused; without it the host makes fragments. Super-packets
// are cut to size by their device; ICMP errors go through whatever their size.
bool fits(const Step& step, const Route& route, bool pmtu_disc) {
  uint32_t mtu = route.mtu;
  if (step.connection.method == ipvs::Method::tunnel) {
    mtu = with_learned(mtu, *step.connection.server, step.now);
    if (mtu < kSmallestMtu + kTunnelOverhead) {
      refuse(step.verdict, DropReason::fragmentation_needed);
      return false;
    }
    if (!pmtu_disc) return true;
    mtu -= kTunnelOverhead;
  }
  if (step.packet.size() <= mtu || !step.ip.dont_fragment() ||
      step.packet.offload().segmentation != wire::Segmentation::none ||
      step.content == Content::icmp_error)
    return true;
  step.refuse_with(DropReason::fragmentation_needed, icmp::kUnreachable, icmp::kFragmentationNeeded,
                   mtu);
  return false;
}

void tunnel(const Step& step, const TunnelHeader& header) {
  if (step.packet.size() + kTunnelOverhead > kLargestPacket)
    return refuse(step.verdict, DropReason::too_large);
  encapsulate(step.packet, header);
}

}  // namespace

void refuse(Verdict& verdict, DropReason reason) {
  verdict.action = Action::drop;
  verdict.reason = reason;
}

void refuse(Verdict& verdict, DropReason reason, uint8_t type, uint8_t code,
            const wire::IpAddress& source, uint32_t mtu) {
  refuse(verdict, reason);
  verdict.answer = {true, type, code, mtu, source};
}

void Transmitter::send(wire::Frame& packet, const wire::Ipv4Edit& ip, const Protocol& protocol,
                       const Connection& connection, Content content, Time now, Verdict& verdict) {
  const Step step{packet, ip, connection, content, now, verdict};
  const auto route = routes_.route_to(connection.real.address);
  if (!route)
    return step.refuse_with(DropReason::no_route, icmp::kUnreachable, icmp::kHostUnreachable);
  const bool rewrites = connection.method == ipvs::Method::masquerade;
  if (route->local) {
    // The host's own stack serves it, unchanged; its replies would have to be translated, and
    // nothing here sees what this host sends.
    if (rewrites) refuse(verdict, DropReason::unsupported);
    return;
  }
  if (!take_hop(step) || !fits(step, *route, settings_.pmtu_disc)) return;
  verdict.action = Action::forward;
  verdict.next_hop = connection.real.address;
  if (rewrites && content == Content::segment)
    masquerade(packet, ip, protocol, connection, Direction::request);
  else if (rewrites)
    masquerade_error(ip, connection, Direction::request);
  else if (connection.method == ipvs::Method::tunnel)
    tunnel(step, {route->source, connection.real.address, settings_.pmtu_disc, tunnel_id_++});
  // For route, the next hop is all.
}

uint32_t Transmitter::tunnel_path_mtu(const RealServer& server, Time now) const {
  const auto route = routes_.route_to(server.rule.real.address);
  return route ? with_learned(route->mtu, server, now) : 0;
}

void Transmitter::learn_path_mtu(RealServer& server, uint32_t mtu, Time now) const {
  mtu = std::max(mtu, kSmallestLearned);
  if (mtu < tunnel_path_mtu(server, now)) server.path = {mtu, now + kLearnedFor};
}

}  // namespace lvslab::director
