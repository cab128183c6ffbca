#include "emulator/host/udp.hh"

#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/udp.h>

#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace {

// The payload, or nothing when lengths or checksum are wrong.
std::optional<Bytes> checked_payload(wire::Ipv4View ip, bool vouched) {
  const auto udp = wire::UdpView::over(ip.payload());
  if (!udp || udp->length() < wire::kUdpSize || udp->length() > ip.payload().size()) return {};
  const Bytes datagram = ip.payload().first(udp->length());
  const bool computed = udp->checksum() != 0;  // RFC 768: 0 is none
  const auto pseudo = [&] {
    return wire::pseudo_header_sum(ip.source(), ip.destination(), wire::proto::kUdp, udp->length());
  };
  if (computed && !vouched && !wire::checksum_ok(datagram, pseudo())) return {};
  return datagram.subspan(wire::kUdpSize);
}

std::string text_of(Bytes bytes) {
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

wire::Frame make_datagram(const wire::Endpoint& from, const wire::Endpoint& to,
                          std::string_view payload) {
  Tins::IP ip(to.address.v4(), from.address.v4());
  ip.ttl(64);  // net.ipv4.ip_default_ttl
  ip.flags(Tins::IP::DONT_FRAGMENT);
  ip.id(0);  // RFC 6864, 4.1: an atomic datagram needs none
  Tins::UDP udp(to.port, from.port);
  const auto bytes = (ip / udp / Tins::RawPDU(std::string(payload))).serialize();
  return wire::Frame::copy_of(bytes);
}

UdpServices::Outcome UdpServices::receive(const wire::Frame& packet, const wire::IpAddress& local,
                                          Egress& out) const {
  const auto ip = *wire::Ipv4View::over(packet.bytes());
  const auto payload = checked_payload(ip, packet.offload().partial_checksum);
  if (!payload) return Outcome::malformed;
  const auto udp = *wire::UdpView::over(ip.payload());
  const auto handler = handlers_.find(udp.destination_port());
  if (handler == handlers_.end()) return Outcome::no_listener;
  const Conversation conversation{{ip.source(), udp.source_port()}, {local, handler->first}};
  const auto reply = handler->second(conversation, text_of(*payload));
  constexpr size_t kMost = 65535 - wire::kIpv4Size - wire::kUdpSize;
  if (reply) {
    const std::string_view fitting = std::string_view(*reply).substr(0, kMost);
    out.originate(make_datagram(conversation.local, conversation.peer, fitting));
  }
  return Outcome::taken;
}

}  // namespace lvslab::host
