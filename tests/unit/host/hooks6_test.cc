// The hooks that a director stands at, of IPv6 packets.

#include "forwarding6.hh"

namespace lvslab::host::test {

BOOST_AUTO_TEST_SUITE(hooks6)

BOOST_AUTO_TEST_CASE(each_hook_has_its_place) {
  OneHook6 hook;
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
  OneHook6 hook;
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
  OneHook6 hook;
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
  OneHook6 hook;
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
  OneHook6 hook;
  Steps steps(router6(), &hook);
  hook.host = &steps.host;
  introduce_all6(steps);
  const auto whole = crossing(64, 3000);
  const auto fragments = cut6(whole, 1280);
  BOOST_REQUIRE_EQUAL(fragments.size(), 3U);
  for (const size_t n : {2U, 0U, 1U}) {
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
    OneHook6 hook;
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
  OneHook6 hook;
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
  OneHook6 hook;
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
  OneHook6 hook;
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
  OneHook6 hook;
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
