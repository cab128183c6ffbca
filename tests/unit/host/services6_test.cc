// UDP, TCP and tunnels over IPv6, as this host serves them.

#include "emulator/host/identity.hh"
#include "pieces6.hh"

namespace lvslab::host::test {

BOOST_AUTO_TEST_SUITE(services6)

BOOST_AUTO_TEST_CASE(udp_is_answered_from_the_address_used) {
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.host.listen_udp(7, [](const Conversation& who, std::string_view bytes) {
    return identity_datagram_reply("rs1", who.peer, bytes);
  });
  steps.in(0, to_eth0() / packet6(kPeer6, kVip) / udp(7) / text("hello"));
  const Sent sent = steps.out();
  BOOST_TEST((ip6(sent).source() == kVip));
  BOOST_TEST(int{ip6(sent).hop_limit()} == 64);
  BOOST_TEST(checksums_good6(sent));
  const Bytes bytes = ip6(sent).payload().subspan(8);
  BOOST_TEST(std::string(bytes.begin(), bytes.end()) ==
             "server=rs1 peer=[2001:db8:1::9]:40000\nhello");
  // A computed checksum of 0 goes out as 0xffff.
  bool zero_seen = false;
  steps.host.listen_udp(
      8, [](const Conversation&, std::string_view bytes_in) { return std::string(bytes_in); });
  for (unsigned n = 0; n < 65536 && !zero_seen; ++n) {
    const std::string two = {static_cast<char>(n >> 8), static_cast<char>(n)};
    const wire::Frame made = make_datagram({kVip, 8}, {kPeer6, 40000}, two);
    const uint16_t sum = load_be16(made.data() + 46);
    BOOST_REQUIRE(sum != 0);
    zero_seen = sum == 0xffff;
  }
  BOOST_TEST(zero_seen);
}

BOOST_AUTO_TEST_CASE(a_whole_tcp_dialogue) {
  using Tins::TCP;
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.host.listen_tcp(
      80, [](const Conversation& who, std::string_view received) -> std::optional<TcpReply> {
        if (!identity_request_complete(received)) return {};
        return TcpReply{identity_http_reply("rs1", who.peer), true};
      });
  uint32_t next_seq = 1000, expected = 0;
  const auto send = [&](unsigned flags, const std::string& bytes = "") {
    TCP tcp(80, 40000);
    tcp.flags(static_cast<uint8_t>(flags));
    tcp.seq(next_seq);
    tcp.ack_seq(expected);
    tcp.window(60000);
    auto whole = to_eth0() / packet6(kPeer6, kVip) / tcp;
    if (!bytes.empty()) whole /= text(bytes);
    steps.in(0, whole);
    next_seq += static_cast<uint32_t>(bytes.size()) + ((flags & (TCP::SYN | TCP::FIN)) ? 1 : 0);
  };
  const auto out = [&](unsigned flags) {
    const Sent sent = steps.out();
    BOOST_TEST(checksums_good6(sent));
    BOOST_TEST((ip6(sent).source() == kVip));
    auto tcp = sent.as<TCP>();
    BOOST_TEST(tcp.flags() == flags);
    const auto* raw = tcp.find_pdu<Tins::RawPDU>();
    const std::string bytes = raw ? std::string(raw->payload().begin(), raw->payload().end()) : "";
    expected =
        tcp.seq() + static_cast<uint32_t>(bytes.size()) + ((flags & (TCP::SYN | TCP::FIN)) ? 1 : 0);
    if (flags & TCP::SYN) BOOST_TEST(tcp.mss() == 1440);
    return bytes;
  };
  send(TCP::SYN);
  out(TCP::SYN | TCP::ACK);
  send(TCP::ACK);
  send(TCP::PSH | TCP::ACK, "GET / HTTP/1.0\r\n\r\n");
  const auto identity = read_identity(out(TCP::PSH | TCP::ACK));
  BOOST_REQUIRE(identity);
  BOOST_TEST(identity->server == "rs1");
  BOOST_TEST((identity->peer == wire::Endpoint{kPeer6, 40000}));
  out(TCP::FIN | TCP::ACK);
  send(TCP::FIN | TCP::ACK);
  out(TCP::ACK);
  steps.nothing_else();
  next_seq = 5;
  expected = 7;
  TCP stray(81, 40000);
  stray.flags(TCP::SYN);
  steps.in(0, to_eth0() / packet6(kPeer6, kVip) / stray);
  out(TCP::RST | TCP::ACK);
}

BOOST_AUTO_TEST_CASE(packet_too_big_makes_segments_smaller) {
  using Tins::TCP;
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.host.listen_tcp(80, [](const Conversation&, std::string_view) {
    return TcpReply{pattern(3000), false};
  });
  TCP tcp(80, 40000);
  tcp.flags(TCP::SYN);
  tcp.mss(1440);
  tcp.window(60000);
  steps.in(0, to_eth0() / packet6(kPeer6, kVip) / tcp);
  const uint32_t initial = steps.out().as<TCP>().seq();
  TCP ask(80, 40000);
  ask.flags(TCP::ACK | TCP::PSH);
  ask.seq(1);
  ask.ack_seq(initial + 1);
  ask.window(60000);
  steps.in(0, to_eth0() / packet6(kPeer6, kVip) / ask / text("?"));
  const Sent large = steps.out();
  BOOST_TEST(large.packet().size() == 1500U);
  while (steps.waiting() > 0) steps.out();
  for (const uint32_t told : {1400U, 600U}) {  // nobody makes us go below 1280
    Bytes8 message = {
        icmp6::kTooBig, 0, 0, 0, 0, 0, static_cast<uint8_t>(told >> 8), static_cast<uint8_t>(told)};
    message.insert(message.end(), large.packet().begin(), large.packet().begin() + 100);
    wire::fill_icmpv6_checksum(kGateway6, kVip, message);
    steps.in(0, raw6(kGateway6, kVip, wire::proto::kIcmpv6, message));
    BOOST_TEST(steps.out().packet().size() == std::max(told, 1280U));
    while (steps.waiting() > 0) steps.out();
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tunnels6)

BOOST_AUTO_TEST_CASE(every_family_in_every_other) {
  HostConfig config = two_legs6();
  config.interfaces[0].addresses.push_back(prefix("192.0.2.1/24"));
  config.loopback.push_back(prefix("203.0.113.80/32"));
  config.tunnel.emplace();
  const auto inner6 = (packet6(kPeer6, kVip) / udp(7) / text("six")).serialize();
  const auto inner4 = (packet("192.0.2.9", "203.0.113.80") / udp(7) / text("four")).serialize();
  const auto around4 = [](const std::vector<uint8_t>& inner, uint8_t protocol) {
    auto header = packet("192.0.2.8", "192.0.2.1");
    header.protocol(protocol);
    auto bytes = (to_eth0() / header / Tins::RawPDU(inner)).serialize();
    bytes[14 + 9] = protocol;
    wire::Ipv4Edit::over(MutableBytes(bytes).subspan(14))->fill_checksum();
    return bytes;
  };
  for (const bool has_tunnel : {true, false}) {
    HostConfig each = config;
    if (!has_tunnel) each.tunnel.reset();
    Steps steps(each);
    std::vector<std::string> heard;
    steps.host.listen_udp(7, [&](const Conversation&, std::string_view bytes) {
      heard.emplace_back(bytes);
      return std::nullopt;
    });
    steps.in(0, raw6(kFar6, kOwn0, wire::proto::kIpv6, inner6));
    steps.in(0, raw6(kFar6, kOwn0, wire::proto::kIpip, inner4));
    steps.in(0, raw6(kFar6, kOwn0, next::kDestination, option(4, wire::proto::kIpv6) + inner6));
    steps.in(0, around4(inner6, wire::proto::kIpv6));
    if (has_tunnel)
      BOOST_TEST(heard == (std::vector<std::string>{"six", "four", "six", "six"}));
    else
      steps.counted(DropReason::protocol_unknown, 4);
    if (!has_tunnel) continue;
    steps.in(0, raw6(kFar6, kOwn0, wire::proto::kIpv6, inner4));
    steps.in(0, raw6(kFar6, kOwn0, wire::proto::kIpip, inner6));
    steps.in(0, raw6(kFar6, kOwn0, wire::proto::kIpv6, {}));
    steps.dropped(DropReason::bad_tunnel_packet, 3);
  }
}

BOOST_AUTO_TEST_CASE(congestion_marks_move_inward) {
  HostConfig config = two_legs6();
  config.tunnel.emplace();
  config.forwarding = true;
  Steps steps(config);
  introduce_all6(steps);
  auto header = packet6(kPeer6, kFar6);
  header.traffic_class(0xb9);
  const auto inner = (header / udp(7) / text("x")).serialize();
  auto frame = raw6(kFar6, kOwn0, wire::proto::kIpv6, inner);
  frame[15] |= 0x30;  // CE
  steps.in(0, frame);
  BOOST_TEST(int{ip6(steps.out()).traffic_class()} == 0xbb);
  frame[14 + 40 + 1] &= 0x0f;  // inner not ECN-capable
  steps.in(0, frame).dropped(DropReason::ecn_contradiction);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
