// What clients and servers of random cases send.

#include <algorithm>

#include "emulator/conform/generator.hh"
#include "emulator/conform/world.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::conform {

namespace {

namespace flag = wire::tcp_flag;
constexpr uint8_t kTcp = 6, kUdp = 17, kSctp = 132, kEsp = 50, kAh = 51;

// "-t 192.0.2.100:80" -> protocol and end; "-t 192.0.2.100:0" any port.
uint8_t protocol_of(const std::string& service) {
  if (service.starts_with("-t")) return kTcp;
  return service.starts_with("-u") ? kUdp : kSctp;
}

wire::Endpoint end_of(const std::string& service) {
  return wire::Endpoint::parse(service.substr(service.find(' ') + 1)).value_or(wire::Endpoint{});
}

// CRC32c (RFC 9260, appendix A), bit by bit: a few packets a case.
uint32_t crc32c(const Buffer& bytes) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78U : 0);
  }
  return ~crc;
}

// Common header and one chunk (RFC 9260, 3).
Buffer sctp_packet(uint16_t from, uint16_t to, uint8_t chunk, bool good, const Buffer& data) {
  Buffer packet((16 + data.size() + 3) & ~size_t{3});
  store_be16(&packet[0], from);
  store_be16(&packet[2], to);
  store_be32(&packet[4], 0x01020304);
  packet[12] = chunk;
  store_be16(&packet[14], static_cast<uint16_t>(4 + data.size()));
  std::copy(data.begin(), data.end(), packet.begin() + 16);
  const uint32_t sum = crc32c(packet) ^ (good ? 0 : 1);
  for (unsigned i = 0; i < 4; ++i) packet[8 + i] = static_cast<uint8_t>(sum >> (8 * i));
  return packet;
}

}  // namespace

Buffer Generator::data() {
  static const std::vector<unsigned> kSizes = {0, 0, 1, 3, 8, 17, 64, 100, 333, 1000};
  Buffer bytes(pick(kSizes));
  for (auto& byte : bytes) byte = static_cast<uint8_t>(below(256));
  return bytes;
}

IpFields Generator::ip_of(const wire::IpAddress& from, const wire::IpAddress& to,
                          uint8_t protocol) {
  IpFields ip;
  ip.from = from;
  ip.to = to;
  ip.protocol = protocol;
  ip.id = static_cast<uint16_t>(1 + below(65535));
  ip.dont_fragment = chance(60);
  if (chance(10)) ip.tos = static_cast<uint8_t>(below(256));
  static const std::vector<unsigned> kTtls = {0, 1, 1, 2, 3, 255};
  ip.ttl = static_cast<uint8_t>(chance(8) ? pick(kTtls) : 64 - below(10));
  if (from.is_v4() && has(Feature::options) && chance(4)) {
    static const std::vector<Buffer> kOptions = {
        {1, 1, 1, 0},
        {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0},     // record route
        {131, 7, 4, 192, 0, 2, 100},            // loose source route
        {148, 4, 0, 0},                         // router alert
        {7, 3, 9},                              // malformed
        {130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}};  // security
    ip.options = pick(kOptions);
  } else if (from.is_v4() && has(Feature::timestamps) && chance(1)) {
    ip.options = {68, 12, 5, static_cast<uint8_t>(below(2)), 0, 0, 0, 0, 0, 0, 0, 0};
  } else if (from.is_v6() && has(Feature::options) && chance(5)) {
    static const std::vector<unsigned> kHeaders = {0, 60, 43};
    ip.first_header = static_cast<uint8_t>(pick(kHeaders));
    ip.options = {protocol, 0, 1, 4, 0, 0, 0, 0};
    if (ip.first_header == 43) ip.options = {protocol, 0, 0, 0, 0, 0, 0, 0};
  }
  if (has(Feature::hostile) && chance(1)) ip.sum = Sum::bad;
  return ip;
}

IpFields Generator::ip_of(const Flow& flow, const wire::IpAddress& from,
                          const wire::IpAddress& to) {
  IpFields ip = ip_of(from, to, flow.protocol);
  if (!is_followed(flow)) return ip;
  // Each of its segments is to reach nf_conntrack; and the FTP helper of IPVS looks for TCP right
  // behind the fixed header of IPv6.
  ip.sum = Sum::good;
  if (from.is_v6()) ip.options.clear();
  // What the director itself would say of it is renumbered too (is_error_renumbered()).
  if (flow.rewritten) ip.ttl = std::max<uint8_t>(ip.ttl, 2);
  return ip;
}

