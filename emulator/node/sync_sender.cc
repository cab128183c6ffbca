#include "emulator/node/sync_sender.hh"

#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/udp.h>

namespace lvslab::node {

void SyncSender::open() {
  constexpr uint16_t kFirst = 32768, kLast = 60999;  // net.ipv4.ip_local_port_range
  port_ = static_cast<uint16_t>(kFirst + random_.below(kLast - kFirst));
  next_id_ = static_cast<uint16_t>(random_.next());
}

wire::Frame SyncSender::datagram(const ipvs::Daemon& daemon, const wire::IpAddress& from,
                                 const director::SyncMessage& message) {
  // Each of its ports has a socket.
  const auto own = static_cast<uint16_t>(port_ + (message.port - daemon.port));
  const Tins::UDP udp(message.port, own);
  const Tins::RawPDU payload(message.bytes.data(), static_cast<uint32_t>(message.bytes.size()));
  if (daemon.group.is_v6()) {
    Tins::IPv6 ip(daemon.group.v6(), from.v6());
    ip.hop_limit(daemon.ttl);
    return wire::Frame::copy_of((ip / udp / payload).serialize());
  }
  // No DF: IP_PMTUDISC_DONT.
  Tins::IP ip(daemon.group.v4(), from.v4());
  ip.ttl(daemon.ttl);
  ip.id(next_id_++);
  return wire::Frame::copy_of((ip / udp / payload).serialize());
}

}  // namespace lvslab::node
