// ICMP errors about packets of the case, and frames that nobody should send.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/conform/world.hh"
#include "emulator/wire/ethernet.hh"

namespace lvslab::conform {

namespace {

constexpr uint8_t kIcmp4 = 1, kIcmp6 = 58;

struct ErrorKind {
  uint8_t type, code;
  bool mtu;
};
const std::vector<ErrorKind> kErrors4 = {
    {3, 0, false},  {3, 1, false},  {3, 3, false},  {3, 4, true},  {3, 4, true},  {4, 0, false},
    {11, 0, false}, {11, 1, false}, {12, 0, false}, {5, 1, false}, {3, 13, false}};
const std::vector<ErrorKind> kErrors6 = {{1, 0, false}, {1, 4, false}, {2, 0, true},
                                         {3, 0, false}, {3, 1, false}, {4, 1, false}};

Buffer packet_of(const Buffer& frame) {
  if (frame.size() <= wire::kEthernetSize) return {};
  return {frame.begin() + wire::kEthernetSize, frame.end()};
}

// Source (0) or destination (1) of an IP packet, if it has them.
std::optional<wire::IpAddress> address_of(const Buffer& packet, int which) {
  const size_t n = static_cast<size_t>(which);
  if (packet.size() >= 20 && packet[0] >> 4 == 4)
    return wire::IpAddress::v4_at(&packet[12 + 4 * n]);
  if (packet.size() >= 40 && packet[0] >> 4 == 6)
    return wire::IpAddress::v6_at(&packet[8 + 16 * n]);
  return {};
}

}  // namespace

// As much of it as routers quote: 8 bytes behind the header at least, mostly.
Buffer Generator::quote(const Buffer& packet) {
  const size_t header = packet[0] >> 4 == 6 ? 40 : (packet[0] & 15U) * 4U;
  static const std::vector<unsigned> kBehind = {8, 8, 8, 28, 200, 548, 4, 0};
  const size_t size = std::min(packet.size(), header + pick(kBehind));
  return {packet.begin(), packet.begin() + static_cast<ptrdiff_t>(size)};
}

// Without options: Linux 6.1 panics on an error about a tunnel's packet that carries a time stamp.
IpFields Generator::plain_ip_of(const wire::IpAddress& from, const wire::IpAddress& to,
                                uint8_t protocol) {
  IpFields ip = ip_of(from, to, protocol);
  ip.options.clear();
  return ip;
}

// From a server, a router on the way to it, the end of a tunnel: about what the director sent in.
void Generator::error_from_inside() {
  const Passed& about = inside_[std::min(below(static_cast<unsigned>(inside_.size())),
                                         below(static_cast<unsigned>(inside_.size())))];
  const Buffer packet = packet_of(about.frame);
  const auto to = address_of(packet, 0), end = address_of(packet, 1);
  if (!to || !end) return;
  const bool six = to->is_v6();
  const auto from = chance(50) ? *end : world::router(world::kInside, six);
  const ErrorKind kind = pick(six ? kErrors6 : kErrors4);
  const IpFields ip = plain_ip_of(from, *to, six ? kIcmp6 : kIcmp4);
  static const std::vector<unsigned> kMtus = {1400, 1280, 1000, 600, 552, 68, 0};
  const IcmpFields icmp{kind.type, kind.code, kind.mtu ? pick(kMtus) : 0,
                        chance(6) ? Sum::bad : Sum::good};
  send(world::kInside, from, ip, icmp_message(ip, icmp, quote(packet)), nullptr);
}

// From a client or a router: about what the director sent out.
void Generator::error_from_outside() {
  const Passed& about = outside_[below(static_cast<unsigned>(outside_.size()))];
  const Buffer packet = packet_of(about.frame);
  const auto to = address_of(packet, 0), end = address_of(packet, 1);
  if (!to || !end || is_error_renumbered(packet)) return;
  const bool six = to->is_v6();
  const auto from = chance(50) ? *end : world::router(world::kOutside, six);
  const ErrorKind kind = pick(six ? kErrors6 : kErrors4);
  const IpFields ip = plain_ip_of(from, *to, six ? kIcmp6 : kIcmp4);
  const IcmpFields icmp{kind.type, kind.code, kind.mtu ? 1300U : 0,
                        chance(6) ? Sum::bad : Sum::good};
  send(world::kOutside, from, ip, icmp_message(ip, icmp, quote(packet)), nullptr);
}

// An error about what a server would have said to the client, had there been a connection: with
// vs.schedule_icmp it makes one.
void Generator::error_that_opens(Flow& flow) {
  const bool six = flow.client.address.is_v6();
  IpFields about = plain_ip_of(flow.virtual_end.address, flow.client.address, flow.protocol);
  flow.real = flow.virtual_end;
  const Buffer packet = ip_packet(about, transport(about, flow, false, 0, Buffer(8)));
  flow.real.reset();
  const auto from = chance(50) ? flow.client.address : world::router(world::kOutside, six);
  const ErrorKind kind = six ? ErrorKind{1, 4, false} : ErrorKind{3, 1, false};
  const IpFields ip = plain_ip_of(from, flow.virtual_end.address, six ? kIcmp6 : kIcmp4);
  const IcmpFields icmp{kind.type, kind.code};
  send(world::kOutside, from, ip, icmp_message(ip, icmp, packet), nullptr);
}

void Generator::icmp_error() {
  if (!inside_.empty() && (outside_.empty() || chance(60))) return error_from_inside();
  if (!outside_.empty()) return error_from_outside();
  echo();
}

// A frame that came in before, spoilt.
void Generator::hostile() {
  if (entered_.empty()) return client_packet();
  const Passed& model = entered_[below(static_cast<unsigned>(entered_.size()))];
  Buffer bytes = model.frame;
  if (keeps_spoilt(bytes.size() > 12 && bytes[12] == 0x86)) return client_packet();
  const unsigned what = below(4);
  const size_t payload = bytes.size() - std::min(bytes.size(), wire::kEthernetSize);
  if (payload == 0) return client_packet();
  if (what == 0) {
    bytes.resize(wire::kEthernetSize + below(static_cast<unsigned>(payload)));
  } else if (what == 1) {
    bytes.resize(bytes.size() + 1 + below(30));  // padding behind the packet
  } else {
    // Addresses of Ethernet stay: frames to others are nobody's business.
    const size_t span = std::min<size_t>(payload, what == 2 ? 12 : 60);
    for (unsigned n = 1 + below(2); n > 0; --n)
      bytes[wire::kEthernetSize + below(static_cast<unsigned>(span))] ^=
          static_cast<uint8_t>(1U << below(8));
  }
  frame(model.port, std::move(bytes));
}

}  // namespace lvslab::conform