// Whole or, sometimes, in pieces.
void Generator::send(uint32_t port, const wire::IpAddress& via, IpFields ip, const Buffer& payload,
                     Flow* flow) {
  const auto from = world::mac_of(port, via), to = world::director_mac(port);
  // Of an error the first piece holds both headers that it quotes: how much the kernel sees of what
  // stands in later ones hangs on its allocator.
  const size_t least = ip.protocol == wire::proto::kIcmp ? 72 : 8;
  const bool cut =
      has(Feature::fragments) && ip.from.is_v4() && payload.size() >= least + 24 && chance(12);
  if (!cut) return frame(port, ethernet(from, to, ip_packet(ip, payload)), flow);
  ip.dont_fragment = false;
  const size_t piece = least + 8 * below(static_cast<unsigned>((payload.size() - least) / 8));
  std::vector<Buffer> pieces;
  for (size_t at = 0; at < payload.size() && pieces.size() < 12; at += piece) {
    const size_t end = std::min(payload.size(), at + piece);
    ip.offset = static_cast<uint16_t>(at / 8);
    ip.more_fragments = end < payload.size();
    const Buffer part(payload.begin() + static_cast<ptrdiff_t>(at),
                      payload.begin() + static_cast<ptrdiff_t>(end));
    pieces.push_back(ethernet(from, to, ip_packet(ip, part)));
  }
  if (chance(30)) std::swap(pieces.front(), pieces.back());
  if (chance(10)) pieces.push_back(pieces[below(static_cast<unsigned>(pieces.size()))]);
  const bool lost = chance(5);
  if (lost && !(flow && is_followed(*flow))) pieces.erase(pieces.begin());
  for (auto& each : pieces) frame(port, std::move(each), flow);
}

Flow* Generator::any_flow() {
  if (flows_.empty()) return nullptr;
  // Recent ones more often.
  const auto size = static_cast<unsigned>(flows_.size());
  const unsigned back = std::min(below(size), below(size));
  return &*std::prev(flows_.end(), 1 + static_cast<ptrdiff_t>(back));
}

Flow& Generator::make_flow() {
  constexpr size_t kMost = 40;
  if (flows_.size() == kMost) flows_.pop_front();
  Flow& flow = flows_.emplace_back();
  flow.id = next_flow_++;
  flow.client_sequence = static_cast<uint32_t>(random_.next());
  flow.server_sequence = static_cast<uint32_t>(random_.next());
  return flow;
}

Flow& Generator::flow_to_service(const Service& service) {
  static const std::vector<unsigned> kPorts = {1024, 20, 40000, 40001, 40002, 40003, 65535, 500};
  Flow& flow = make_flow();
  const bool marked = service.name.starts_with("-f");
  if (marked) {
    static const std::vector<unsigned> kMarkedPorts = {80, 80, 443, 53, 5000};
    const bool over_six = service.name.ends_with(" -6");
    flow.protocol = protocol_of(any_protocol(over_six));
    flow.virtual_end = {world::vip(world::kMarkedVip, over_six),
                        static_cast<uint16_t>(pick(kMarkedPorts))};
  } else {
    flow.protocol = protocol_of(service.name);
    flow.virtual_end = end_of(service.name);
  }
  flow.scheduler = service.scheduler;
  const bool six = flow.virtual_end.address.is_v6();
  if (flow.virtual_end.port == 0) flow.virtual_end.port = chance(20) ? 21 : 80;
  if (chance(5)) flow.virtual_end.port = static_cast<uint16_t>(pick(kPorts));
  flow.client.address =
      chance(50) ? world::client(below(4), six) : world::remote_client(below(30), six);
  flow.client.port = static_cast<uint16_t>(chance(50) ? 40000 + below(20) : pick(kPorts));
  if (is_followed(flow)) give_own_port(flow);
  return flow;
}

void Generator::new_flow() {
  Flow& flow =
      flow_to_service(services_.empty() ? Service{"-t 192.0.2.100:80", "rr"} : pick(services_));
  open(flow);
}

void Generator::client_packet() {
  Flow* flow = any_flow();
  if (!flow || chance(35)) return new_flow();
  if (is_followed(*flow)) return converse(*flow);
  request(*flow, chance(12) ? opening(*flow) : any_word(*flow));
}

// TCP's flags, the type of SCTP's first chunk; of UDP nothing.
uint8_t Generator::opening(const Flow& flow) {
  const auto& settings = ours_->node().director().settings();
  if (flow.protocol == kTcp) {
    static const std::vector<unsigned> kSloppy = {flag::kAck, flag::kFin | flag::kAck, 0};
    return static_cast<uint8_t>(settings.sloppy_tcp && chance(50) ? pick(kSloppy) : flag::kSyn);
  }
  if (flow.protocol != kSctp) return 0;
  return settings.sloppy_sctp && chance(60) ? any_word(flow) : uint8_t{1};
}

uint8_t Generator::any_word(const Flow& flow) {
  static const std::vector<unsigned> kChunks = {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 14};
  if (flow.protocol == kSctp) return static_cast<uint8_t>(pick(kChunks));
  if (flow.protocol != kTcp) return 0;
  static const std::vector<unsigned> kUsual = {flag::kAck,
                                               flag::kAck,
                                               flag::kAck | flag::kPsh,
                                               flag::kFin | flag::kAck,
                                               flag::kRst,
                                               flag::kSyn | flag::kAck};
  return static_cast<uint8_t>(chance(10) ? below(64) : pick(kUsual));
}

