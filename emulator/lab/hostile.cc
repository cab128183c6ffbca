#include "emulator/lab/hostile.hh"

#include <tins/tins.h>

#include <algorithm>
#include <array>

#include "emulator/base/error.hh"
#include "emulator/lab/towards.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::lab {

namespace {

// The interface of that address, which is on that network; a virtual one stands at a director.
const topology::Interface* owner(const topology::Topology& topology, const std::string& network,
                                 const wire::IpAddress& address) {
  for (const auto& host : topology.hosts)
    for (const auto& interface : host.interfaces)
      for (const auto& prefix : interface.addresses)
        if (interface.network == network && prefix.address == address) return &interface;
  return nullptr;
}

std::optional<wire::IpAddress> address_of(const topology::Interface& interface,
                                          wire::Family family) {
  for (const auto& prefix : interface.addresses)
    if (prefix.address.family() == family && prefix.length < prefix.address.bits())
      return prefix.address;
  return {};
}

std::optional<wire::IpAddress> next_hop(const topology::Host& host, const wire::IpAddress& to) {
  for (const auto& interface : host.interfaces)
    for (const auto& prefix : interface.addresses)
      if (prefix.contains(to)) return to;
  for (const auto& route : host.routes)
    if (route.to.contains(to)) return route.via;
  for (const auto& gateway : host.gateways)
    if (gateway.family() == to.family()) return gateway;
  return {};
}

// IP in front of `inner`, from `from` to `to`.
std::unique_ptr<Tins::PDU> packet(const wire::IpAddress& from, const wire::IpAddress& to,
                                  const Tins::PDU& inner, uint8_t ttl) {
  if (to.is_v6()) {
    auto ip = std::make_unique<Tins::IPv6>(to.v6(), from.v6());
    ip->hop_limit(ttl);
    ip->inner_pdu(inner.clone());
    return ip;
  }
  auto ip = std::make_unique<Tins::IP>(to.v4(), from.v4());
  ip->ttl(ttl);
  ip->inner_pdu(inner.clone());
  return ip;
}

std::vector<uint8_t> framed(const Approach& by, const Tins::PDU& packet) {
  Tins::EthernetII frame(by.next, by.from->mac);
  frame.inner_pdu(packet.clone());
  return frame.serialize();
}

std::string text(Random& random, size_t most) {
  std::string bytes(random.below(most + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

bool one_in(Random& random, uint64_t n) {
  return random.below(n) == 0;
}

// Few, so that frames meet connections that earlier ones made.
uint16_t some_port(Random& random) {
  return static_cast<uint16_t>(20000 + random.below(8));
}

Tins::TCP tcp_of(const wire::Endpoint& to, Random& random) {
  // Flags as they come, and now and then any.
  constexpr uint8_t kUsual[] = {0x02, 0x10, 0x18, 0x11, 0x04, 0x14, 0x12};
  const uint16_t port = one_in(random, 8) ? static_cast<uint16_t>(random.below(65536)) : to.port;
  Tins::TCP tcp(port, some_port(random));
  tcp.flags(one_in(random, 4) ? static_cast<uint8_t>(random.below(256))
                              : kUsual[random.below(std::size(kUsual))]);
  tcp.seq(static_cast<uint32_t>(random.next()));
  tcp.ack_seq(static_cast<uint32_t>(random.next()));
  tcp.window(static_cast<uint16_t>(random.below(65536)));
  if (one_in(random, 3)) tcp.mss(static_cast<uint16_t>(random.below(9000)));
  if (one_in(random, 6)) tcp.timestamp(static_cast<uint32_t>(random.next()), 0);
  return tcp;
}

std::unique_ptr<Tins::PDU> transport_of(const wire::Endpoint& to, Random& random) {
  std::unique_ptr<Tins::PDU> made;
  switch (random.below(5)) {
    case 0: {
      const uint16_t port = one_in(random, 8) ? uint16_t{9} : to.port;
      made = std::make_unique<Tins::UDP>(port, some_port(random));
      break;
    }
    case 1:
      if (to.address.is_v6()) {
        auto echo = std::make_unique<Tins::ICMPv6>(Tins::ICMPv6::ECHO_REQUEST);
        echo->identifier(some_port(random));
        made = std::move(echo);
      } else {
        auto echo = std::make_unique<Tins::ICMP>(Tins::ICMP::ECHO_REQUEST);
        echo->id(some_port(random));
        made = std::move(echo);
      }
      break;
    default:
      made = std::make_unique<Tins::TCP>(tcp_of(to, random));
  }
  const std::string payload = text(random, one_in(random, 10) ? 1400 : 40);
  if (!payload.empty()) made->inner_pdu(Tins::RawPDU(payload));
  return made;
}

std::vector<uint8_t> plain(const Approach& by, const wire::Endpoint& to, Random& random) {
  const auto ttl = static_cast<uint8_t>(one_in(random, 12) ? random.below(4) : 64);
  return framed(by, *packet(by.address, to.address, *transport_of(to, random), ttl));
}

// An error about what the service is taken to have answered (RFC 792; RFC 4443).
std::vector<uint8_t> error_about_reply(const Approach& by, const wire::Endpoint& to,
                                       Random& random) {
  Tins::TCP reply(some_port(random), to.port);
  reply.flags(0x12);
  const auto quoted = packet(to.address, by.address, reply, 60)->serialize();
  const Tins::RawPDU quote(quoted.data(), static_cast<uint32_t>(quoted.size()));
  if (to.address.is_v6()) {
    Tins::ICMPv6 error(one_in(random, 2) ? Tins::ICMPv6::DEST_UNREACHABLE
                                         : Tins::ICMPv6::TIME_EXCEEDED);
    error.code(static_cast<uint8_t>(random.below(5)));
    error.inner_pdu(quote);
    return framed(by, *packet(by.address, to.address, error, 64));
  }
  Tins::ICMP error(one_in(random, 2) ? Tins::ICMP::DEST_UNREACHABLE : Tins::ICMP::TIME_EXCEEDED);
  error.code(static_cast<uint8_t>(random.below(16)));
  if (one_in(random, 3)) error.mtu(static_cast<uint16_t>(random.below(1500)));
  error.inner_pdu(quote);
  return framed(by, *packet(by.address, to.address, error, 64));
}

// One piece of a datagram; the others may come some time (RFC 791).
std::vector<uint8_t> fragment(const Approach& by, const wire::Endpoint& to, Random& random) {
  if (to.address.is_v6()) return plain(by, to, random);
  Tins::IP ip(to.address.v4(), by.address.v4());
  ip.id(static_cast<uint16_t>(random.below(4)));
  const uint64_t piece = random.below(3);
  ip.fragment_offset(static_cast<uint16_t>(piece * 3));
  if (piece < 2) ip.flags(Tins::IP::MORE_FRAGMENTS);
  ip.protocol(wire::proto::kUdp);
  ip.inner_pdu(Tins::RawPDU(std::string(24, static_cast<char>(random.below(256)))));
  auto frame = framed(by, ip);
  // libtins takes RawPDU for protocol 255; the sum is mended by as much (RFC 1624).
  frame[14 + 9] = wire::proto::kUdp;
  const auto header = *wire::Ipv4Edit::over(MutableBytes(frame).subspan(14));
  header.fill_checksum();
  return frame;
}

void spoil(std::vector<uint8_t>& frame, Random& random) {
  constexpr size_t kEthernet = 14;
  if (frame.size() <= kEthernet) return;
  for (uint64_t n = 1 + random.below(3); n > 0; --n)
    frame[kEthernet + random.below(frame.size() - kEthernet)] ^=
        static_cast<uint8_t>(1U << random.below(8));
}

std::vector<uint8_t> noise(const Approach& by, Random& random) {
  std::vector<uint8_t> frame(14 + random.below(100));
  std::generate(frame.begin(), frame.end(),
                [&] { return static_cast<uint8_t>(random.below(256)); });
  constexpr uint16_t kTypes[] = {0x0800, 0x0806, 0x86dd, 0x8100, 0x0000};
  const auto ethernet = *wire::EthernetEdit::over(MutableBytes(frame));
  ethernet.set_destination(one_in(random, 3) ? wire::broadcast_mac() : by.next);
  ethernet.set_source(by.from->mac);
  ethernet.set_type(kTypes[random.below(std::size(kTypes))]);
  return frame;
}

}  // namespace

Approach approach_to(const topology::Topology& topology, const std::string& name,
                     const wire::IpAddress& to) {
  const auto* host = topology.find_host(name);
  const auto next = host ? next_hop(*host, to) : std::nullopt;
  if (next)
    for (const auto& interface : host->interfaces) {
      const auto address = address_of(interface, to.family());
      const auto* there = owner(topology, interface.network, *next);
      if (address && there) return {&interface, *address, there->mac};
    }
  throw UsageError(topology.file + ": " + name + " has no way to " + to.to_string());
}

std::vector<uint8_t> junk_frame(const Approach& by, const wire::Endpoint& to, Random& random) {
  const uint64_t kind = random.below(20);
  if (kind == 0) return noise(by, random);
  if (kind <= 2) return error_about_reply(by, to, random);
  if (kind <= 4) return fragment(by, to, random);
  auto frame = plain(by, to, random);
  if (kind <= 6) spoil(frame, random);
  if (kind == 7) frame.resize(14 + random.below(frame.size() - 13));
  return frame;
}

namespace {

topology::SendFrames frames_of(const topology::Topology& topology, const topology::Junk& junk,
                               Random& random) {
  const auto by = approach_to(topology, junk.from, junk.to.address);
  topology::SendFrames send{junk.from, by.from->name, {}};
  for (uint32_t i = 0; i < junk.count; ++i) send.frames.push_back(junk_frame(by, junk.to, random));
  return send;
}

topology::SendFrames frames_of(const topology::Topology& topology, const topology::Flood& flood,
                               Random& random) {
  Approach by = approach_to(topology, flood.from, flood.to.address);
  topology::SendFrames send{flood.from, by.from->name, {}};
  const bool v6 = flood.to.address.is_v6();
  const auto base = *wire::IpAddress::parse(v6 ? "2001:2::" : "198.18.0.0");
  for (uint32_t i = 0; i < flood.count; ++i) {
    std::array<uint8_t, 16> bytes{};
    std::copy(base.bytes().begin(), base.bytes().end(), bytes.begin());
    const size_t last = v6 ? 15 : 3;
    for (size_t at = last - 1; at <= last; ++at)
      bytes[at] = static_cast<uint8_t>(random.below(256));
    by.address = v6 ? wire::IpAddress::v6_at(bytes.data()) : wire::IpAddress::v4_at(bytes.data());
    Tins::TCP syn(flood.to.port, static_cast<uint16_t>(1024 + random.below(64000)));
    syn.flags(Tins::TCP::SYN);
    syn.seq(static_cast<uint32_t>(random.next()));
    send.frames.push_back(framed(by, *packet(by.address, flood.to.address, syn, 64)));
  }
  return send;
}

topology::SendFrames frames_of(const topology::Topology& topology, const topology::Spoof& spoof,
                               Random&) {
  const auto& interface = interface_towards(topology, spoof.from, spoof.address);
  // RFC 5227, 3: an announcement is a request for the own address.
  Tins::ARP arp(spoof.address.v4(), spoof.address.v4(), wire::Mac(), interface.mac);
  arp.opcode(Tins::ARP::REQUEST);
  const auto frame = (Tins::EthernetII(wire::broadcast_mac(), interface.mac) / arp).serialize();
  return {spoof.from, interface.name, {frame}};
}

}  // namespace

PlainAction plain(const topology::Topology& topology, const topology::Action& action,
                  Random& random) {
  return std::visit(
      [&](const auto& what) -> PlainAction {
        if constexpr (requires { frames_of(topology, what, random); })
          return frames_of(topology, what, random);
        else
          return what;
      },
      action);
}

}  // namespace lvslab::lab
