// IPv6 packets to this host: header checks, extension headers, reassembly, ICMPv6, UDP, TCP,
// tunnels.

#include "emulator/host/fragment.hh"
#include "emulator/host/identity.hh"
#include "steps6.hh"

namespace lvslab::host::test {

namespace {

using Bytes8 = std::vector<uint8_t>;

const IpAddress kNobody = IpAddress(wire::Ipv6("::"));

std::vector<uint8_t> echo_request(const IpAddress& from, const IpAddress& to,
                                  const std::string& bytes = "ping!") {
  Tins::ICMPv6 echo(Tins::ICMPv6::ECHO_REQUEST);
  echo.identifier(9);
  echo.sequence(3);
  auto header = packet6(from, to);
  header.traffic_class(0xb8);
  const Mac mac = to.is_multicast() ? wire::multicast_mac_of(to) : kHost0;
  return (Tins::EthernetII(mac, kPeer) / header / echo / text(bytes)).serialize();
}

// A UDP echo that remembers; and what stands before its datagram.
struct Echo6 {
  explicit Echo6(HostConfig config = two_legs6()) : steps(std::move(config)) {
    introduce_all6(steps);
    steps.host.listen_udp(7, [this](const Conversation&, std::string_view datagram) {
      heard.emplace_back(datagram);
      return std::nullopt;
    });
  }
  void in(uint8_t type, const Bytes8& headers, const std::string& bytes = "hello") {
    steps.in(0, raw6(kPeer6, kVip, type, headers + datagram6(kPeer6, kVip, 7, bytes)));
  }
  Steps steps;
  std::vector<std::string> heard;
};

constexpr uint8_t kUdp = wire::proto::kUdp;

// Options header of 8 bytes whose one option has 4 bytes of data.
Bytes8 option(uint8_t type, uint8_t following = kUdp) {
  return {following, 0, type, 4, 0, 0, 0, 0};
}

Bytes8 fragment(uint8_t following, size_t offset, bool more, uint32_t id = 5) {
  Bytes8 bytes(8);
  wire::FragmentHeaderEdit::over(MutableBytes(bytes))->fill(following, offset, more, id);
  return bytes;
}

Bytes8 slice(const Bytes8& bytes, size_t from, size_t size) {
  const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(from);
  return {at, at + static_cast<std::ptrdiff_t>(std::min(size, bytes.size() - from))};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(input6)

BOOST_AUTO_TEST_CASE(headers_that_are_wrong_end_here) {
  Steps steps(router6());
  introduce_all6(steps);
  auto frame = echo_request(kPeer6, kVip);
  frame[14] = 0x50;
  steps.in(0, frame).dropped(DropReason::malformed_ip);
  frame = echo_request(kPeer6, kVip);
  frame[14 + 5] = 200;  // payload length beyond the frame
  steps.in(0, frame).dropped(DropReason::malformed_ip, 2);
  frame.resize(14 + 39);
  steps.in(0, frame).dropped(DropReason::malformed_ip, 3);
  const IpAddress mapped = ip("::ffff:192.0.2.9");
  uint64_t sources = 0;
  for (const IpAddress& from : {ip("::1"), ip("ff02::9"), mapped})
    steps.in(0, raw6(from, kVip, kUdp, datagram6(from, kVip, 7, "x")))
        .dropped(DropReason::martian_source, ++sources);
  uint64_t destinations = 0;
  for (const IpAddress& to : {ip("::1"), kNobody, ip("ff01::1"), ip("ff00::1")})
    steps.in(0, raw6(kPeer6, to, kUdp, datagram6(kPeer6, to, 7, "x")))
        .dropped(DropReason::martian_destination, ++destinations);
}

BOOST_AUTO_TEST_CASE(echo_is_answered_from_the_address_used) {
  for (const IpAddress& asked : {kOwn0, kOwn1, kVip}) {
    Steps steps(two_legs6());
    introduce_all6(steps);
    auto frame = echo_request(kPeer6, asked);
    frame.resize(frame.size() + 5);  // padding is not given back
    steps.in(0, frame);
    const Sent reply = steps.out();
    const Bytes message = message6(reply);
    BOOST_TEST(int{message[0]} == int{icmp6::kEchoReply});
    BOOST_TEST(message.size() == 8U + 5U);
    BOOST_TEST(load_be32(message.data() + 4) == 0x00090003U);
    BOOST_TEST((ip6(reply).source() == asked));
    BOOST_TEST((ip6(reply).destination() == kPeer6));
    BOOST_TEST(int{ip6(reply).hop_limit()} == 64);
    BOOST_TEST(int{ip6(reply).traffic_class()} == 0xb8);
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(link_local_peers_are_answered_on_their_link) {
  for (const uint32_t port : {0U, 1U}) {
    Steps steps(two_legs6());
    const IpAddress peer = ip("fe80::9");
    const IpAddress own = wire::link_local_of(port == 0 ? kHost0 : kHost1);
    introduce6(steps, port, kPeer, peer);
    auto frame = echo_request(peer, own);
    const Mac& mac = port == 0 ? kHost0 : kHost1;
    std::copy(mac.begin(), mac.end(), frame.begin());
    steps.in(port, frame);
    const Sent reply = steps.out();
    BOOST_TEST(reply.port == port);
    BOOST_TEST((ip6(reply).source() == own));
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(echo_by_multicast_is_answered_by_members) {
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.in(0, echo_request(kPeer6, wire::all_nodes()));
  BOOST_TEST((ip6(steps.out()).source() == kOwn0));
  steps.in(0, echo_request(kPeer6, wire::all_routers())).dropped(DropReason::multicast_not_joined);
  steps.in(0, echo_request(kPeer6, ip("ff02::1:ff00:77")))
      .dropped(DropReason::multicast_not_joined, 2);
  Steps router(router6());
  introduce_all6(router);
  router.in(0, echo_request(kPeer6, wire::all_routers()));
  BOOST_TEST(int{message6(router.out())[0]} == int{icmp6::kEchoReply});
}

BOOST_AUTO_TEST_CASE(wrong_checksums_are_silent) {
  Steps steps(two_legs6());
  introduce_all6(steps);
  auto frame = echo_request(kPeer6, kVip);
  frame.back() ^= 1;
  steps.in(0, frame).dropped(DropReason::bad_icmp);
  // RFC 8200, 8.1: a UDP checksum of 0 is none, and not allowed.
  auto datagram = datagram6(kPeer6, kVip, 7, "hello");
  datagram[6] = datagram[7] = 0;
  steps.in(0, raw6(kPeer6, kVip, kUdp, datagram)).dropped(DropReason::bad_udp);
}

BOOST_AUTO_TEST_CASE(port_and_protocol_unreachable) {
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.in(0, to_eth0() / packet6(kPeer6, kVip) / udp(9) / text(pattern(1400)));
  Sent error = steps.out();
  error6(error, icmp6::kUnreachable, icmp6::kPortUnreachable);
  BOOST_TEST((ip6(error).source() == kVip));
  BOOST_TEST(error.packet().size() == 1280U);
  BOOST_TEST(int{ip6(error).traffic_class()} == 0);
  steps.dropped(DropReason::no_udp_listener);
  steps.in(0, raw6(kPeer6, kVip, 200, Bytes8(16)));
  BOOST_TEST(error6(steps.out(), icmp6::kParameterProblem, icmp6::kUnknownNextHeader) == 6U);
  // The pointer finds the field that names it.
  steps.in(0, raw6(kPeer6, kVip, next::kDestination, option(0x1e, 200) + Bytes8(16)));
  BOOST_TEST(error6(steps.out(), icmp6::kParameterProblem, icmp6::kUnknownNextHeader) == 40U);
  steps.dropped(DropReason::protocol_unknown, 2);
  steps.in(0, raw6(kPeer6, kVip, next::kNone, {})).dropped(DropReason::no_next_header);
  // To a group: nothing.
  steps.in(0, raw6(kPeer6, wire::all_nodes(), kUdp, datagram6(kPeer6, wire::all_nodes(), 9, "x")));
  steps.dropped(DropReason::no_udp_listener, 2);
}

BOOST_AUTO_TEST_CASE(options_by_their_action_bits) {
  struct Case {
    uint8_t type;
    bool passes, reports, reports_to_groups;
  };
  const Case cases[] = {{0x1e, true, false, false},
                        {0x5e, false, false, false},
                        {0x9e, false, true, true},
                        {0xde, false, true, false}};
  for (const uint8_t header : {next::kHopByHop, next::kDestination})
    for (const Case& c : cases) BOOST_TEST_CONTEXT(int{header} << " option " << int{c.type}) {
        Echo6 echo;
        echo.in(header, option(c.type));
        BOOST_TEST(echo.heard.size() == (c.passes ? 1U : 0U));
        if (c.reports)
          BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kUnknownOption) ==
                     42U);
        if (!c.passes) echo.steps.counted(DropReason::bad_options);
        echo.steps.nothing_else();
        const IpAddress all = wire::all_nodes();
        echo.steps.in(0,
                      raw6(kPeer6, all, header, option(c.type) + datagram6(kPeer6, all, 7, "x")));
        BOOST_TEST(echo.steps.waiting() == (c.reports_to_groups ? 1U : 0U));
        if (c.reports_to_groups) BOOST_TEST((ip6(echo.steps.out()).source() == kOwn0));
      }
}

BOOST_AUTO_TEST_CASE(hop_by_hop_options_count_for_routers_others_do_not) {
  Steps steps(router6());
  introduce_all6(steps);
  const auto crossing = [](uint8_t header) {
    return raw6(kPeer6, kFar6, header, option(0x5e) + datagram6(kPeer6, kFar6, 7, "x"));
  };
  steps.in(0, crossing(next::kHopByHop)).dropped(DropReason::bad_options);
  steps.in(0, crossing(next::kDestination));
  BOOST_TEST(steps.out().port == 1U);
}

BOOST_AUTO_TEST_CASE(padding_and_form_of_options) {
  struct Case {
    const char* sentence;
    Bytes8 header;
    bool passes;
  };
  const Case cases[] = {
      {"PadN of six", {kUdp, 0, 1, 4, 0, 0, 0, 0}, true},
      {"six times Pad1", {kUdp, 0, 0, 0, 0, 0, 0, 0}, true},
      {"PadN that hides something", {kUdp, 0, 1, 4, 0, 0, 1, 0}, false},
      {"more than seven bytes of padding",
       {kUdp, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
       false},
      {"an option that overruns", {kUdp, 0, 0x1e, 5, 0, 0, 0, 0}, false},
      {"a type without a length", {kUdp, 0, 1, 3, 0, 0, 0, 0x1e}, false},
      {"nine options",
       {kUdp, 2, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0,
        0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 1,    2, 0,    0},
       false},
      {"eight options",
       {kUdp, 2, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0,
        0x1e, 0, 0x1e, 0, 0x1e, 0, 1,    4, 0,    0, 0,    0},
       true},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      Echo6 echo;
      echo.in(next::kDestination, c.header);
      BOOST_TEST(echo.heard.size() == (c.passes ? 1U : 0U));
      echo.steps.nothing_else();
    }
  Echo6 echo;
  echo.steps.in(0, raw6(kPeer6, kVip, next::kDestination, {kUdp, 9, 0, 0, 0, 0, 0, 0}));
  echo.steps.dropped(DropReason::bad_extension_header);
}

BOOST_AUTO_TEST_CASE(hop_by_hop_comes_first_or_is_no_header) {
  Echo6 echo;
  echo.in(next::kHopByHop, option(5, kUdp));  // router alert of a wrong length
  echo.steps.dropped(DropReason::bad_options);
  echo.in(next::kHopByHop, {kUdp, 0, 5, 2, 0, 0, 1, 0});
  BOOST_TEST(echo.heard.size() == 1U);
  echo.in(next::kDestination, option(0x1e, next::kHopByHop) + option(0x1e));
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kUnknownNextHeader) == 40U);
  // Jumbo payload with a length as well, and with one that is not jumbo (RFC 2675, 3).
  echo.in(next::kHopByHop, {kUdp, 0, 0xc2, 4, 0, 1, 0, 0});
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kHeaderField) == 42U);
  echo.in(next::kHopByHop, {kUdp, 0, 0xc2, 4, 0, 0, 0xff, 0xff});
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kHeaderField) == 44U);
}

