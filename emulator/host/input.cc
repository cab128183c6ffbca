// The way in of an IPv4 packet: is it one, may it come from there, is it for us.

#include "emulator/host/host.hh"
#include "emulator/host/options.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

using wire::IpAddress;

namespace {

bool in_zero_net(const IpAddress& address) {
  return address.bytes()[0] == 0;
}  // RFC 6890: 0/8

const IpAddress& all_hosts() {
  static const IpAddress group = *IpAddress::parse("224.0.0.1");
  return group;
}

}  // namespace

void Host::receive_ip(wire::Frame packet, Arrival arrival, const Turn& turn) {
  options_ = {};
  if (!take_header(packet)) return;
  const bool fragment = wire::Ipv4View::over(packet.bytes())->is_fragment();
  if (fragment && hooks_ && hooks_->gathers_first() && !gather_first(packet, arrival, turn)) return;
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  if (const auto reason = check_ends(ip, arrival)) return drop(*reason);
  if (ip.header_length() > wire::kIpv4Size && !take_options_of(packet, arrival, turn)) return;
  const IpAddress to = ip.destination();
  if (to.is_multicast() || routes_.is_broadcast(to)) {
    arrival.group = true;
    return deliver(std::move(packet), arrival, turn);
  }
  if (routes_.is_local(to)) return deliver(std::move(packet), arrival, turn);
  if (!config_.forwarding) return drop(DropReason::not_forwarding);
  forward(std::move(packet), arrival, turn);
}

// RFC 1122, 3.2.1; RFC 1812, 5.2.2.
bool Host::take_header(wire::Frame& packet) {
  const auto ip = wire::Ipv4View::over(packet.bytes());
  if (!ip || !ip->checksum_good()) {
    drop(ip ? DropReason::bad_ip_checksum : DropReason::malformed_ip);
    return false;
  }
  packet.truncate(ip->total_length());
  return true;
}

// False: it is not whole yet.
bool Host::gather_first(wire::Frame& packet, Arrival& arrival, const Turn& turn) {
  Fragment fragment = fragment_of(*wire::Ipv4View::over(packet.bytes()), {});
  fragment.port = arrival.port;
  fragment.gathered_first = true;
  auto whole = reassembly_.add(packet, fragment, turn.now, drops_);
  if (!whole) return false;
  packet = std::move(whole->packet);
  arrival.largest_fragment = whole->largest_fragment;
  return true;
}

// RFC 792: time exceeded, code 1, only when the first fragment is there. Linux tells of what IPVS
// would have it put together too, wherever it was going; of what was put together before that was
// asked, only where it was for this host.
void Host::tell_of_expired(const Reassembly::Expired& expired, const Turn& turn) {
  constexpr uint8_t kReassemblyTime = 1;
  if (expired.first.empty()) return;
  const auto ip = *wire::Ipv4View::over_quoted(expired.first.bytes());
  if (expired.gathered_first &&
      (!routes_.is_local(ip.destination()) || check_ends(ip, {.port = expired.port})))
    return;
  options_ = expired.options;
  send_error(expired.first, {wire::icmp::kTimeExceeded, kReassemblyTime, 0, {}}, turn);
}

void Host::read_options(wire::Frame& packet, const Turn& turn) {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  // A recorded route names the address that was used, or the one that faces the sender.
  const auto back = routes_.lookup(ip.source());
  const IpAddress to = ip.destination();
  const IpAddress recorder = routes_.is_local(to) ? to : back ? back->source : IpAddress();
  options_ = take_options(packet, routes_, recorder, turn.now);
}

// Of a packet that found no neighbour: Linux reads its options anew, and enters itself a second
// time, before it tells the sender (ipv4_send_dest_unreach). False: it does not tell.
bool Host::take_options_again(wire::Frame& packet, const Turn& turn) {
  options_ = {};
  if (wire::Ipv4View::over(packet.bytes())->header_length() == wire::kIpv4Size) return true;
  read_options(packet, turn);
  return !options_.malformed_at;
}

// Behind the checks of both ends, as Linux reads options only of a packet that has a way.
bool Host::take_options_of(wire::Frame& packet, const Arrival& arrival, const Turn& turn) {
  read_options(packet, turn);
  if (!options_.malformed_at && !options_.source_route) return true;
  if (!options_.malformed_at) {
    drop(DropReason::source_route);
    return false;
  }
  drop(DropReason::bad_options);
  if (!arrival.group)
    send_error(packet,
               {wire::icmp::kParameterProblem, 0, uint32_t{*options_.malformed_at} << 24, {}},
               turn);
  return false;
}

// RFC 1812, 5.3.7 and 5.3.8; the order is that of Linux' ip_route_input_slow.
std::optional<DropReason> Host::check_ends(wire::Ipv4View ip, const Arrival& arrival) const {
  const IpAddress from = ip.source();
  const IpAddress to = ip.destination();
  const bool to_all = to.is_multicast() || (to.is_v4() && to.v4_value() == 0xffffffff);
  if (from.is_multicast() || (from.v4_value() == 0xffffffff)) return DropReason::martian_source;
  // Hosts without an address yet speak from 0.0.0.0 to all (RFC 1122, 3.2.1.3).
  const bool unnumbered = from.is_unspecified() && to_all;
  if (!unnumbered) {
    if (in_zero_net(from) || from.is_loopback()) return DropReason::martian_source;
    if (in_zero_net(to) || to.is_loopback()) return DropReason::martian_destination;
    if (const auto reason = check_source(from, arrival)) return reason;
  }
  if (to.is_multicast() && to != all_hosts() && !udp_.is_joined(arrival.port, to))
    return DropReason::multicast_not_joined;
  return {};
}

// Source validation (net.ipv4.conf.*.rp_filter, RFC 3704), as Linux' fib_validate_source: an
// address of ours never comes from outside (accept_local=0). Where an interface has no address, as
// our tunl0, loose asks for no less than strict.
std::optional<DropReason> Host::check_source(const IpAddress& source, const Arrival& at) const {
  if (routes_.is_local(source)) return DropReason::martian_source;
  const bool tunnel = at.tunnels > 0;
  const int filter = tunnel ? effective(*config_.tunnel).rp_filter : policies_[at.port].rp_filter;
  if (filter == 0) return {};
  const auto back = routes_.lookup(source);
  if (!back) return DropReason::reverse_path;
  if (!tunnel && back->port == at.port) return {};
  const bool strict = filter == 1 || tunnel || !routes_.has_v4_address(at.port);
  if (strict) return DropReason::reverse_path;
  return {};
}

}  // namespace lvslab::host