Buffer Generator::data_for(const Flow& flow, uint8_t word) {
  return flow.protocol == kTcp && !(word & flag::kPsh) ? Buffer() : data();
}

Buffer Generator::transport(const IpFields& ip, Flow& flow, bool from_client, uint8_t word,
                            const Buffer& body) {
  const wire::Endpoint& far = from_client ? flow.virtual_end : *flow.real;
  const uint16_t from = from_client ? flow.client.port : far.port;
  const uint16_t to = from_client ? far.port : flow.client.port;
  const bool sound = is_followed(flow) || keeps_spoilt(ip.from.is_v6());
  const Sum sum = !sound && chance(4) ? Sum::bad : Sum::good;
  if (flow.protocol == kSctp) return sctp_packet(from, to, word, sum == Sum::good, body);
  if (flow.protocol == kUdp) {
    UdpFields udp{from, to, {}, sum};
    if (chance(12) && ip.from.is_v4()) udp.sum = Sum::zero;
    if (chance(2)) udp.length = static_cast<uint16_t>(below(2000));
    return udp_datagram(ip, udp, body);
  }
  uint32_t& own = from_client ? flow.client_sequence : flow.server_sequence;
  const auto& expected = from_client ? flow.client_expects : flow.server_expects;
  TcpFields tcp{from, to, own,
                expected.value_or(from_client ? flow.server_sequence : flow.client_sequence), word};
  tcp.sum = sum;
  if (word & flag::kSyn) tcp.options = {2, 4, 5, 180};
  own += static_cast<uint32_t>(body.size() + ((word & (flag::kSyn | flag::kFin)) ? 1 : 0));
  return tcp_segment(ip, tcp, body);
}

void Generator::request(Flow& flow, uint8_t word, const Buffer& body) {
  const IpFields ip = ip_of(flow, flow.client.address, flow.virtual_end.address);
  const Buffer payload = transport(ip, flow, true, word, body);
  send(world::kOutside, flow.client.address, ip, payload, &flow);
}

void Generator::server_packet() {
  Flow* flow = any_flow();
  if (!flow || !flow->real) return client_packet();
  if (is_followed(*flow)) return converse(*flow);
  // A server of DR or TUN answers past the director; here its answer comes by all the same, now
  // and then: nobody forbids it.
  const bool direct = flow->real->address == flow->virtual_end.address;
  if (direct && !chance(15)) return request(*flow, any_word(*flow));
  reply(*flow, any_word(*flow));
}

void Generator::reply(Flow& flow, uint8_t word, const Buffer& body) {
  const IpFields ip = ip_of(flow, flow.real->address, flow.client.address);
  const Buffer payload = transport(ip, flow, false, word, body);
  send(world::kInside, flow.server, ip, payload, &flow);
}

void Generator::echo() {
  constexpr uint8_t kEcho4 = 8, kEcho6 = 128, kIcmp4 = 1, kIcmp6 = 58;
  const bool six = v6();
  const bool by_client = chance(70);
  const uint32_t port = by_client ? world::kOutside : world::kInside;
  const auto from = by_client ? world::client(below(4), six) : world::server(below(6), six);
  const auto to = chance(60) ? world::vip(below(4), six) : world::director(port, six);
  const IpFields ip = ip_of(from, to, six ? kIcmp6 : kIcmp4);
  const IcmpFields icmp{six ? kEcho6 : kEcho4, 0, static_cast<uint32_t>(random_.next()),
                        chance(5) ? Sum::bad : Sum::good};
  send(port, from, ip, icmp_message(ip, icmp, data()), nullptr);
}

// What no service is for: other protocols and ports, packets between networks.
void Generator::stray() {
  static const std::vector<unsigned> kProtocols = {2, 4, 41, 47, 89, 253, 255};
  const bool six = v6();
  const auto client = world::remote_client(below(30), six);
  const unsigned what = below(100);
  if (what < 35) return echo();
  Flow flow;
  flow.protocol = chance(50) ? kTcp : kUdp;
  flow.client = {client, static_cast<uint16_t>(1024 + below(100))};
  if (what < 55) {  // a server of its own accord
    flow.virtual_end = {world::server(below(6), six), 80};
    flow.real = flow.virtual_end;
    flow.server = flow.virtual_end.address;
    return reply(flow, any_word(flow));
  }
  if (what < 75) {  // across the director
    flow.virtual_end = {world::server(below(6), six), 80};
    return request(flow, chance(50) ? opening(flow) : any_word(flow));
  }
  if (what < 85 && has(Feature::esp)) {
    const IpFields ip = ip_of(client, world::vip(below(3), six), chance(50) ? kEsp : kAh);
    return send(world::kOutside, client, ip, Buffer(24, 7), nullptr);
  }
  const uint8_t protocol = static_cast<uint8_t>(has(Feature::hostile) ? pick(kProtocols) : 253);
  const IpFields ip = ip_of(client, world::vip(below(3), six), protocol);
  send(world::kOutside, client, ip, data(), nullptr);
}

}  // namespace lvslab::conform
