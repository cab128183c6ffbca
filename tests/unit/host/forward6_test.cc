// IPv6 packets that cross the host: hop limit, MTU, scopes, fragments, hooks, and no allocation.

#include "emulator/host/fragment.hh"
#include "emulator/host/redirect_rate.hh"
#include "steps6.hh"
#include "tests/support/allocations.hh"

namespace lvslab::host::test {

using lvslab::test::allocations;

namespace {

std::vector<uint8_t> crossing(uint8_t hop_limit = 64, size_t payload = 10) {
  return (to_eth0() / packet6(kPeer6, kFar6, hop_limit) / udp() / text(pattern(payload)))
      .serialize();
}

std::vector<uint8_t> to_vip(size_t payload = 10) {
  return (to_eth0() / packet6(kPeer6, kVip) / udp() / text(pattern(payload))).serialize();
}

// Says one thing of every packet and remembers what it saw.
class OneHook : public Hooks {
 public:
  HookResult local_in(wire::Frame& packet, Time) override { return take("local_in", packet); }
  HookResult forward(wire::Frame& packet, Time) override { return take("forward", packet); }
  HookResult result;
  std::vector<std::string> calls;
  std::vector<uint8_t> last;
  const Host* host = nullptr;
  uint32_t largest = 0;
  std::function<void(wire::Frame&)> edit;

