#include "emulator/wire/describe.hh"

#include <algorithm>
#include <cstdio>

#include "emulator/wire/describe_layer.hh"
#include "emulator/wire/ethernet.hh"
#include "emulator/wire/ipv4.hh"
#include "emulator/wire/ipv6.hh"

namespace lvslab::wire {

namespace {

// Packets in packets in packets: what is deeper is not worth a line.
constexpr int kDeepest = 4;

std::string number(size_t value) {
  return std::to_string(value);
}

std::string arp_text(Bytes bytes) {
  const auto arp = ArpView::over(bytes);
  if (!arp) return "ARP not of IPv4 over Ethernet, " + number(bytes.size()) + " bytes";
  const std::string sender = arp->sender_ip().to_string();
  const std::string target = arp->target_ip().to_string();
  if (arp->operation() == arp::kRequest) {
    const std::string kind = arp->sender_ip().is_unspecified() ? " (probe)"  // RFC 5227, 1.1
                             : sender == target                ? " (announcement)"
                                                               : "";
    return "ARP who-has " + target + " tell " + sender + kind;
  }
  if (arp->operation() == arp::kReply)
    return "ARP " + sender + " is-at " + to_string(arp->sender_mac());
  return "ARP operation " + number(arp->operation()) + " from " + sender + " about " + target;
}

std::string ends_text(const IpAddress& from, const IpAddress& to, const Layer& layer) {
  if (!layer.has_ports) return from.to_string() + " > " + to.to_string();
  return Endpoint{from, layer.source_port}.to_string() + " > " +
         Endpoint{to, layer.destination_port}.to_string();
}

Layer later_fragment(uint8_t protocol, size_t length) {
  Layer layer;
  layer.words = protocol_name(protocol) + " len " + number(length);
  return layer;
}

std::string fragment_text(uint32_t id, size_t offset, bool more) {
  return " frag id " + number(id) + " offset " + number(offset) + (more ? "+" : "");
}

std::string v4_tail(const Ipv4View& ip) {
  std::string text = " ttl " + number(ip.ttl());
  if (ip.dont_fragment()) text += " DF";
  if (ip.tos() != 0) text += " tos " + hex(ip.tos(), 2);
  if (ip.header_length() > kIpv4Size) text += " options " + number(ip.header_length() - kIpv4Size);
  if (ip.is_fragment()) text += fragment_text(ip.id(), ip.fragment_offset(), ip.more_fragments());
  if (!ip.checksum_good()) text += " bad IP checksum " + hex(ip.checksum(), 4);
  return text;
}

std::string v4_refused(Bytes bytes) {
  if (bytes.size() < kIpv4Size) return "IP cut short: " + number(bytes.size()) + " of 20 bytes";
  const size_t header = (bytes[0] & 0x0fU) * 4U;
  const std::string ends = "IP " + IpAddress::v4_at(&bytes[12]).to_string() + " > " +
                           IpAddress::v4_at(&bytes[16]).to_string();
  if (header < kIpv4Size) return ends + " bad header length " + number(header);
  const size_t total = load_be16(&bytes[2]);
  return ends + " bad total length " + number(total) + ": header " + number(header) + ", " +
         number(bytes.size()) + " bytes there";
}

std::string v4_text(Bytes bytes, bool quoted, int depth) {
  const auto ip = quoted ? Ipv4View::over_quoted(bytes) : Ipv4View::over(bytes);
  if (!ip) return v4_refused(bytes);
  const Bytes payload = quoted ? bytes.subspan(ip->header_length()) : ip->payload();
  const Layer layer =
      ip->fragment_offset() > 0
          ? later_fragment(ip->protocol(), payload.size())
          : describe_layer({ip->protocol(), ip->is_fragment(), quoted, depth}, payload);
  return "IP " + ends_text(ip->source(), ip->destination(), layer) + " " + layer.words +
         v4_tail(*ip) + layer.inner;
}

// What an IPv6 header's chain of extension headers (RFC 8200, 4) leads to.
struct Chain {
  uint8_t protocol = 0;
  Bytes payload;
  std::string words;  // of the extension headers passed
  bool fragment = false;
  size_t offset = 0;
};

Chain follow_chain(uint8_t protocol, Bytes payload) {
  constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60;
  Chain chain{protocol, payload, {}};
  // An extension header has at least 8 bytes: the loop ends with the payload.
  while (chain.payload.size() >= 8 && chain.offset == 0) {
    const uint8_t* at = chain.payload.data();
    size_t length = (at[1] + 1U) * 8U;
    if (chain.protocol == kFragment) {
      length = 8;
      chain.fragment = true;
      chain.offset = load_be16(at + 2) & 0xfff8U;
      chain.words += fragment_text(load_be32(at + 4), chain.offset, (at[3] & 1) != 0);
    } else if (chain.protocol == kHopByHop) {
      chain.words += " hop-by-hop";
    } else if (chain.protocol == kRouting) {
      chain.words += " routing type " + number(at[2]) + " left " + number(at[3]);
    } else if (chain.protocol == kDestination) {
      chain.words += " destination-options";
    } else {
      break;
    }
    if (length > chain.payload.size()) {
      chain.words += " (cut short)";
      break;
    }
    chain.protocol = at[0];
    chain.payload = chain.payload.subspan(length);
  }
  return chain;
}

std::string v6_text(Bytes bytes, bool quoted, int depth) {
  if (bytes.size() < kIpv6Size) return "IP6 cut short: " + number(bytes.size()) + " of 40 bytes";
  const auto ip = quoted ? Ipv6View::over_quoted(bytes) : Ipv6View::over(bytes);
  if (!ip)
    return "IP6 " + IpAddress::v6_at(&bytes[8]).to_string() + " > " +
           IpAddress::v6_at(&bytes[24]).to_string() + " bad payload length " +
           number(load_be16(&bytes[4])) + ": " + number(bytes.size() - kIpv6Size) + " bytes there";
  const Chain chain =
      follow_chain(ip->next_header(), quoted ? bytes.subspan(kIpv6Size) : ip->payload());
  const Layer layer =
      chain.offset > 0
          ? later_fragment(chain.protocol, chain.payload.size())
          : describe_layer({chain.protocol, chain.fragment, quoted, depth}, chain.payload);
  std::string text = "IP6 " + ends_text(ip->source(), ip->destination(), layer) + " " +
                     layer.words + " hlim " + number(ip->hop_limit());
  if (ip->traffic_class() != 0) text += " class " + hex(ip->traffic_class(), 2);
  return text + chain.words + layer.inner;
}

}  // namespace

std::string describe_ip(Bytes packet, bool quoted, int depth) {
  if (depth > kDeepest) return "...";
  if (packet.empty()) return "no IP packet";
  const int version = packet[0] >> 4;
  if (version == 4) return v4_text(packet, quoted, depth);
  if (version == 6) return v6_text(packet, quoted, depth);
  return "not IP: version " + std::to_string(version) + ", " + number(packet.size()) + " bytes";
}

std::string hex(uint32_t value, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%0*x", digits, value);
  return text;
}

std::string describe_packet(Bytes packet) {
  return describe_ip(packet, false, 0);
}

std::string describe(Bytes frame) {
  const auto ethernet = EthernetView::over(frame);
  if (!ethernet) return "Ethernet cut short: " + number(frame.size()) + " of 14 bytes";
  const Bytes payload = frame.subspan(kEthernetSize);
  if (ethernet->type() == ethertype::kArp) return arp_text(payload);
  if (ethernet->type() == ethertype::kIpv4 || ethernet->type() == ethertype::kIpv6)
    return describe_packet(payload);
  return "Ethernet " + to_string(ethernet->source()) + " > " + to_string(ethernet->destination()) +
         " type " + hex(ethernet->type(), 4) + " len " + number(payload.size());
}

std::string hex_dump(Bytes bytes) {
  constexpr size_t kPerLine = 16;
  constexpr size_t kHexColumns = kPerLine / 2 * 5;
  std::string dump;
  for (size_t at = 0; at < bytes.size(); at += kPerLine) {
    const Bytes line = bytes.subspan(at, std::min(kPerLine, bytes.size() - at));
    char text[32];
    std::snprintf(text, sizeof text, "%08zx: ", at);
    dump += text;
    std::string digits, letters;
    for (size_t i = 0; i < line.size(); ++i) {
      std::snprintf(text, sizeof text, i % 2 == 0 ? "%02x" : "%02x ", line[i]);
      digits += text;
      letters += line[i] >= 0x20 && line[i] < 0x7f ? static_cast<char>(line[i]) : '.';
    }
    digits.resize(kHexColumns, ' ');
    dump += digits + " " + letters + "\n";
  }
  return dump;
}

}  // namespace lvslab::wire