BOOST_AUTO_TEST_CASE(routing_headers_that_are_used_up) {
  const auto route = [](uint8_t type, uint8_t left) {
    return Bytes8{kUdp, 0, type, left, 0, 0, 0, 0};
  };
  Echo6 echo;
  echo.in(next::kRouting, route(0, 0));
  BOOST_TEST(echo.heard.size() == 1U);
  echo.in(next::kRouting, route(0, 1));
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kHeaderField) == 42U);
  for (const uint8_t silent : {uint8_t{2}, uint8_t{3}, uint8_t{4}})
    echo.in(next::kRouting, route(silent, 1));
  echo.steps.dropped(DropReason::source_route, 4);
  BOOST_TEST(echo.heard.size() == 1U);
}

BOOST_AUTO_TEST_CASE(headers_in_a_row) {
  Echo6 echo;
  echo.in(next::kHopByHop, option(0x1e, next::kDestination) + option(0x1e, next::kRouting) +
                               Bytes8{next::kDestination, 0, 0, 0, 0, 0, 0, 0} + option(0x1e));
  BOOST_TEST(echo.heard == std::vector<std::string>{"hello"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reassembly6)

namespace {

// A datagram of 3000 bytes in three fragments behind destination options.
struct Pieces {
  Bytes8 whole = datagram6(kPeer6, kVip, 7, pattern(3000 - 8));
  Bytes8 piece(size_t n, uint32_t id = 5) const {
    constexpr size_t kSize = 1200;
    return raw6(kPeer6, kVip, next::kDestination,
                option(0x1e, next::kFragment) +
                    fragment(n == 0 ? kUdp : uint8_t{99}, n * kSize, n < 2, id) +
                    slice(whole, n * kSize, kSize));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(in_any_order_with_duplicates) {
  for (const std::vector<size_t>& order :
       {std::vector<size_t>{0, 1, 2}, {2, 1, 0}, {1, 1, 2, 0}, {0, 2, 2, 0, 1}}) {
    Echo6 echo;
    for (const size_t n : order) echo.steps.in(0, Pieces().piece(n));
    BOOST_REQUIRE_EQUAL(echo.heard.size(), 1U);
    BOOST_TEST(echo.heard[0] == pattern(3000 - 8));
    BOOST_TEST((echo.steps.host.next_deadline() == kNever));
    echo.steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(a_fragment_that_is_the_whole_stands_alone) {
  Echo6 echo;
  echo.steps.in(0, Pieces().piece(1));
  echo.in(next::kFragment, fragment(kUdp, 0, false));  // same id
  BOOST_TEST(echo.heard == std::vector<std::string>{"hello"});
  for (const size_t n : {0U, 2U}) echo.steps.in(0, Pieces().piece(n));
  BOOST_TEST(echo.heard.size() == 2U);
}

BOOST_AUTO_TEST_CASE(overlap_ends_the_datagram) {
  Echo6 echo;
  const Pieces pieces;
  echo.steps.in(0, pieces.piece(0));
  echo.steps.in(0, raw6(kPeer6, kVip, next::kFragment,
                        fragment(kUdp, 1192, true) + slice(pieces.whole, 1192, 1200)));
  echo.steps.dropped(DropReason::fragment_overlap);
  for (const size_t n : {1U, 2U}) echo.steps.in(0, pieces.piece(n));
  BOOST_TEST(echo.heard.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_fragment_is_a_parameter_problem) {
  Echo6 echo;
  const auto odd = fragment(kUdp, 0, true) + Bytes8(1201);
  echo.steps.in(0, raw6(kPeer6, kVip, next::kFragment, odd));
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kHeaderField) == 4U);
  const auto far = fragment(kUdp, 65528, false) + Bytes8(8);
  echo.steps.in(0, raw6(kPeer6, kVip, next::kFragment, far));
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kHeaderField) == 42U);
  // RFC 8200, 4.5: the first fragment holds all headers, up to that of the upper layer.
  const auto cut = fragment(next::kDestination, 0, true) + Bytes8{kUdp, 1, 1, 4, 0, 0, 0, 0};
  echo.steps.in(0, raw6(kPeer6, kVip, next::kFragment, cut));
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kIncompleteHeaders) == 0U);
  echo.steps.dropped(DropReason::bad_fragment, 3);
  const auto short_of_tcp = fragment(wire::proto::kTcp, 0, true) + Bytes8(16);
  echo.steps.in(0, raw6(kPeer6, kVip, next::kFragment, short_of_tcp));
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kIncompleteHeaders) == 0U);
  const auto twice = fragment(next::kFragment, 0, false) + fragment(kUdp, 0, false, 6);
  echo.in(next::kFragment, twice);
  BOOST_TEST(error6(echo.steps.out(), icmp6::kParameterProblem, icmp6::kHeaderField) == 40U);
}

