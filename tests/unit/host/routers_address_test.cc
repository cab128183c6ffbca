// The address that a network's routers have together (RFC 4291, 2.6.1): whose it is, who is
// answered, and as whom.

#include "steps6.hh"

namespace lvslab::host::test {

namespace {

const IpAddress kRouters0 = ip("2001:db8:1::"), kRouters1 = ip("2001:db8:2::");

std::vector<uint8_t> echo_to(const IpAddress& to) {
  Tins::ICMPv6 echo(Tins::ICMPv6::ECHO_REQUEST);
  return (to_eth0() / packet6(kPeer6, to) / echo / text("ping!")).serialize();
}

struct Ready : Steps {
  explicit Ready(HostConfig config) : Steps(std::move(config)) { introduce_all6(*this); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(routers_address)

BOOST_AUTO_TEST_CASE(a_router_has_one_for_each_of_its_networks) {
  const RouteTable router(router6());
  for (const auto& address : {kRouters0, kRouters1, ip("fe80::")}) {
    BOOST_TEST(router.is_routers(address));
    BOOST_TEST(router.is_local(address));
  }
  BOOST_TEST(router.is_routers(0, kRouters0));
  BOOST_TEST(!router.is_routers(1, kRouters0));
  BOOST_TEST(router.is_joined(0, wire::solicited_node_of(kRouters0)));
  BOOST_TEST(!router.is_local(ip("2001:db8:3::")));
  BOOST_TEST(!router.is_local(ip("192.0.2.0")));
}

BOOST_AUTO_TEST_CASE(who_does_not_forward_has_none) {
  const RouteTable host(two_legs6());
  BOOST_TEST(host.is_routers(kRouters0));
  BOOST_TEST(!host.is_local(kRouters0));
  BOOST_TEST(!host.is_joined(0, wire::solicited_node_of(kRouters0)));
}

// RFC 6164: of two ends of a line one would have the address itself.
BOOST_AUTO_TEST_CASE(lines_and_single_addresses_have_none) {
  HostConfig config = router6();
  config.routes.clear();
  config.interfaces[0].addresses = {prefix("2001:db8:1::1/127"), prefix("2001:db8:5::1/128"),
                                    prefix("2001:db8:6::/64")};
  const RouteTable router(config);
  BOOST_TEST(!router.is_routers(ip("2001:db8:1::")));
  BOOST_TEST(!router.is_routers(ip("2001:db8:5::1")));
  BOOST_TEST(!router.is_routers(ip("2001:db8:6::")));  // its very own
  BOOST_TEST(router.is_local(ip("2001:db8:6::")));
}

// net.ipv6.anycast_src_echo_reply=0: of either network, by the way to who asked.
BOOST_AUTO_TEST_CASE(echo_is_answered_by_an_address_of_its_own) {
  for (const auto& asked : {kRouters0, kRouters1}) {
    Ready steps(router6());
    steps.in(0, echo_to(asked));
    const Sent reply = steps.out();
    BOOST_TEST(int{message6(reply)[0]} == int{icmp6::kEchoReply});
    BOOST_TEST((ip6(reply).source() == kOwn0));
    BOOST_TEST((ip6(reply).destination() == kPeer6));
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(errors_come_from_the_address_that_was_asked) {
  Ready steps(router6());
  steps.in(0, to_eth0() / packet6(kPeer6, kRouters1) / udp());
  const Sent error = steps.out();
  error6(error, icmp6::kUnreachable, icmp6::kPortUnreachable);
  BOOST_TEST((ip6(error).source() == kRouters1));
  steps.nothing_else();
}

// An answer to a SYN would say who of them it was.
BOOST_AUTO_TEST_CASE(tcp_is_not_spoken_with_several) {
  Ready steps(router6());
  Tins::TCP syn(80, 40000);
  syn.flags(Tins::TCP::SYN);
  steps.in(0, to_eth0() / packet6(kPeer6, kRouters0) / syn).dropped(DropReason::bad_tcp);
  steps.nothing_else();
  steps.in(0, to_eth0() / packet6(kPeer6, kOwn0) / syn);
  BOOST_TEST(int{ip6(steps.out()).next_header()} == int{wire::proto::kTcp});
}

// RFC 4443, 2.4 (e.6), on hosts that do not forward too.
BOOST_AUTO_TEST_CASE(nobody_in_particular_is_told_of_an_error) {
  for (const auto& config : {router6(), two_legs6()}) {
    Ready steps(config);
    steps.in(0, to_eth0() / packet6(kRouters0, kOwn0) / udp()).dropped(DropReason::no_udp_listener);
    steps.nothing_else();
    steps.in(0, to_eth0() / packet6(kPeer6, kOwn0) / udp());
    error6(steps.out(), icmp6::kUnreachable, icmp6::kPortUnreachable);
  }
}

// Another router may answer as well: none of them overrides what is known.
BOOST_AUTO_TEST_CASE(its_mac_is_told_without_overriding) {
  constexpr uint8_t kRouter = 0x80, kSolicited = 0x40;
  Ready steps(router6());
  steps.in(0, solicitation(kRouters0, kPeer6, kPeer));
  const Sent sent = steps.out();
  const Bytes bytes = message6(sent);
  const auto advert = *wire::NeighbourMessageView::over(bytes);
  BOOST_TEST(int{bytes[4]} == (kRouter | kSolicited));
  BOOST_TEST((advert.target() == kRouters0));
  BOOST_TEST((advert.link_layer(wire::LinkLayerOption::target) == kHost0));
  BOOST_TEST((ip6(sent).source() == kOwn0));
  steps.nothing_else();

  Ready host(two_legs6());
  host.in(0, solicitation(kRouters0, kPeer6, kPeer));
  host.nothing_else();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
