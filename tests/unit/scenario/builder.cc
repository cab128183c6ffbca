#include "tests/unit/scenario/builder.hh"

#include <tins/arp.h>
#include <tins/ethernetII.h>
#include <tins/icmp.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <algorithm>
#include <cstdio>

#include "emulator/fabric/evidence.hh"

namespace lvslab::scenario::test {

namespace {

using topology::Role;

topology::Interface interface(const std::string& name, const std::string& network,
                              const std::string& mac, const std::vector<std::string>& prefixes) {
  topology::Interface one;
  one.name = name;
  one.network = network;
  one.mac = *wire::parse_mac(mac);
  for (const std::string& prefix : prefixes) one.addresses.push_back(*wire::Prefix::parse(prefix));
  return one;
}

topology::Host host(const std::string& name, Role role,
                    const std::vector<topology::Interface>& interfaces) {
  topology::Host one;
  one.name = name;
  one.role = role;
  one.interfaces = interfaces;
  return one;
}

Tins::IP ip_of(const PacketText& text) {
  Tins::IP ip(text.dst, text.src);
  ip.ttl(text.ttl);
  ip.id(text.id);
  ip.flags(text.df ? Tins::IP::DONT_FRAGMENT : static_cast<Tins::IP::Flags>(0));
  return ip;
}

Tins::TCP tcp_of(const PacketText& text) {
  Tins::TCP header(text.dport, text.sport);
  const std::string letters = "FSRPAU";
  uint8_t flags = 0;
  for (const char c : text.flags) flags |= static_cast<uint8_t>(1U << letters.find(c));
  header.flags(flags);
  header.seq(text.seq);
  header.ack_seq(text.ack);
  header.window(64240);
  return header;
}

Tins::IP tcp_packet(const PacketText& text) {
  Tins::IP ip = ip_of(text) / tcp_of(text);
  if (!text.payload.empty()) ip.rfind_pdu<Tins::TCP>() /= Tins::RawPDU(text.payload);
  return ip;
}

Tins::IP udp_packet(const PacketText& text) {
  return ip_of(text) / Tins::UDP(text.dport, text.sport) / Tins::RawPDU(text.payload);
}

FrameBytes framed(const PacketText& text, const Tins::PDU& packet) {
  Tins::EthernetII frame = Tins::EthernetII(text.eth_dst, text.eth_src) / packet;
  return frame.serialize();
}

}  // namespace

topology::Topology lab() {
  topology::Topology lab;
  lab.file = "lab.yaml";
  lab.name = "lab";
  lab.hosts = {
      host("client", Role::client,
           {interface("eth0", "outside", kClientMac, {"198.51.100.10/24"})}),
      host("router", Role::router,
           {interface("eth0", "outside", kRouterOut, {"198.51.100.1/24"}),
            interface("eth1", "lan", kRouterIn, {"192.0.2.1/24"})}),
      host("director", Role::director,
           {interface("eth0", "lan", kDirectorMac, {"192.0.2.2/24", "192.0.2.100/32"})}),
      host("rs1", Role::real_server, {interface("eth0", "lan", kRs1Mac, {"192.0.2.11/24"})}),
      host("rs2", Role::real_server, {interface("eth0", "lan", kRs2Mac, {"192.0.2.12/24"})}),
  };
  for (size_t i : {3U, 4U}) {
    lab.hosts[i].loopback = {*wire::Prefix::parse(kVip + "/32")};
    lab.hosts[i].tunnel = true;
  }
  return lab;
}

FrameBytes tcp(const PacketText& text) {
  return framed(text, tcp_packet(text));
}
FrameBytes udp(const PacketText& text) {
  return framed(text, udp_packet(text));
}

FrameBytes tunnelled(const PacketText& text, const std::string& src, const std::string& dst,
                     bool is_udp) {
  PacketText outer = text;
  outer.src = src;
  outer.dst = dst;
  outer.id = 0;
  Tins::IP header = ip_of(outer);
  Tins::IP inner = is_udp ? udp_packet(text) : tcp_packet(text);
  return framed(text, header / inner);
}

FrameBytes echo(const PacketText& text, bool reply, uint16_t identifier, uint16_t sequence) {
  Tins::ICMP message(reply ? Tins::ICMP::ECHO_REPLY : Tins::ICMP::ECHO_REQUEST);
  message.id(identifier);
  message.sequence(sequence);
  return framed(text, ip_of(text) / message / Tins::RawPDU("ping"));
}

FrameBytes icmp_error(const PacketText& text, const std::string& from, uint8_t type, uint8_t code,
                      uint16_t mtu) {
  Tins::IP quoted = tcp_packet(text);
  FrameBytes bytes = quoted.serialize();
  bytes.resize(std::min<size_t>(bytes.size(), 28));
  Tins::ICMP message(static_cast<Tins::ICMP::Flags>(type));
  message.code(code);
  if (mtu) message.mtu(mtu);
  Tins::IP ip(text.src, from);
  ip.id(99);
  ip.ttl(text.ttl);
  return framed(text, ip / message / Tins::RawPDU(bytes));
}

FrameBytes who_has(const std::string& address, const std::string& mac, const std::string& ip) {
  return Tins::ARP::make_arp_request(address, ip, mac).serialize();
}

FrameBytes is_at(const std::string& address, const std::string& mac, const std::string& to_mac,
                 const std::string& to_ip) {
  return Tins::ARP::make_arp_reply(to_ip, address, to_mac, mac).serialize();
}

FrameBytes flipped(FrameBytes frame, size_t at, uint8_t bits) {
  frame.at(at) = static_cast<uint8_t>(frame.at(at) ^ bits);
  return frame;
}

Story::Story() {
  for (const topology::Host& one : topology.hosts)
    for (const topology::Interface& each : one.interfaces)
      evidence.ports.push_back({one.name, each.name});
  step.name = "a step";
  step.place = {3, 1};
  topology::Request request;
  request.from = "client";
  request.to = *wire::Endpoint::parse(kVip + ":80");
  step.action = request;
}

Story& Story::seen(const std::string& port, fabric::Direction direction, const FrameBytes& frame,
                   const std::string& comment) {
  const size_t colon = port.find(':');
  const auto index = fabric::find_port(evidence, port.substr(0, colon), port.substr(colon + 1));
  fabric::Sighting sighting;
  sighting.at = Time(std::chrono::milliseconds(evidence.sightings.size()));
  sighting.port = index.value();
  sighting.direction = direction;
  sighting.bytes = frame;
  sighting.comment = comment;
  evidence.sightings.push_back(std::move(sighting));
  return *this;
}

Story& Story::sent(const std::string& port, const FrameBytes& frame, const std::string& comment) {
  return seen(port, fabric::Direction::sent, frame, comment);
}

Story& Story::received(const std::string& port, const FrameBytes& frame,
                       const std::string& comment) {
  return seen(port, fabric::Direction::received, frame, comment);
}

Story& Story::crosses(const std::string& from, const std::string& to, const FrameBytes& frame,
                      const std::string& comment) {
  return sent(from, frame, comment).received(to, frame);
}

Story& Story::exchange(Outcome outcome, const std::string& server, uint16_t client_port,
                       uint8_t protocol) {
  Exchange one;
  one.protocol = protocol;
  one.client = {*wire::IpAddress::parse(kClient), client_port};
  one.target = *wire::Endpoint::parse(kVip + ":80");
  one.outcome = outcome;
  one.server = server;
  if (outcome == Outcome::answered) one.peer_seen = one.client;
  record.exchanges.push_back(one);
  return *this;
}

StepResult Story::result() const {
  StepRecord whole = record;
  whole.end_sighting = evidence.sightings.size();
  return evaluate(topology, step, evidence, whole);
}

Story dr_story() {
  Story story;
  PacketText syn;
  story.exchange(Outcome::answered, "rs1");
  story.crosses("client:eth0", "router:eth0", tcp(syn));
  syn.eth_src = kRouterIn, syn.eth_dst = kDirectorMac, syn.ttl = 63;
  story.crosses("router:eth1", "director:eth0", tcp(syn));
  syn.eth_src = kDirectorMac, syn.eth_dst = kRs1Mac, syn.ttl = 62;
  story.crosses("director:eth0", "rs1:eth0", tcp(syn), "route to rs1");
  PacketText answer{kRs1Mac, kRouterIn, kVip, kClient, 80, 40000, 64,
                    0,       "SA",      5000, 1001,    "", true};
  story.crosses("rs1:eth0", "router:eth1", tcp(answer));
  answer.eth_src = kRouterOut, answer.eth_dst = kClientMac, answer.ttl = 63;
  story.crosses("router:eth0", "client:eth0", tcp(answer));
  return story;
}

Story nat_story() {
  Story story;
  // The servers' network behind the director: eth1, which the DR lab does not have.
  auto& director = story.topology.hosts[2];
  director.interfaces.push_back(
      interface("eth1", "inside", "02:00:00:00:03:02", {"203.0.113.1/24"}));
  auto& rs1 = story.topology.hosts[3];
  rs1.interfaces = {interface("eth0", "inside", kRs1Mac, {"203.0.113.11/24"})};
  rs1.loopback.clear();
  story.evidence.ports.push_back({"director", "eth1"});
  const std::string inside = "02:00:00:00:03:02", rip = "203.0.113.11";

  story.exchange(Outcome::answered, "rs1");
  PacketText syn;
  story.crosses("client:eth0", "router:eth0", tcp(syn));
  syn.eth_src = kRouterIn, syn.eth_dst = kDirectorMac, syn.ttl = 63;
  story.crosses("router:eth1", "director:eth0", tcp(syn));
  syn.eth_src = inside, syn.eth_dst = kRs1Mac, syn.ttl = 62, syn.dst = rip, syn.dport = 8080;
  story.crosses("director:eth1", "rs1:eth0", tcp(syn));
  PacketText answer{kRs1Mac, inside, rip, kClient, 8080, 40000, 64, 0, "SA", 5000, 1001, "", true};
  story.crosses("rs1:eth0", "director:eth1", tcp(answer));
  answer.eth_src = kDirectorMac, answer.eth_dst = kRouterIn, answer.ttl = 63;
  answer.src = kVip, answer.sport = 80;
  story.crosses("director:eth0", "router:eth1", tcp(answer));
  answer.eth_src = kRouterOut, answer.eth_dst = kClientMac, answer.ttl = 62;
  story.crosses("router:eth0", "client:eth0", tcp(answer));
  return story;
}

Story tun_story() {
  Story story;
  PacketText syn;
  story.exchange(Outcome::answered, "rs1");
  story.crosses("client:eth0", "router:eth0", tcp(syn));
  syn.eth_src = kRouterIn, syn.eth_dst = kDirectorMac, syn.ttl = 63;
  story.crosses("router:eth1", "director:eth0", tcp(syn));
  syn.eth_src = kDirectorMac, syn.eth_dst = kRs1Mac, syn.ttl = 62;
  story.crosses("director:eth0", "rs1:eth0", tunnelled(syn, kDip, kRip1));
  PacketText answer{kRs1Mac, kRouterIn, kVip, kClient, 80, 40000, 64,
                    0,       "SA",      5000, 1001,    "", true};
  story.crosses("rs1:eth0", "router:eth1", tcp(answer));
  answer.eth_src = kRouterOut, answer.eth_dst = kClientMac, answer.ttl = 63;
  story.crosses("router:eth0", "client:eth0", tcp(answer));
  return story;
}

std::string text_of(const Verdict& verdict) {
  std::string text = (verdict.passed ? "passed: " : "failed: ") + verdict.found;
  for (const std::string& line : verdict.details) text += "\n" + line;
  return text;
}

bool mentions(const Verdict& verdict, const std::string& text) {
  return std::any_of(verdict.details.begin(), verdict.details.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

std::vector<std::string> rows_of(const Journey& journey) {
  std::vector<std::string> rows;
  for (const Hop& hop : journey.hops) {
    char at[32];
    std::snprintf(at, sizeof at, "%.3f", hop.at);
    std::string row = hop.host + " " + hop.in + ">" + hop.out + " @" + at + " " + hop.did;
    for (const Change& change : hop.changes)
      row += " [" + change.field + " " + change.old_value + " -> " + change.new_value + "]";
    rows.push_back(row);
  }
  return rows;
}

}  // namespace lvslab::scenario::test
