// Neighbour discovery: who is answered and how, how own solicitations look, what is learned, what
// waits how long.

#include "steps6.hh"

namespace lvslab::host::test {

namespace {

constexpr uint8_t kSolicited = 0x40, kOverride = 0x20, kRouter = 0x80;

// An advertisement's flags, target, and the MAC in it.
struct Advert {
  explicit Advert(Sent from)
      : sent(std::move(from)),
        bytes(message6(sent)),
        message(*wire::NeighbourMessageView::over(bytes)) {
    BOOST_TEST(int{message.type()} == int{icmp6::kNeighbourAdvertisement});
    BOOST_TEST(int{ip6(sent).hop_limit()} == 255);
  }
  uint8_t flags() const { return bytes[4]; }
  Sent sent;
  Bytes bytes;
  wire::NeighbourMessageView message;
};

Sent question_of(Steps& steps, const IpAddress& target) {
  const Sent sent = steps.out();
  const Bytes message = message6(sent);
  BOOST_TEST(int{message[0]} == int{icmp6::kNeighbourSolicitation});
  const auto nd = *wire::NeighbourMessageView::over(message);
  BOOST_TEST((nd.target() == target));
  BOOST_TEST((ip6(sent).destination() == wire::solicited_node_of(target)));
  BOOST_TEST(sent.parsed().dst_addr() == wire::multicast_mac_of(ip6(sent).destination()));
  BOOST_TEST(int{ip6(sent).hop_limit()} == 255);
  BOOST_TEST((nd.link_layer(wire::LinkLayerOption::source) ==
              steps.host.config().interfaces[sent.port].mac));
  return sent;
}

std::vector<uint8_t> crossing() {
  return (to_eth0() / packet6(kPeer6, kFar6) / udp()).serialize();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(neighbour_discovery)

BOOST_AUTO_TEST_CASE(addresses_made_of_others) {
  BOOST_TEST((wire::link_local_of(Mac("02:00:00:00:00:01")) == ip("fe80::ff:fe00:1")));
  BOOST_TEST((wire::solicited_node_of(ip("2001:db8::12:3456")) == ip("ff02::1:ff12:3456")));
  BOOST_TEST(wire::multicast_mac_of(ip("ff02::1:ff12:3456")) == Mac("33:33:ff:12:34:56"));
}

BOOST_AUTO_TEST_CASE(a_solicitation_is_answered_with_the_mac) {
  Steps steps(two_legs6());
  steps.in(0, solicitation(kOwn0, kPeer6, kPeer));
  const Sent sent = steps.out();
  const Advert advert(sent);
  BOOST_TEST(int{advert.flags()} == (kSolicited | kOverride));
  BOOST_TEST((advert.message.target() == kOwn0));
  BOOST_TEST((advert.message.link_layer(wire::LinkLayerOption::target) == kHost0));
  BOOST_TEST((ip6(sent).source() == kOwn0));
  BOOST_TEST((ip6(sent).destination() == kPeer6));
  BOOST_TEST(sent.parsed().dst_addr() == kPeer);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(an_address_is_announced) {
  Steps steps(router6());
  const IpAddress vip = ip("2001:db8::80");
  steps.host.add_address(0, {vip, 128});
  steps.host.announce(0, vip, steps.now, steps);
  const Sent sent = steps.out();
  const Advert advert(sent);
  BOOST_TEST(int{advert.flags()} == (kRouter | kOverride));
  BOOST_TEST((advert.message.target() == vip));
  BOOST_TEST((advert.message.link_layer(wire::LinkLayerOption::target) == kHost0));
  BOOST_TEST((ip6(sent).source() == vip));
  BOOST_TEST((ip6(sent).destination() == wire::all_nodes()));
  BOOST_TEST(sent.parsed().dst_addr() == Mac("33:33:00:00:00:01"));
  steps.nothing_else();
  steps.in(0, solicitation(vip, kPeer6, kPeer));
  BOOST_TEST((Advert(steps.out()).message.target() == vip));
  steps.host.remove_address(0, {vip, 128});
  steps.in(0, solicitation(vip, kPeer6, kPeer));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(asked_by_unicast_the_answer_overrides_nothing) {
  Steps steps(router6());
  introduce6(steps, 0, kPeer, kPeer6);
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_SOLICIT);
  message.target_addr(kOwn0.v6());
  steps.in(0, to_eth0() / packet6(kPeer6, kOwn0, 255) / message);
  const Advert advert(steps.out());
  BOOST_TEST(int{advert.flags()} == (kSolicited | kRouter));
  BOOST_TEST(!advert.message.link_layer(wire::LinkLayerOption::target));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(only_addresses_of_the_interface_are_answered_for) {
  struct Case {
    const char* sentence;
    IpAddress target;
    bool answered;
  };
  const Case cases[] = {{"its address", kOwn0, true},
                        {"its link-local address", wire::link_local_of(kHost0), true},
                        {"a VIP on lo: IPv6 has no ARP flux", kVip, false},
                        {"an address of another interface", kOwn1, false},
                        {"another interface's link-local one", wire::link_local_of(kHost1), false},
                        {"nobody's", ip("2001:db8:1::77"), false}};
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      Steps steps(two_legs6());
      auto frame = solicitation(c.target, kPeer6, kPeer);
      // The groups of others are not listened to; a frame may come by unicast all the same.
      steps.in(0, frame);
      BOOST_TEST(steps.waiting() == (c.answered ? 1U : 0U));
      if (c.answered) steps.out();
      frame = (to_eth0() / packet6(kPeer6, kOwn0, 255)).serialize();
      Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_SOLICIT);
      message.target_addr(c.target.v6());
      message.source_link_layer_addr(kPeer);
      steps.in(0, to_eth0() / packet6(kPeer6, kOwn0, 255) / message);
      if (c.answered) steps.out();
      steps.nothing_else();
    }
}

BOOST_AUTO_TEST_CASE(a_probe_for_duplicates_is_told_to_all) {
  Steps steps(two_legs6());
  Tins::ICMPv6 message(Tins::ICMPv6::NEIGHBOUR_SOLICIT);
  message.target_addr(kOwn0.v6());
  const IpAddress group = wire::solicited_node_of(kOwn0);
  const auto to_group = Tins::EthernetII(wire::multicast_mac_of(group), kPeer);
  steps.in(0, to_group / packet6(IpAddress(wire::Ipv6("::")), group, 255) / message);
  const Sent sent = steps.out();
  BOOST_TEST(int{Advert(sent).flags()} == kOverride);
  BOOST_TEST((ip6(sent).destination() == wire::all_nodes()));
  BOOST_TEST(sent.parsed().dst_addr() == Mac("33:33:00:00:00:01"));
  steps.nothing_else();
  message.source_link_layer_addr(kPeer);  // RFC 4861, 7.1.1: not in a probe
  steps.in(0, to_group / packet6(IpAddress(wire::Ipv6("::")), group, 255) / message);
  steps.dropped(DropReason::malformed_nd);
}

BOOST_AUTO_TEST_CASE(what_fails_the_checks_is_silent) {
  Steps steps(two_legs6());
  const auto good = solicitation(kOwn0, kPeer6, kPeer);
  auto frame = good;
  frame[14 + 7] = 254;  // a router was on the way
  steps.in(0, frame).dropped(DropReason::malformed_nd);
  frame = good;
  frame[14 + 40 + 2] ^= 1;
  steps.in(0, frame).dropped(DropReason::bad_icmp);
  const auto mended = [](std::vector<uint8_t> bytes) {
    wire::fill_icmpv6_checksum(IpAddress::v6_at(bytes.data() + 22),
                               IpAddress::v6_at(bytes.data() + 38),
                               MutableBytes(bytes).subspan(54));
    return bytes;
  };
  frame = good;
  frame[14 + 40 + 1] = 1;  // code
  steps.in(0, mended(frame)).dropped(DropReason::malformed_nd, 2);
  frame = good;
  frame[14 + 40 + 24 + 1] = 0;  // an option of no length
  steps.in(0, mended(frame)).dropped(DropReason::malformed_nd, 3);
  frame = good;
  frame[14 + 40 + 24 + 1] = 2;  // one that overruns
  steps.in(0, mended(frame)).dropped(DropReason::malformed_nd, 4);
  steps.in(0, good);
  steps.out();
}

BOOST_AUTO_TEST_CASE(a_packet_waits_for_its_neighbour) {
  Steps steps(router6());
  introduce6(steps, 0, kPeer, kPeer6);
  steps.in(0, crossing());
  const Sent question = question_of(steps, kFar6);
  BOOST_TEST(question.port == 1U);
  // The packet's source is not this interface's.
  BOOST_TEST((ip6(question).source() == wire::link_local_of(kHost1)));
  steps.nothing_else();
  steps.in(1, advertisement(kFar6, wire::link_local_of(kHost1), kFar, kHost1));
  const Sent sent = steps.out();
  BOOST_TEST(sent.parsed().dst_addr() == kFar);
  BOOST_TEST((ip6(sent).destination() == kFar6));
  steps.in(0, crossing());
  steps.out();
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(own_packets_ask_from_their_source) {
  Steps steps(two_legs6());
  wire::Frame packet = make_datagram({kOwn1, 7}, {kFar6, 7}, "hello");
  steps.host.originate(std::move(packet), steps.now, steps);
  BOOST_TEST((ip6(question_of(steps, kFar6)).source() == kOwn1));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(three_questions_then_address_unreachable) {
  Steps steps(router6());
  introduce6(steps, 0, kPeer, kPeer6);
  steps.in(0, crossing());
  question_of(steps, kFar6);
  for (int n = 0; n < 2; ++n) {
    steps.pass(milliseconds(999));
    steps.nothing_else();
    steps.pass(milliseconds(1));
    question_of(steps, kFar6);
  }
  steps.pass(seconds(1));
  const Sent error = steps.out();
  error6(error, icmp6::kUnreachable, icmp6::kAddressUnreachable);
  BOOST_TEST((ip6(error).destination() == kPeer6));
  steps.dropped(DropReason::neighbour_failed);
  // An answer that comes too late teaches nothing; the next packet asks anew.
  steps.in(1, advertisement(kFar6, kOwn1, kFar, kHost1)).dropped(DropReason::nd_ignored);
  steps.in(0, crossing());
  question_of(steps, kFar6);
}

BOOST_AUTO_TEST_CASE(sixteen_packets_wait) {
  Steps steps(router6());
  introduce6(steps, 0, kPeer, kPeer6);
  for (int n = 0; n < 17; ++n) steps.in(0, crossing());
  question_of(steps, kFar6);
  steps.dropped(DropReason::neighbour_queue_full);
  steps.in(1, advertisement(kFar6, kOwn1, kFar, kHost1));
  BOOST_TEST(steps.waiting() == 16U);
}

BOOST_AUTO_TEST_CASE(a_new_mac_needs_the_override_flag) {
  Steps steps(router6());
  introduce_all6(steps);
  steps.in(1, advertisement(kFar6, kOwn1, kGateway, kHost1, false));
  steps.in(0, crossing());
  BOOST_TEST(steps.out().parsed().dst_addr() == kFar);
  steps.in(1, advertisement(kFar6, kOwn1, kGateway, kHost1, true));
  steps.in(0, crossing());
  BOOST_TEST(steps.out().parsed().dst_addr() == kGateway);
}

BOOST_AUTO_TEST_CASE(who_is_not_looked_for_is_not_learned) {
  Steps steps(router6());
  steps.in(1, advertisement(kFar6, kOwn1, kFar, kHost1)).dropped(DropReason::nd_ignored);
  BOOST_TEST(!steps.host.neighbours().entry(1, kFar6));
}

BOOST_AUTO_TEST_CASE(permanent_neighbours_are_not_asked_nor_changed) {
  HostConfig config = router6();
  config.neighbours = {{"eth1", kFar6, kFar}};
  Steps steps(config);
  introduce6(steps, 0, kPeer, kPeer6);
  steps.in(1, advertisement(kFar6, kOwn1, kGateway, kHost1));
  steps.host.flush_neighbours();
  introduce6(steps, 0, kPeer, kPeer6);
  steps.in(0, crossing());
  BOOST_TEST(steps.out().parsed().dst_addr() == kFar);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(source_addresses_by_rfc_6724) {
  HostConfig config = two_legs6();
  config.interfaces[0].addresses = {prefix("2001:db8:1::1/64"), prefix("2001:db8:1::80/128"),
                                    prefix("fd00:1::1/64")};
  config.interfaces[1].addresses.clear();
  config.routes.push_back({prefix("2001:db8:3::/48"), {}, "eth1"});
  config.routes.push_back({prefix("2001:db8:c0::/48"), {}, "eth1"});
  const RouteTable routes(config);
  struct Case {
    const char* sentence;
    const char* target;
    const char* source;
  };
  const Case cases[] = {
      {"longest common prefix, as far as the address's own: a /128 wins on the link",
       "2001:db8:1::9", "2001:db8:1::80"},
      {"label: unique local to its like", "fd00:9::1", "fd00:1::1"},
      {"label: not to the world", "2001:db8:99::1", "2001:db8:1::80"},
      {"scope: link-local to link-local", "fe80::9", "fe80::ff:fe00:1"},
      {"an interface of none but link-local: lo's, if it has most in common", "2001:db8:c0::1",
       "2001:db8:80::80"},
      {"or another interface's", "2001:db8:3::1", "2001:db8:1::80"},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      const auto route = routes.lookup(ip(c.target));
      BOOST_REQUIRE(route);
      BOOST_TEST(routes.source_for(*route, ip(c.target)).to_string() == c.source);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