BOOST_AUTO_TEST_CASE(time_runs_out_after_60_s) {
  Echo6 echo;
  echo.steps.in(0, Pieces().piece(0));
  echo.steps.pass(milliseconds(59999));
  echo.steps.nothing_else();
  echo.steps.pass(milliseconds(1));
  const Sent error = echo.steps.out();
  error6(error, icmp6::kTimeExceeded, icmp6::kReassemblyTime);
  BOOST_TEST(int{message6(error)[8 + 6]} == int{next::kDestination});  // the fragment as it came
  echo.steps.dropped(DropReason::reassembly_timeout);
  echo.steps.in(0, Pieces().piece(1));
  echo.steps.pass(seconds(61));
  echo.steps.dropped(DropReason::reassembly_timeout, 2);  // without its first, nobody is told
}

BOOST_AUTO_TEST_CASE(large_answers_are_cut) {
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.host.listen_udp(7, [](const Conversation&, std::string_view) { return pattern(2000); });
  steps.in(0, to_eth0() / packet6(kPeer6, kVip) / udp(7) / text("big"));
  wire::Frame whole(wire::kIpv6Size);
  const Sent first = steps.out();
  const Sent second = steps.out();
  steps.nothing_else();
  BOOST_TEST(first.packet().size() == 48U + 1448U);
  BOOST_TEST(second.packet().size() == 48U + 2008U - 1448U);
  BOOST_TEST((ip6(first).source() == kVip));
  const auto a = *wire::FragmentHeaderView::over(ip6(first).payload());
  const auto b = *wire::FragmentHeaderView::over(ip6(second).payload());
  BOOST_TEST(a.id() == b.id());
  BOOST_TEST(a.more_fragments());
  BOOST_TEST(!b.more_fragments());
  BOOST_TEST(b.offset() == 1448U);
}

BOOST_AUTO_TEST_CASE(later_fragments_of_icmp_errors_are_no_errors) {
  Echo6 echo(router6());
  const auto later = fragment(wire::proto::kIcmpv6, 8, false) + Bytes8(16);
  echo.steps.in(0, raw6(kPeer6, kFar6, next::kFragment, later, 1));
  error6(echo.steps.out(), icmp6::kTimeExceeded, 0);
}

BOOST_AUTO_TEST_SUITE_END()

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
