// IPv6 packets that cross the host: hop limit, MTU, scopes, fragments, redirects, and no
// allocation.

#include "emulator/host/redirect_rate.hh"
#include "forwarding6.hh"
#include "tests/support/allocations.hh"

namespace lvslab::host::test {

using lvslab::test::allocations;

BOOST_AUTO_TEST_SUITE(forwarding6)

// RFC 4861, 8.2: the sender could have gone there itself.
BOOST_AUTO_TEST_CASE(a_neighbour_is_pointed_out_to_another) {
  Steps steps(router6());
  introduce_all6(steps);
  const auto frame =
      (to_eth0() / packet6(kPeer6, kGateway6) / udp() / text(pattern(10))).serialize();
  steps.in(0, frame);
  const Sent redirect = steps.out();
  const auto message = redirect.as<Tins::ICMPv6>();
  BOOST_TEST(message.type() == Tins::ICMPv6::REDIRECT);
  BOOST_TEST((IpAddress::v6_at(message.target_addr().begin()) == kGateway6));
  BOOST_TEST((IpAddress::v6_at(message.dest_addr().begin()) == kGateway6));
  BOOST_TEST((message.target_link_layer_addr() == kGateway));
  BOOST_TEST((ip6(redirect).source() == wire::link_local_of(kHost0)));
  BOOST_TEST((ip6(redirect).destination() == kPeer6));
  BOOST_TEST(int{ip6(redirect).hop_limit()} == 255);
  const Sent sent = steps.out();  // and it goes on
  BOOST_TEST((ip6(sent).destination() == kGateway6));
  steps.in(0, crossing());  // to the other side: nothing to say
  steps.out();
  steps.nothing_else();
}

// As Linux: the sender is told where it is a neighbour, not where its packet came in.
BOOST_AUTO_TEST_CASE(a_sender_of_another_link_is_told_there) {
  Steps steps(router6());
  introduce_all6(steps);
  steps.in(0, (to_eth0() / packet6(kFar6, kGateway6) / udp() / text(pattern(10))).serialize());
  const Sent redirect = steps.out();
  BOOST_TEST((redirect.as<Tins::ICMPv6>().type() == Tins::ICMPv6::REDIRECT));
  BOOST_TEST(redirect.port == 1U);
  BOOST_TEST((ip6(redirect).destination() == kFar6));
  steps.out();  // and it goes on
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(redirects_six_at_once_then_one_a_second) {
  using namespace std::chrono_literals;
  RedirectRate rate;
  Time now{100s};
  int allowed = 0;
  for (int i = 0; i < 8; ++i) allowed += rate.allow(kPeer6, now);
  BOOST_TEST(allowed == 6);
  BOOST_TEST(!rate.allow(kPeer6, now += 999ms));
  BOOST_TEST(rate.allow(kPeer6, now += 1ms));
  BOOST_TEST(!rate.allow(kPeer6, now));
  BOOST_TEST(rate.allow(kGateway6, now));  // each address by itself
}

BOOST_AUTO_TEST_CASE(only_the_hop_limit_and_macs_change) {
  Steps steps(router6());
  introduce_all6(steps);
  auto expected = crossing();
  steps.in(0, expected);
  const Sent sent = steps.out();
  BOOST_TEST(sent.port == 1U);
  BOOST_TEST(sent.parsed().src_addr() == kHost1);
  BOOST_TEST(sent.parsed().dst_addr() == kFar);
  expected.erase(expected.begin(), expected.begin() + 14);
  expected[7] = 63;
  BOOST_TEST(std::vector<uint8_t>(sent.packet().begin(), sent.packet().end()) == expected,
             boost::test_tools::per_element());
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(forwarding_off) {
  Steps steps(two_legs6());
  introduce_all6(steps);
  steps.in(0, crossing()).dropped(DropReason::not_forwarding);
}

BOOST_AUTO_TEST_CASE(a_source_of_ours_is_no_martian) {
  Steps steps(router6());
  introduce_all6(steps);
  steps.in(0, to_eth0() / packet6(kVip, kFar6) / udp());  // a reply of DR through the director
  BOOST_TEST((ip6(steps.out()).source() == kVip));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(hop_limit_runs_out) {
  for (const uint8_t limit : {uint8_t{0}, uint8_t{1}}) {
    Steps steps(router6());
    introduce_all6(steps);
    steps.in(0, crossing(limit));
    const Sent error = steps.out();
    BOOST_TEST(error.port == 0U);
    error6(error, icmp6::kTimeExceeded, icmp6::kHopLimit);
    BOOST_TEST((ip6(error).source() == kOwn0));
    BOOST_TEST((ip6(error).destination() == kPeer6));
    BOOST_TEST(int{ip6(error).hop_limit()} == 64);
    BOOST_TEST(int{message6(error)[8 + 7]} == int{limit});  // as it came
    steps.dropped(DropReason::ttl_exceeded);
  }
}

BOOST_AUTO_TEST_CASE(no_route_is_told_even_by_a_host) {
  for (const bool forwarding : {true, false}) {
    HostConfig config = two_legs6();
    config.routes.clear();
    config.forwarding = forwarding;
    Steps steps(config);
    introduce_all6(steps);
    steps.in(0, to_eth0() / packet6(kPeer6, ip("2001:db8:99::1")) / udp());
    error6(steps.out(), icmp6::kUnreachable, icmp6::kNoRoute);
    steps.dropped(DropReason::no_route);
  }
}

BOOST_AUTO_TEST_CASE(link_local_sources_stay_on_their_link) {
  Steps steps(router6());
  introduce_all6(steps);
  const IpAddress peer = ip("fe80::9");
  introduce6(steps, 0, kPeer, peer);
  steps.in(0, to_eth0() / packet6(peer, kFar6) / udp());
  const Sent error = steps.out();
  error6(error, icmp6::kUnreachable, icmp6::kBeyondScope);
  BOOST_TEST((ip6(error).destination() == peer));
  BOOST_TEST(error.port == 0U);
  BOOST_TEST((ip6(error).source() == wire::link_local_of(kHost0)));
  steps.dropped(DropReason::beyond_scope);
}

// As Linux, which forwards to them, but by no other link.
BOOST_AUTO_TEST_CASE(link_local_destinations_stay_on_their_link) {
  const auto neighbour = ip("fe80::77"), outside = ip("fe80:0:0:2::77");
  Steps steps(router6());
  introduce_all6(steps);
  introduce6(steps, 0, kGateway, neighbour);
  steps.in(0, to_eth0() / packet6(kPeer6, neighbour) / udp());
  BOOST_TEST(int{message6(steps.out())[0]} == 137);  // a redirect: its sender is nearer
  const Sent on = steps.out();
  BOOST_TEST(on.port == 0U);
  BOOST_TEST(on.parsed().dst_addr() == kGateway);
  BOOST_TEST(int{ip6(on).hop_limit()} == 63);
  // Not of fe80::/64: to the gateway, which is on eth0.
  steps.in(0, to_eth0() / packet6(kPeer6, outside) / udp());
  BOOST_TEST(steps.out().parsed().dst_addr() == kGateway);
  steps.nothing_else();
  steps.in(1, Tins::EthernetII(kHost1, kFar) / packet6(kFar6, outside) / udp());
  error6(steps.out(), icmp6::kUnreachable, icmp6::kNoRoute);
  steps.dropped(DropReason::no_route);
}

BOOST_AUTO_TEST_CASE(too_big_at_the_very_byte) {
  HostConfig config = router6();
  config.interfaces[1].mtu = 1400;
  Steps steps(config);
  introduce_all6(steps);
  steps.in(0, crossing(64, 1400 - 48));
  BOOST_TEST(steps.out().packet().size() == 1400U);
  steps.in(0, crossing(64, 1400 - 47));
  const Sent error = steps.out();
  BOOST_TEST(error6(error, icmp6::kTooBig, 0) == 1400U);
  BOOST_TEST(error.packet().size() == 1280U);
  BOOST_TEST(int{message6(error)[8 + 7]} == 64);  // before the decrement
  steps.dropped(DropReason::fragmentation_needed);
}

BOOST_AUTO_TEST_CASE(no_error_about_an_error) {
  Steps steps(router6());
  introduce_all6(steps);
  steps.in(0, to_eth0() / packet6(kPeer6, kFar6, 1) / Tins::ICMPv6(Tins::ICMPv6::DEST_UNREACHABLE));
  steps.dropped(DropReason::ttl_exceeded);
  steps.in(0, to_eth0() / packet6(kPeer6, kFar6, 1) / Tins::ICMPv6(Tins::ICMPv6::ECHO_REQUEST));
  error6(steps.out(), icmp6::kTimeExceeded, 0);
  steps.in(0, to_eth0() / packet6(IpAddress(wire::Ipv6("::")), kFar6, 1) / udp());
  steps.dropped(DropReason::ttl_exceeded, 3);
}

BOOST_AUTO_TEST_CASE(link_layer_multicasts_are_not_forwarded) {
  Steps steps(router6());
  introduce_all6(steps);
  auto frame = crossing();
  std::fill_n(frame.begin(), 6, uint8_t{0xff});
  steps.in(0, frame).dropped(DropReason::link_broadcast);
}

BOOST_AUTO_TEST_CASE(fragments_cross_a_router_as_they_are) {
  Steps steps(router6());  // no hook
  introduce_all6(steps);
  const auto fragments = cut6(crossing(64, 2000), 1280);
  BOOST_REQUIRE_EQUAL(fragments.size(), 2U);
  steps.in(0, fragments[1]);
  const Sent sent = steps.out();
  BOOST_TEST(fragment_header(sent).id() == 77U);
  BOOST_TEST(std::equal(sent.packet().begin() + 8, sent.packet().end(), fragments[1].begin() + 22,
                        fragments[1].end()));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(super_packets_pass_whole_when_their_segments_fit) {
  Steps steps(router6());
  introduce_all6(steps);
  const auto bytes =
      (to_eth0() / packet6(kPeer6, kFar6) / Tins::TCP(80, 40000) / text(pattern(8000))).serialize();
  for (const uint16_t segment : {uint16_t{1440}, uint16_t{1441}}) {
    wire::Frame frame = wire::Frame::copy_of(bytes);
    frame.set_offload({true, 14 + 40, 16, wire::Segmentation::tcp6, segment});
    steps.in(0, std::move(frame));
    BOOST_TEST(int{ip6(steps.out()).next_header()} ==
               int{segment == 1440 ? wire::proto::kTcp : wire::proto::kIcmpv6});
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(allocates_nothing_once_warm) {
  class Sink : public Outbox {
   public:
    void send(uint32_t, wire::Frame) override { ++sent; }
    size_t sent = 0;
  } sink;
  class Pass : public Hooks {
   public:
    HookResult local_in(wire::Frame&, Time) override { return {HookAction::forward, kFar6, {}, 0}; }
    HookResult forward(wire::Frame&, Time) override { return {}; }
  } hook;
  Steps steps(router6(), &hook);
  introduce_all6(steps);
  const auto across = crossing();
  const auto inside = to_vip();
  const auto both = [&] {
    steps.host.receive(0, wire::Frame::copy_of(across), steps.now, sink);
    steps.host.receive(0, wire::Frame::copy_of(inside), steps.now, sink);
    (void)steps.host.next_deadline();
  };
  both();
  const size_t before_them = allocations();
  for (int n = 0; n < 100; ++n) both();
  BOOST_TEST(allocations() - before_them == 0U);
  BOOST_TEST(sink.sent == 202U);
  const auto noticed = std::make_unique<int>(1);  // the counter does count
  BOOST_TEST(allocations() > before_them);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
