// IPv6 packets to this host: header checks, extension headers, ICMPv6.

#include "pieces6.hh"

namespace lvslab::host::test {

namespace {

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

}  // namespace lvslab::host::test