 private:
  HookResult take(const char* where, wire::Frame& packet) {
    calls.emplace_back(where);
    last.assign(packet.bytes().begin(), packet.bytes().end());
    if (host) largest = host->largest_fragment();
    if (edit) edit(packet);
    return result;
  }
};

// The fragments of a frame, of at most `mtu` bytes of packet, with an id of their own.
std::vector<std::vector<uint8_t>> cut6(const std::vector<uint8_t>& whole, size_t mtu,
                                       uint32_t id = 77) {
  const wire::Frame packet = wire::Frame::copy_of(Bytes(whole).subspan(14));
  Fragmenter6 fragments(packet, mtu, id);
  std::vector<std::vector<uint8_t>> result;
  while (!fragments.done()) {
    wire::Frame fragment = fragments.next();
    std::memcpy(fragment.prepend(14), whole.data(), 14);
    result.emplace_back(fragment.bytes().begin(), fragment.bytes().end());
  }
  return result;
}

wire::FragmentHeaderView fragment_header(const Sent& sent) {
  BOOST_REQUIRE_EQUAL(int{ip6(sent).next_header()}, int{next::kFragment});
  return *wire::FragmentHeaderView::over(ip6(sent).payload());
}

}  // namespace

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
  steps.in(0, to_eth0() / packet6(kPeer6, ip("fe80::77")) / udp());
  steps.dropped(DropReason::beyond_scope, 2);
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

BOOST_AUTO_TEST_SUITE(hooks6)

BOOST_AUTO_TEST_CASE(each_hook_has_its_place) {
  OneHook hook;
  Steps steps(router6(), &hook);
  introduce_all6(steps);  // solicitations come by multicast, and by no hook
  BOOST_TEST(hook.calls.empty());
  steps.in(0, crossing());
  steps.out();
  BOOST_TEST(hook.calls == std::vector<std::string>{"forward"});
  BOOST_TEST(int{hook.last[7]} == 63);  // after the decrement
  steps.in(0, to_vip());
  BOOST_TEST(hook.calls.back() == "local_in");
  BOOST_TEST(int{hook.last[7]} == 64);
  error6(steps.out(), icmp6::kUnreachable, icmp6::kPortUnreachable);
  steps.in(0, crossing(1));  // refused before the hook
  BOOST_TEST(hook.calls.size() == 2U);
}

BOOST_AUTO_TEST_CASE(forward_by_the_hook_takes_its_next_hop) {
  OneHook hook;
  hook.result = {HookAction::forward, kFar6, {}, 5};
  Steps steps(two_legs6(), &hook);  // forwarding=0: local_in forwards all the same
  introduce_all6(steps);
  const auto in = to_vip();
  steps.in(0, in);
  const Sent sent = steps.out();
  BOOST_TEST(sent.port == 1U);
  BOOST_TEST(sent.parsed().dst_addr() == kFar);
  BOOST_TEST(std::vector<uint8_t>(sent.packet().begin(), sent.packet().end()) ==
             std::vector<uint8_t>(in.begin() + 14, in.end()));
  BOOST_TEST(steps.host.cause() == 5U);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(extension_headers_stay_and_are_not_judged_before_the_hook) {
  OneHook hook;
  hook.result = {HookAction::forward, kFar6, {}, 0};
  Steps steps(two_legs6(), &hook);
  introduce_all6(steps);
  const std::vector<uint8_t> options = {next::kRouting, 0, 0xc7, 4, 1, 2, 3, 4};  // unknown, 11
  const std::vector<uint8_t> route = {wire::proto::kUdp, 0, 0, 1, 0, 0, 0, 0};    // segments left
  const auto frame = raw6(kPeer6, kVip, next::kDestination,
                          options + route + datagram6(kPeer6, kVip, 53, "question"));
  steps.in(0, frame);
  BOOST_TEST(hook.last == std::vector<uint8_t>(frame.begin() + 14, frame.end()));
  BOOST_TEST(steps.out().parsed().dst_addr() == kFar);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(drop_by_the_hook_with_and_without_answer) {
  OneHook hook;
  hook.result.action = HookAction::drop;
  Steps steps(two_legs6(), &hook);
  introduce_all6(steps);
  steps.in(0, to_vip()).dropped(DropReason::by_hook);
  hook.result.answer = {icmp6::kTooBig, 0, 1460, kVip};
  steps.in(0, to_vip());
  Sent error = steps.out();
  BOOST_TEST(error6(error, icmp6::kTooBig, 0) == 1460U);
  BOOST_TEST((ip6(error).source() == kVip));
  hook.result.answer = {icmp6::kUnreachable, icmp6::kPortUnreachable, 0, {}};
  steps.in(0, to_vip());
  error = steps.out();
  error6(error, icmp6::kUnreachable, icmp6::kPortUnreachable);
  BOOST_TEST((ip6(error).source() == kVip));  // the one it was sent to
  steps.dropped(DropReason::by_hook, 3);
}

BOOST_AUTO_TEST_CASE(whole_datagrams_that_leave_as_they_came_with_a_new_id) {
  OneHook hook;
  Steps steps(router6(), &hook);
  hook.host = &steps.host;
  introduce_all6(steps);
  const auto whole = crossing(64, 3000);
  const auto fragments = cut6(whole, 1280);
  BOOST_REQUIRE_EQUAL(fragments.size(), 3U);
  for (const size_t n : {2, 0, 1}) {
    BOOST_TEST(hook.calls.empty());
    steps.in(0, fragments[n]);
  }
  BOOST_TEST(hook.calls.size() == 1U);
  auto expected = std::vector<uint8_t>(whole.begin() + 14, whole.end());
  expected[7] = 63;
  BOOST_TEST(hook.last == expected);
  BOOST_TEST(hook.largest == 1280U);
  uint32_t id = 77;
  for (size_t n = 0; n < 3; ++n) {
    const Sent sent = steps.out();
    BOOST_TEST(sent.packet().size() == fragments[n].size() - 14);
    const auto header = fragment_header(sent);
    if (n == 0) id = header.id();
    BOOST_TEST(header.id() == id);
    BOOST_TEST(header.offset() == load_be16(fragments[n].data() + 14 + 42) / 8U * 8U);
    BOOST_TEST(header.more_fragments() == (n < 2));
    BOOST_TEST(int{header.next_header()} == int{wire::proto::kUdp});
    BOOST_TEST(std::equal(sent.packet().begin() + 48, sent.packet().end(),
                          fragments[n].begin() + 14 + 48, fragments[n].end()));
  }
  BOOST_TEST(id != 77U);
  steps.nothing_else();
  steps.in(0, crossing());
  BOOST_TEST(hook.largest == 0U);
}

// As seen of Linux 6.1.
BOOST_AUTO_TEST_CASE(uneven_and_small_fragments_leave_as_they_came) {
  const auto whole = to_vip(1992);
  for (const std::vector<size_t>& sizes :
       {std::vector<size_t>{600, 1000, 400}, std::vector<size_t>(10, 200)}) {
    OneHook hook;
    hook.result = {HookAction::forward, kFar6, {}, 0};
    Steps steps(two_legs6(), &hook);
    introduce_all6(steps);
    size_t at = 0;
    for (const size_t size : sizes) {
      std::vector<uint8_t> piece(8);
      wire::FragmentHeaderEdit::over(MutableBytes(piece))
          ->fill(wire::proto::kUdp, at, at + size < 2000, 9);
      const auto from = whole.begin() + 54 + static_cast<std::ptrdiff_t>(at);
      piece.insert(piece.end(), from, from + static_cast<std::ptrdiff_t>(size));
      steps.in(0, raw6(kPeer6, kVip, next::kFragment, piece));
      at += size;
    }
    BOOST_TEST(hook.last.size() == 2040U);
    for (const size_t size : sizes) BOOST_TEST(steps.out().packet().size() == 48U + size);
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_fragment_crosses_unseen) {
  OneHook hook;
  Steps steps(router6(), &hook);
  introduce_all6(steps);
  std::vector<uint8_t> odd(8 + 33);
  wire::FragmentHeaderEdit::over(MutableBytes(odd))->fill(wire::proto::kUdp, 0, true, 9);
  steps.in(0, raw6(kPeer6, kFar6, next::kFragment, odd));
  BOOST_TEST(steps.out().packet().size() == 81U);
  odd.resize(8);  // no header of UDP in it
  steps.in(0, raw6(kPeer6, kFar6, next::kFragment, odd)).dropped(DropReason::bad_fragment);
  BOOST_TEST(hook.calls.empty());
}

BOOST_AUTO_TEST_CASE(fragments_too_large_for_the_way_on_are_told_so) {
  OneHook hook;
  HostConfig config = router6();
  config.interfaces[1].mtu = 1300;
  Steps steps(config, &hook);
  introduce_all6(steps);
  for (const auto& fragment : cut6(crossing(64, 2000), 1304)) steps.in(0, fragment);
  BOOST_TEST(error6(steps.out(), icmp6::kTooBig, 0) == 1300U);
  BOOST_TEST(hook.calls.empty());
  steps.dropped(DropReason::fragmentation_needed);
}

BOOST_AUTO_TEST_CASE(what_the_hook_made_larger_is_cut) {
  OneHook hook;
  hook.result = {HookAction::forward, kFar6, {}, 0};
  hook.edit = [](wire::Frame& packet) {  // IPv6 in IPv6
    const auto size = static_cast<uint16_t>(packet.size());
    std::memset(packet.prepend(40), 0, 40);
    packet.data()[0] = 0x60;
    const auto outer = *wire::Ipv6Edit::over(packet.bytes());
    outer.set_payload_length(size);
    outer.set_next_header(wire::proto::kIpv6);
    outer.set_hop_limit(63);
    outer.set_source(kOwn1);
    outer.set_destination(kFar6);
  };
  Steps steps(two_legs6(), &hook);
  introduce_all6(steps);
  steps.in(0, to_vip(1480 - 48));
  const Sent first = steps.out();
  const Sent second = steps.out();
  BOOST_TEST(first.packet().size() == 48U + 1448U);
  BOOST_TEST(second.packet().size() == 48U + 1480U - 1448U);
  BOOST_TEST(int{fragment_header(first).next_header()} == int{wire::proto::kIpv6});
  BOOST_TEST(fragment_header(second).offset() == 1448U);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(packets_change_family_in_tunnels) {
  // IPv6 within IPv4: to the IPv4 neighbour, with its ethertype.
  HostConfig config = two_legs6();
  config.interfaces[1].addresses.push_back(prefix("198.51.100.1/24"));
  config.neighbours = {{"eth1", ip("198.51.100.9"), kFar}};
  OneHook hook;
  hook.result = {HookAction::forward, ip("198.51.100.9"), {}, 0};
  hook.edit = [](wire::Frame& packet) {
    const auto inner = packet.size();
    const auto header = Tins::IP("198.51.100.9", "198.51.100.1").serialize();
    std::memcpy(packet.prepend(20), header.data(), 20);
    packet.data()[9] = wire::proto::kIpv6;
    const auto outer = *wire::Ipv4Edit::over(packet.bytes());
    outer.set_total_length(static_cast<uint16_t>(inner + 20));
    outer.fill_checksum();
  };
  Steps steps(config, &hook);
  introduce6(steps, 0, kPeer, kPeer6);
  steps.in(0, to_vip());
  const Sent sent = steps.out();
  BOOST_TEST(sent.port == 1U);
  BOOST_TEST(sent.ethernet().type() == wire::ethertype::kIpv4);
  BOOST_TEST(sent.parsed().dst_addr() == kFar);
  BOOST_TEST(int{sent.ip().protocol()} == int{wire::proto::kIpv6});
  steps.nothing_else();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
