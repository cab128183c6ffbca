#include "emulator/host/udp.hh"

#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/udp.h>

#include "emulator/host/packet.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::host {

namespace {

// The payload, or nothing when lengths or checksum are wrong.
std::optional<Bytes> checked_payload(const Segmented& segment, bool vouched) {
  const auto udp = wire::UdpView::over(segment.bytes);
  if (!udp || udp->length() < wire::kUdpSize || udp->length() > segment.bytes.size()) return {};
  const Bytes datagram = segment.bytes.first(udp->length());
  // RFC 768: 0 is none. RFC 8200, 8.1: that is not for IPv6.
  const bool computed = udp->checksum() != 0;
  if (!computed && segment.source.is_v6()) return {};
  if (computed && !vouched && !segment.checksum_good(datagram)) return {};
  return datagram.subspan(wire::kUdpSize);
}

wire::Frame make_datagram6(const wire::Endpoint& from, const wire::Endpoint& to,
                           std::string_view payload) {
  Tins::IPv6 ip(to.address.v6(), from.address.v6());
  ip.hop_limit(64);  // net.ipv6.conf.*.hop_limit
  Tins::UDP udp(to.port, from.port);
  const auto bytes = (ip / udp / Tins::RawPDU(std::string(payload))).serialize();
  return wire::Frame::copy_of(bytes);
}

std::string text_of(Bytes bytes) {
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

wire::Frame make_datagram(const wire::Endpoint& from, const wire::Endpoint& to,
                          std::string_view payload) {
  if (to.address.is_v6()) return make_datagram6(from, to, payload);
  Tins::IP ip(to.address.v4(), from.address.v4());
  ip.ttl(64);  // net.ipv4.ip_default_ttl
  ip.flags(Tins::IP::DONT_FRAGMENT);
  ip.id(0);  // RFC 6864, 4.1: an atomic datagram needs none
  Tins::UDP udp(to.port, from.port);
  const auto bytes = (ip / udp / Tins::RawPDU(std::string(payload))).serialize();
  return wire::Frame::copy_of(bytes);
}

std::optional<Bytes> datagram_in(const wire::Frame& packet) {
  return checked_payload(segment_in(packet.bytes()), packet.offload().partial_checksum);
}

bool UdpServices::is_joined(uint32_t interface, const wire::IpAddress& group) const {
  const auto first = groups_.lower_bound({interface, {group, 0}});
  return first != groups_.end() && first->first.first == interface &&
         first->first.second.address == group;
}

UdpServices::Outcome UdpServices::receive_group(const wire::Frame& packet, uint32_t interface,
                                                Time now) const {
  const Segmented segment = segment_in(packet.bytes());
  const auto payload = checked_payload(segment, packet.offload().partial_checksum);
  if (!payload) return Outcome::malformed;
  const uint16_t port = wire::UdpView::over(segment.bytes)->destination_port();
  const auto handler = groups_.find({interface, {segment.destination, port}});
  if (handler == groups_.end()) return Outcome::no_listener;
  handler->second(*payload, now);
  return Outcome::taken;
}

UdpServices::Outcome UdpServices::receive(const wire::Frame& packet, const wire::IpAddress& local,
                                          Egress& out) const {
  const Segmented segment = segment_in(packet.bytes());
  const auto payload = checked_payload(segment, packet.offload().partial_checksum);
  if (!payload) return Outcome::malformed;
  const auto udp = *wire::UdpView::over(segment.bytes);
  const auto handler = handlers_.find(udp.destination_port());
  if (handler == handlers_.end()) return Outcome::no_listener;
  const Conversation conversation{{segment.source, udp.source_port()}, {local, handler->first}};
  const auto reply = handler->second(conversation, text_of(*payload));
  if (reply) {
    const size_t most = 65535 - wire::kUdpSize - (local.is_v6() ? 0 : wire::kIpv4Size);
    const std::string_view fitting = std::string_view(*reply).substr(0, most);
    out.originate(make_datagram(conversation.local, conversation.peer, fitting));
  }
  return Outcome::taken;
}

}  // namespace lvslab::host
