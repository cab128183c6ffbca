#include "emulator/scenario/layers.hh"

#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::scenario {

namespace {

// A quoted header speaks of a packet that was longer than its quotation.
enum class Whole : bool { no, yes };

std::optional<IpHeader> read_v4(Bytes bytes, size_t at, Whole whole) {
  const Bytes packet = bytes.subspan(at);
  const auto ip =
      whole == Whole::yes ? wire::Ipv4View::over(packet) : wire::Ipv4View::over_quoted(packet);
  if (!ip) return {};
  return IpHeader{4,
                  at,
                  ip->header_length(),
                  ip->total_length(),
                  ip->protocol(),
                  ip->id(),
                  ip->fragment_offset(),
                  ip->more_fragments(),
                  ip->source(),
                  ip->destination()};
}

std::optional<IpHeader> read_v6(Bytes bytes, size_t at, Whole whole) {
  const Bytes packet = bytes.subspan(at);
  const auto ip =
      whole == Whole::yes ? wire::Ipv6View::over(packet) : wire::Ipv6View::over_quoted(packet);
  if (!ip) return {};
  return IpHeader{6,
                  at,
                  wire::kIpv6Size,
                  wire::kIpv6Size + ip->payload_length(),
                  ip->next_header(),
                  0,
                  0,
                  false,
                  ip->source(),
                  ip->destination()};
}

// The packet that IPIP (4) or 6in4 (41) carries.
std::optional<IpHeader> read_carried(Bytes frame, const IpHeader& carrier, Whole whole) {
  if (carrier.is_fragment() || carrier.body() > frame.size()) return {};
  if (carrier.protocol == wire::proto::kIpip) return read_v4(frame, carrier.body(), whole);
  if (carrier.protocol == wire::proto::kIpv6) return read_v6(frame, carrier.body(), whole);
  return {};
}

bool is_error(const IpHeader& ip, uint8_t type) {
  if (ip.protocol == wire::proto::kIcmpv6) return type < 128;  // RFC 4443, 2.1
  using namespace wire::icmp;
  constexpr uint8_t kSourceQuench = 4;
  return type == kUnreachable || type == kSourceQuench || type == kRedirect ||
         type == kTimeExceeded || type == kParameterProblem;
}

bool is_icmp(const IpHeader& ip) {
  return ip.protocol == (ip.version == 4 ? wire::proto::kIcmp : wire::proto::kIcmpv6);
}

bool is_echo(const IpHeader& ip, uint8_t type) {
  if (ip.version == 6) return type == 128 || type == 129;  // RFC 4443, 4
  return type == wire::icmp::kEchoRequest || type == wire::icmp::kEchoReply;
}

Ends ends(const IpHeader& ip, uint16_t source_port, uint16_t destination_port) {
  return {ip.protocol, {ip.source, source_port}, {ip.destination, destination_port}};
}

}  // namespace

Layers::Layers(Bytes whole) : frame(whole) {
  const auto header = wire::EthernetView::over(frame);
  if (!header) return;
  ethernet = true;
  if (header->type() == wire::ethertype::kArp &&
      wire::ArpView::over(frame.subspan(wire::kEthernetSize)))
    arp = wire::kEthernetSize;
  read_ip(header->type());
  if (ip) read_transport();
}

void Layers::read_ip(uint16_t type) {
  if (type == wire::ethertype::kIpv4) ip = read_v4(frame, wire::kEthernetSize, Whole::yes);
  if (type == wire::ethertype::kIpv6) ip = read_v6(frame, wire::kEthernetSize, Whole::yes);
  if (!ip) return;
  if (auto carried = read_carried(frame.first(ip->end()), *ip, Whole::yes)) {
    outer = ip;
    ip = carried;
  }
}

void Layers::read_transport() {
  Part body{ip->body(), ip->total - ip->header};
  payload = body;
  if (ip->fragment_offset != 0) return;
  size_t header = 0;
  if (ip->protocol == wire::proto::kTcp) {
    const auto view = wire::TcpView::over(bytes(body));
    if (!view) return;
    // A data offset that cannot be is taken for the least one: the header is then 20 bytes.
    const bool usable =
        view->header_length() >= wire::kTcpSize && view->header_length() <= body.size;
    header = usable ? view->header_length() : wire::kTcpSize;
    tcp = Part{body.at, header};
  } else if (ip->protocol == wire::proto::kUdp) {
    if (!wire::UdpView::over(bytes(body))) return;
    header = wire::kUdpSize;
    udp = Part{body.at, header};
  } else if (is_icmp(*ip)) {
    if (!wire::IcmpView::over(bytes(body))) return;
    header = wire::kIcmpSize;
    icmp = Part{body.at, header};
  }
  payload = Part{body.at + header, body.size - header};
  if (icmp) read_icmp(body);
}

void Layers::read_icmp(const Part& body) {
  if (!is_error(*ip, frame[body.at])) return;
  const size_t at = body.at + wire::kIcmpSize;
  const Bytes readable = frame.first(ip->end());
  quoted = ip->version == 4 ? read_v4(readable, at, Whole::no) : read_v6(readable, at, Whole::no);
  if (!quoted) return;
  payload.reset();
  quoted_inner = read_carried(readable, *quoted, Whole::no);
  const bool has_ports =
      quoted->protocol == wire::proto::kTcp || quoted->protocol == wire::proto::kUdp;
  constexpr size_t kPorts = 4;
  if (has_ports && quoted->fragment_offset == 0 && quoted->body() + kPorts <= readable.size())
    quoted_ports = quoted->body();
}

std::optional<Ends> ends_of(const Layers& layers) {
  if (!layers.ip) return {};
  const auto word = [&](size_t at) { return load_be16(layers.frame.data() + at); };
  if (const auto& header = layers.tcp ? layers.tcp : layers.udp)
    return ends(*layers.ip, word(header->at), word(header->at + 2));
  if (!layers.icmp || !is_echo(*layers.ip, layers.frame[layers.icmp->at])) return {};
  const uint16_t identifier = word(layers.icmp->at + 4);
  return ends(*layers.ip, identifier, identifier);
}

std::optional<Ends> quoted_ends_of(const Layers& layers) {
  const auto& ip = layers.quoted_inner ? layers.quoted_inner : layers.quoted;
  if (!ip || ip->fragment_offset != 0) return {};
  const size_t end = layers.ip->end();
  const auto word = [&](size_t at) { return load_be16(layers.frame.data() + at); };
  const bool has_ports = ip->protocol == wire::proto::kTcp || ip->protocol == wire::proto::kUdp;
  if (has_ports && ip->body() + 4 <= end) return ends(*ip, word(ip->body()), word(ip->body() + 2));
  if (!is_icmp(*ip) || ip->body() + 6 > end || !is_echo(*ip, layers.frame[ip->body()])) return {};
  return ends(*ip, word(ip->body() + 4), word(ip->body() + 4));
}

}  // namespace lvslab::scenario
