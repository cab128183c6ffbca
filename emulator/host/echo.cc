#include "emulator/host/echo.hh"

#include <tins/icmp.h>
#include <tins/icmpv6.h>
#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>

namespace lvslab::host {

wire::Frame make_echo_request(const wire::Endpoint& from, const wire::IpAddress& to,
                              uint16_t sequence, std::string_view payload) {
  const Tins::RawPDU body{std::string(payload)};
  if (to.is_v6()) {
    Tins::IPv6 ip(to.v6(), from.address.v6());
    ip.hop_limit(64);  // net.ipv6.conf.*.hop_limit
    Tins::ICMPv6 echo(Tins::ICMPv6::ECHO_REQUEST);
    echo.identifier(from.port);
    echo.sequence(sequence);
    return wire::Frame::copy_of((ip / echo / body).serialize());
  }
  Tins::IP ip(to.v4(), from.address.v4());
  ip.ttl(64);  // net.ipv4.ip_default_ttl
  ip.flags(Tins::IP::DONT_FRAGMENT);
  ip.id(0);  // RFC 6864, 4.1: an atomic datagram needs none
  Tins::ICMP echo(Tins::ICMP::ECHO_REQUEST);
  echo.id(from.port);
  echo.sequence(sequence);
  return wire::Frame::copy_of((ip / echo / body).serialize());
}

}  // namespace lvslab::host
