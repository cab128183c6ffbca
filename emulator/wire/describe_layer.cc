#include "emulator/wire/describe_layer.hh"

#include <array>

#include "emulator/wire/checksum.hh"
#include "emulator/wire/transport.hh"

namespace lvslab::wire {

namespace {

std::string number(size_t value) {
  return std::to_string(value);
}

struct Named {
  unsigned value;
  const char* name;
};

template <size_t N>
std::string name_in(const std::array<Named, N>& table, unsigned value, const char* otherwise) {
  for (const auto& [known, name] : table)
    if (known == value) return name;
  return otherwise + number(value);
}

constexpr std::array<Named, 10> kProtocols = {{
    {proto::kIcmp, "ICMP"},
    {proto::kIpip, "IPIP"},
    {proto::kTcp, "TCP"},
    {proto::kUdp, "UDP"},
    {proto::kIpv6, "IPIP6"},
    {proto::kGre, "GRE"},
    {proto::kEsp, "ESP"},
    {proto::kAh, "AH"},
    {proto::kIcmpv6, "ICMP6"},
    {proto::kSctp, "SCTP"},
}};

// Not enough bytes for the header. A quoted packet may end after the ports (RFC 792 asks for 8
// bytes, some send 4), which are worth having.
Layer cut_short(const LayerContext& context, Bytes payload, bool ports) {
  Layer layer;
  layer.words = protocol_name(context.protocol);
  if (context.quoted && ports && payload.size() >= 4) {
    layer.has_ports = true;
    layer.source_port = load_be16(payload.data());
    layer.destination_port = load_be16(payload.data() + 2);
    return layer;
  }
  layer.words += " cut short: " + number(payload.size()) + " bytes";
  return layer;
}

// As tcpdump writes them, ACK as a dot.
std::string flag_letters(uint8_t flags) {
  constexpr std::array<Named, 8> kLetters = {{{tcp_flag::kFin, "F"},
                                              {tcp_flag::kSyn, "S"},
                                              {tcp_flag::kRst, "R"},
                                              {tcp_flag::kPsh, "P"},
                                              {tcp_flag::kUrg, "U"},
                                              {0x40, "E"},
                                              {0x80, "W"},
                                              {tcp_flag::kAck, "."}}};
  std::string letters;
  for (const auto& [bit, letter] : kLetters)
    if ((flags & bit) != 0) letters += letter;
  return letters.empty() ? "none" : letters;
}

Layer tcp_layer(const LayerContext& context, Bytes payload) {
  const auto tcp = TcpView::over(payload);
  if (!tcp) return cut_short(context, payload, true);
  Layer layer{true, tcp->source_port(), tcp->destination_port(), {}, {}};
  layer.words = "TCP [" + flag_letters(tcp->flags()) + "] seq " + number(tcp->sequence());
  if (tcp->has(tcp_flag::kAck)) layer.words += " ack " + number(tcp->acknowledgment());
  layer.words += " win " + number(tcp->window());
  const size_t header = tcp->header_length();
  if (header < kTcpSize || (header > payload.size() && !context.quoted))
    layer.words += " bad data offset " + number(header);
  else if (payload.size() > header)
    layer.words += " len " + number(payload.size() - header);
  return layer;
}

Layer udp_layer(const LayerContext& context, Bytes payload) {
  const auto udp = UdpView::over(payload);
  if (!udp) return cut_short(context, payload, true);
  Layer layer{true, udp->source_port(), udp->destination_port(), {}, {}};
  layer.words = "UDP len " + number(payload.size() - kUdpSize);
  if (udp->checksum() == 0) layer.words += " no checksum";
  const bool whole = !context.quoted && !context.fragment;
  if (whole && udp->length() != payload.size())
    layer.words += " bad length field " + number(udp->length());
  return layer;
}

Layer sctp_layer(const LayerContext& context, Bytes payload) {
  constexpr size_t kCommonHeader = 12;  // RFC 9260, 3.1
  constexpr std::array<Named, 15> kChunks = {{{0, "DATA"},
                                              {1, "INIT"},
                                              {2, "INIT ACK"},
                                              {3, "SACK"},
                                              {4, "HEARTBEAT"},
                                              {5, "HEARTBEAT ACK"},
                                              {6, "ABORT"},
                                              {7, "SHUTDOWN"},
                                              {8, "SHUTDOWN ACK"},
                                              {9, "ERROR"},
                                              {10, "COOKIE ECHO"},
                                              {11, "COOKIE ACK"},
                                              {12, "ECNE"},
                                              {13, "CWR"},
                                              {14, "SHUTDOWN COMPLETE"}}};
  if (payload.size() < kCommonHeader) return cut_short(context, payload, true);
  Layer layer{true, load_be16(payload.data()), load_be16(payload.data() + 2), {}, {}};
  layer.words = "SCTP";
  if (payload.size() > kCommonHeader)
    layer.words += " [" + name_in(kChunks, payload[kCommonHeader], "chunk ") + "]";
  layer.words += " tag " + hex(load_be32(payload.data() + 4), 8);
  return layer;
}

Layer tunnel_layer(const LayerContext& context, Bytes payload) {
  Layer layer;
  layer.words = protocol_name(context.protocol);
  layer.inner = " | " + describe_ip(payload, context.quoted, context.depth + 1);
  return layer;
}

// RFC 2784, RFC 2890: checksum, key and sequence number are there when their bit is set.
Layer gre_layer(const LayerContext& context, Bytes payload) {
  if (payload.size() < 4) return cut_short(context, payload, false);
  const uint16_t flags = load_be16(payload.data());
  const uint16_t type = load_be16(payload.data() + 2);
  Layer layer;
  layer.words = "GRE type " + hex(type, 4);
  if ((flags & 7) != 0) layer.words += " version " + number(flags & 7U);
  size_t header = 4;
  for (const auto& [bit, name] :
       std::array<Named, 3>{{{0x8000, " checksum"}, {0x2000, " key"}, {0x1000, " sequence"}}}) {
    if ((flags & bit) == 0) continue;
    layer.words += name;
    header += 4;
  }
  const bool carries_ip = type == 0x0800 || type == 0x86dd;
  if (payload.size() < header)
    layer.words += " cut short: " + number(payload.size()) + " bytes";
  else if (carries_ip && (flags & 7) == 0)
    layer.inner = " | " + describe_ip(payload.subspan(header), context.quoted, context.depth + 1);
  else
    layer.words += " len " + number(payload.size() - header);
  return layer;
}

std::string echo_words(const char* name, const IcmpView& icmp) {
  return std::string(name) + " id " + number(icmp.identifier()) + " seq " +
         number(icmp.sequence()) + " len " + number(icmp.body().size());
}

constexpr std::array<Named, 8> kUnreachable = {{{0, "net unreachable"},
                                                {1, "host unreachable"},
                                                {2, "protocol unreachable"},
                                                {3, "port unreachable"},
                                                {4, "fragmentation needed"},
                                                {5, "source route failed"},
                                                {10, "host prohibited"},
                                                {13, "communication prohibited"}}};

// The error's name; empty when the message is none.
std::string icmp4_error(const IcmpView& icmp) {
  switch (icmp.type()) {
    case icmp::kUnreachable:
      return name_in(kUnreachable, icmp.code(), "unreachable code ") +
             (icmp.code() == icmp::kFragmentationNeeded ? " mtu " + number(icmp.next_hop_mtu())
                                                        : "");
    case 4:  // RFC 6633 deprecates it, IPVS translates it
      return "source quench";
    case icmp::kRedirect:
      return "redirect to " + IpAddress::v4_at(icmp.data() + 4).to_string();
    case icmp::kTimeExceeded:
      return icmp.code() == 0 ? "time exceeded" : "reassembly time exceeded";
    case icmp::kParameterProblem:
      return "parameter problem at " + number(icmp.data()[4]);
    default:
      return {};
  }
}

std::string icmp6_error(const IcmpView& icmp) {
  constexpr std::array<Named, 7> kUnreachable6 = {{{0, "no route"},
                                                   {1, "prohibited"},
                                                   {2, "beyond scope"},
                                                   {3, "address unreachable"},
                                                   {4, "port unreachable"},
                                                   {5, "source address failed policy"},
                                                   {6, "reject route"}}};
  switch (icmp.type()) {  // RFC 4443, 3
    case 1:
      return name_in(kUnreachable6, icmp.code(), "unreachable code ");
    case 2:
      return "packet too big mtu " + number(load_be32(icmp.data() + 4));
    case 3:
      return icmp.code() == 0 ? "time exceeded" : "reassembly time exceeded";
    case 4:
      return "parameter problem at " + number(load_be32(icmp.data() + 4));
    default:
      return {};
  }
}

// RFC 4861, 4.3 and 4.4: the target stands behind the first eight bytes.
std::string neighbour_words(const IcmpView& icmp) {
  const bool solicitation = icmp.type() == 135;
  const bool advertisement = icmp.type() == 136;
  if ((!solicitation && !advertisement) || icmp.body().size() < 16) return {};
  const std::string target = IpAddress::v6_at(icmp.body().data()).to_string();
  return (solicitation ? "who-has " : "neighbour advertisement of ") + target;
}

std::string plain_icmp_words(const IcmpView& icmp, bool v6) {
  if (icmp.type() == (v6 ? 128 : icmp::kEchoRequest)) return echo_words("echo request", icmp);
  if (icmp.type() == (v6 ? 129 : icmp::kEchoReply)) return echo_words("echo reply", icmp);
  if (const std::string words = v6 ? neighbour_words(icmp) : ""; !words.empty()) return words;
  return "type " + number(icmp.type()) + " code " + number(icmp.code()) + " len " +
         number(icmp.body().size());
}

Layer icmp_layer(const LayerContext& context, Bytes payload) {
  const auto icmp = IcmpView::over(payload);
  if (!icmp) return cut_short(context, payload, false);
  const bool v6 = context.protocol == proto::kIcmpv6;
  Layer layer;
  const std::string error = v6 ? icmp6_error(*icmp) : icmp4_error(*icmp);
  layer.words =
      protocol_name(context.protocol) + " " + (error.empty() ? plain_icmp_words(*icmp, v6) : error);
  if (!error.empty()) layer.inner = " about " + describe_ip(icmp->body(), true, context.depth + 1);
  const bool whole = !context.quoted && !context.fragment;
  if (whole && !v6 && !checksum_ok(payload))
    layer.words += " bad ICMP checksum " + hex(icmp->checksum(), 4);
  return layer;
}

}  // namespace

std::string protocol_name(uint8_t protocol) {
  return name_in(kProtocols, protocol, "protocol ");
}

Layer describe_layer(const LayerContext& context, Bytes payload) {
  switch (context.protocol) {
    case proto::kTcp:
      return tcp_layer(context, payload);
    case proto::kUdp:
      return udp_layer(context, payload);
    case proto::kSctp:
      return sctp_layer(context, payload);
    case proto::kIcmp:
    case proto::kIcmpv6:
      return icmp_layer(context, payload);
    case proto::kIpip:
    case proto::kIpv6:
      return tunnel_layer(context, payload);
    case proto::kGre:
      return gre_layer(context, payload);
    default:
      break;
  }
  Layer layer;
  layer.words = protocol_name(context.protocol) + " len " + number(payload.size());
  return layer;
}

}  // namespace lvslab::wire
