// What crosses the host: TTL, MTU, fragments, redirects, hooks, and no allocation.

#include "emulator/host/fragment.hh"
#include "steps.hh"
#include "tests/support/allocations.hh"

namespace lvslab::host::test {

using lvslab::test::allocations;

namespace {

Tins::EthernetII crossing(uint8_t ttl = 64, size_t payload = 10, bool df = false) {
  Tins::IP header = packet("192.0.2.9", "198.51.100.9", ttl);
  if (df) header.flags(Tins::IP::DONT_FRAGMENT);
  std::string bytes(payload, 'x');
  for (size_t i = 0; i < payload; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return to_eth0() / header / udp() / text(bytes);
}

Steps& ready(Steps& steps) {
  introduce_all(steps);
  return steps;
}

// Says one thing of every packet and remembers what it saw.
class OneHook : public Hooks {
 public:
  HookResult local_in(wire::Frame& packet, Time) override { return take("local_in", packet); }
  HookResult forward(wire::Frame& packet, Time) override { return take("forward", packet); }
  HookResult result;
  std::vector<std::string> calls;
  size_t last_size = 0;
  uint8_t last_ttl = 0;
  bool last_df = false;

 private:
  HookResult take(const char* where, wire::Frame& packet) {
    calls.emplace_back(where);
    last_size = packet.size();
    last_ttl = wire::Ipv4View::over(packet.bytes())->ttl();
    last_df = wire::Ipv4View::over(packet.bytes())->dont_fragment();
    return result;
  }
};

// The fragments of `crossing` as libtins frames of at most `mtu` bytes of packet.
std::vector<std::vector<uint8_t>> cut(Tins::EthernetII whole, size_t mtu) {
  const auto bytes = whole.serialize();
  const auto length = wire::Ipv4View::over(Bytes(bytes).subspan(14))->total_length();
  wire::Frame frame = wire::Frame::copy_of(Bytes(bytes).subspan(14, length));
  Fragmenter fragments(frame, mtu);
  std::vector<std::vector<uint8_t>> result;
  while (!fragments.done()) {
    wire::Frame fragment = fragments.next();
    fragment.prepend(14);
    std::memcpy(fragment.data(), bytes.data(), 14);
    result.emplace_back(fragment.bytes().begin(), fragment.bytes().end());
  }
  return result;
}

std::string payload_of(const Sent& sent) {
  const Bytes bytes = sent.ip().payload();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarding)

BOOST_AUTO_TEST_CASE(only_ttl_checksum_and_macs_change) {
  Steps steps(router());
  ready(steps);
  const auto in = crossing().serialize();
  steps.in(0, in);
  const Sent sent = steps.out();
  BOOST_TEST(sent.port == 1U);
  BOOST_TEST(sent.parsed().src_addr() == kHost1);
  BOOST_TEST(sent.parsed().dst_addr() == kFar);
  BOOST_TEST(sent.ip().ttl() == 63);
  BOOST_TEST(checksums_good(sent));
  auto expected = std::vector<uint8_t>(in.begin() + 14, in.begin() + 14 + 38);
  expected[8] = 63;
  wire::Ipv4Edit::over(MutableBytes(expected))->fill_checksum();
  BOOST_TEST(std::vector<uint8_t>(sent.packet().begin(), sent.packet().end()) == expected,
             boost::test_tools::per_element());
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(ip_forward_off) {
  Steps steps(two_legs());
  ready(steps);
  steps.in(0, crossing()).dropped(DropReason::not_forwarding);
}

BOOST_AUTO_TEST_CASE(ttl_runs_out) {
  for (const uint8_t ttl : {uint8_t{0}, uint8_t{1}}) {
    Steps steps(router());
    ready(steps);
    steps.in(0, crossing(ttl));
    const Sent error = steps.out();
    BOOST_TEST(error.port == 0U);
    BOOST_TEST(error.as<Tins::ICMP>().type() == Tins::ICMP::TIME_EXCEEDED);
    BOOST_TEST((error.ip().source() == ip("192.0.2.1")));
    BOOST_TEST(error.ip().payload()[8 + 8] == ttl);  // as it came
    steps.dropped(DropReason::ttl_exceeded);
  }
}

BOOST_AUTO_TEST_CASE(no_error_about_an_error_or_a_later_fragment) {
  Steps steps(router());
  ready(steps);
  Tins::ICMP unreachable(Tins::ICMP::DEST_UNREACHABLE);
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9", 1) / unreachable);
  steps.dropped(DropReason::ttl_exceeded);
  const auto fragments = cut(crossing(1, 3000), 1500);
  steps.in(0, fragments[1]).dropped(DropReason::ttl_exceeded, 2);
  steps.in(0, fragments[0]);
  steps.out();
  // An echo request is no error: its sender hears.
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9", 1) / Tins::ICMP());
  steps.out();
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(no_route_is_net_unreachable) {
  HostConfig config = router();
  config.routes.clear();
  Steps steps(config);
  ready(steps);
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.7") / udp());
  BOOST_TEST(steps.out().as<Tins::ICMP>().code() == 0);
  steps.dropped(DropReason::no_route);
}

BOOST_AUTO_TEST_CASE(link_broadcasts_are_not_forwarded) {
  Steps steps(router());
  ready(steps);
  Tins::EthernetII frame = crossing();
  frame.dst_addr(kAll);
  steps.in(0, frame).dropped(DropReason::link_broadcast);
}

BOOST_AUTO_TEST_CASE(too_large_with_df) {
  HostConfig config = router();
  config.interfaces[1].mtu = 1000;
  Steps steps(config);
  ready(steps);
  steps.in(0, crossing(64, 973, true));
  const Sent error = steps.out();
  BOOST_TEST(error.as<Tins::ICMP>().code() == 4);
  BOOST_TEST(error.as<Tins::ICMP>().mtu() == 1000);
  BOOST_TEST(error.ip().payload()[8 + 8] == 64);
  steps.dropped(DropReason::fragmentation_needed);
  steps.in(0, crossing(64, 972, true));  // one byte less: fits exactly
  BOOST_TEST(steps.out().ip().total_length() == 1000);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(too_large_without_df_is_cut) {
  HostConfig config = router();
  config.interfaces[1].mtu = 1000;
  Steps steps(config);
  ready(steps);
  steps.in(0, crossing(64, 1400));
  const Sent first = steps.out();
  const Sent second = steps.out();
  steps.nothing_else();
  BOOST_TEST(first.ip().total_length() == 20 + 976);  // (1000 - 20) & ~7
  BOOST_TEST(first.ip().more_fragments());
  BOOST_TEST(first.ip().fragment_offset() == 0U);
  BOOST_TEST(second.ip().total_length() == 20 + 1408 - 976);
  BOOST_TEST(!second.ip().more_fragments());
  BOOST_TEST(second.ip().fragment_offset() == 976U);
  BOOST_TEST(first.ip().id() == 77);
  BOOST_TEST(second.ip().id() == 77);
  BOOST_TEST((first.ip().checksum_good() && second.ip().checksum_good()));
  const auto whole = crossing(64, 1400).serialize();
  BOOST_TEST(payload_of(first) + payload_of(second) ==
             std::string(whole.begin() + 34, whole.begin() + 34 + 1408));
}

BOOST_AUTO_TEST_CASE(options_follow_the_fragments_by_their_copied_flag) {
  HostConfig config = router();
  config.interfaces[1].mtu = 1000;
  Steps steps(config);
  ready(steps);
  Tins::IP header = packet("192.0.2.9", "198.51.100.9");
  const std::vector<uint8_t> security = {1, 2};
  // Stream id, copied; record route, not copied and full.
  header.add_option(
      Tins::IP::option(Tins::IP::option_identifier(Tins::IP::SID, Tins::IP::CONTROL, 1),
                       security.begin(), security.end()));
  const std::vector<uint8_t> full = {8, 1, 2, 3, 4};
  header.add_option(Tins::IP::option(
      Tins::IP::option_identifier(Tins::IP::RR, Tins::IP::CONTROL, 0), full.begin(), full.end()));
  steps.in(0, to_eth0() / header / udp() / text(std::string(1400, 'x')));
  const Sent first = steps.out();
  const Sent second = steps.out();
  steps.nothing_else();
  BOOST_TEST(first.packet()[20] == 136);
  BOOST_TEST(first.packet()[24] == 7);
  BOOST_TEST(second.ip().header_length() == first.ip().header_length());
  BOOST_TEST(second.packet()[20] == 136);
  for (size_t at = 24; at < 31; ++at) BOOST_TEST(second.packet()[at] == 1);  // no-operation
  BOOST_TEST((first.ip().checksum_good() && second.ip().checksum_good()));
}

BOOST_AUTO_TEST_CASE(a_partial_checksum_is_finished_before_cutting) {
  HostConfig config = router();
  config.interfaces[1].mtu = 1000;
  Steps steps(config);
  ready(steps);
  auto bytes = crossing(64, 1400).serialize();
  const uint16_t full = load_be16(bytes.data() + 14 + 20 + 6);
  const auto partial = wire::checksum_fold(
      wire::pseudo_header_sum(ip("192.0.2.9"), ip("198.51.100.9"), wire::proto::kUdp, 1408));
  store_be16(bytes.data() + 14 + 20 + 6, partial);
  wire::Frame frame = wire::Frame::copy_of(bytes);
  frame.set_offload({true, 14 + 20, 6, wire::Segmentation::none, 0});
  steps.in(0, std::move(frame));
  BOOST_TEST(load_be16(steps.out().ip().payload().data() + 6) == full);
  steps.out();
}

BOOST_AUTO_TEST_CASE(super_packets_pass_whole_when_their_segments_fit) {
  Steps steps(router());
  ready(steps);
  Tins::IP header = packet("192.0.2.9", "198.51.100.9");
  header.flags(Tins::IP::DONT_FRAGMENT);
  const auto bytes =
      (to_eth0() / header / Tins::TCP(80, 40000) / text(std::string(8000, 'x'))).serialize();
  for (const uint16_t segment : {uint16_t{1460}, uint16_t{1461}}) {
    wire::Frame frame = wire::Frame::copy_of(bytes);
    frame.set_offload({true, 14 + 20, 16, wire::Segmentation::tcp4, segment});
    steps.in(0, std::move(frame));
    const Sent sent = steps.out();
    BOOST_TEST(
        (sent.ip().protocol() == (segment == 1460 ? wire::proto::kTcp : wire::proto::kIcmp)));
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(redirects_when_wanted) {
  for (const bool wanted : {false, true}) {
    HostConfig config = router();
    config.send_redirects = wanted;
    Steps steps(config);
    ready(steps);
    steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.7") / udp());  // by the gateway on eth0
    if (wanted) {
      const Sent error = steps.out();
      BOOST_TEST(error.as<Tins::ICMP>().type() == Tins::ICMP::REDIRECT);
      BOOST_TEST((IpAddress::v4_at(error.ip().payload().data() + 4) == ip("192.0.2.254")));
      BOOST_TEST(error.parsed().dst_addr() == kPeer);
    }
    BOOST_TEST(steps.out().parsed().dst_addr() == kGateway);
    steps.nothing_else();
    steps.in(0, crossing());  // leaves by the other side: no redirect
    steps.out();
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(forwarding_allocates_nothing_once_warm) {
  class Sink : public Outbox {
   public:
    void send(uint32_t, wire::Frame) override { ++sent; }
    size_t sent = 0;
  } sink;
  HostConfig config = router();
  config.all.rp_filter = 1;
  OneHook hook;  // passes
  hook.calls.reserve(1024);
  Steps steps(config, &hook);
  ready(steps);
  const auto bytes = crossing().serialize();
  const auto once = [&] {
    steps.host.receive(0, wire::Frame::copy_of(bytes), steps.now, sink);
    (void)steps.host.next_deadline();
  };
  once();
  const size_t before_them = allocations();
  for (int n = 0; n < 100; ++n) once();
  BOOST_TEST(allocations() - before_them == 0U);
  BOOST_TEST(sink.sent == 101U);
  const auto noticed = std::make_unique<int>(1);  // the counter does count
  BOOST_TEST(allocations() > before_them);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(hooks)

BOOST_AUTO_TEST_CASE(each_hook_has_its_place) {
  OneHook hook;
  Steps steps(router(), &hook);
  ready(steps);
  steps.in(0, crossing());
  steps.out();
  BOOST_TEST(hook.calls == std::vector<std::string>{"forward"});
  BOOST_TEST(hook.last_ttl == 63);  // after the decrement
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.80") / Tins::ICMP());
  steps.out();
  BOOST_TEST(hook.calls.back() == "local_in");
  BOOST_TEST(hook.last_ttl == 64);
  steps.in(0, crossing(1));  // refused before the hook
  BOOST_TEST(hook.calls.size() == 2U);
}

BOOST_AUTO_TEST_CASE(forward_by_the_hook_takes_its_next_hop) {
  OneHook hook;
  hook.result = {HookAction::forward, ip("198.51.100.9"), {}, 5};
  Steps steps(two_legs(), &hook);  // ip_forward=0: local_in forwards all the same
  ready(steps);
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp());
  const Sent sent = steps.out();
  BOOST_TEST(sent.parsed().dst_addr() == kFar);
  BOOST_TEST((sent.ip().destination() == ip("203.0.113.80")));  // as in DR
  BOOST_TEST(sent.ip().ttl() == 64);                            // the hook's business
  BOOST_TEST(steps.host.cause() == 5U);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(drop_by_the_hook_with_and_without_answer) {
  OneHook hook;
  hook.result.action = HookAction::drop;
  Steps steps(two_legs(), &hook);
  ready(steps);
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp()).dropped(DropReason::by_hook);
  hook.result.answer = {3, 4, 1480, ip("198.51.100.1")};
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp());
  const Sent error = steps.out();
  BOOST_TEST(error.as<Tins::ICMP>().code() == 4);
  BOOST_TEST(error.as<Tins::ICMP>().mtu() == 1480);
  BOOST_TEST((error.ip().source() == ip("198.51.100.1")));
  steps.dropped(DropReason::by_hook, 2);
}

BOOST_AUTO_TEST_CASE(hooks_see_whole_datagrams_and_they_leave_as_they_came) {
  OneHook hook;
  Steps steps(router(), &hook);
  ready(steps);
  const auto fragments = cut(crossing(64, 2000), 700);
  BOOST_REQUIRE_EQUAL(fragments.size(), 3U);
  for (const auto& fragment : fragments) steps.in(0, fragment);
  BOOST_TEST(hook.calls.size() == 1U);
  BOOST_TEST(hook.last_size == 2028U);
  for (const auto& fragment : fragments) {
    const Sent sent = steps.out();
    BOOST_TEST(sent.ip().total_length() == load_be16(fragment.data() + 16));
    BOOST_TEST(sent.ip().fragment_offset() ==
               wire::Ipv4View::over(Bytes(fragment).subspan(14))->fragment_offset());
  }
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(fragments_with_df_make_a_datagram_with_df) {
  for (const bool df : {false, true}) {
    OneHook hook;
    hook.result = {HookAction::forward, ip("198.51.100.9"), {}, 0};
    Steps steps(two_legs(), &hook);
    ready(steps);
    for (auto fragment :
         cut(to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp() / text(std::string(2000, 'x')),
             700)) {
      if (df) fragment[14 + 6] |= 0x40;
      wire::Ipv4Edit::over(MutableBytes(fragment).subspan(14))->fill_checksum();
      steps.in(0, fragment);
    }
    BOOST_TEST(hook.last_df == df);
    BOOST_TEST(steps.waiting() == 3U);  // cut again all the same, as they came in pieces
  }
}

BOOST_AUTO_TEST_CASE(the_cause_outlives_the_wait_for_a_neighbour) {
  class Causes : public Outbox {
   public:
    explicit Causes(const Host*& host) : host_(host) {}
    void send(uint32_t, wire::Frame frame) override {
      const auto type = wire::EthernetView::over(frame.bytes())->type();
      if (type == wire::ethertype::kIpv4) seen.push_back(host_->cause());
    }
    std::vector<uint64_t> seen;

   private:
    const Host*& host_;
  };
  OneHook hook;
  hook.result = {HookAction::forward, ip("198.51.100.9"), {}, 42};
  Host host(two_legs(), &hook);
  const Host* seen_from = &host;
  Causes out(seen_from);
  host.receive(
      0,
      wire::Frame::copy_of((to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp()).serialize()),
      Time{}, out);
  BOOST_TEST(out.seen.empty());
  host.receive(
      1,
      wire::Frame::copy_of(
          Tins::ARP::make_arp_reply("198.51.100.1", "198.51.100.9", kHost1, kFar).serialize()),
      Time{}, out);
  BOOST_TEST(out.seen == std::vector<uint64_t>{42});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reassembly)

namespace {

// A UDP echo whose request comes in fragments.
struct Echo {
  Echo() : steps(two_legs()) {
    introduce_all(steps);
    steps.host.listen_udp(7, [this](const Conversation&, std::string_view datagram) {
      heard.emplace_back(datagram);
      return std::nullopt;
    });
  }
  std::vector<std::vector<uint8_t>> request(size_t size, uint16_t id = 77) {
    Tins::IP header = packet("192.0.2.9", "192.0.2.1");
    header.id(id);
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += static_cast<char>('a' + i % 23);
    sent = bytes;
    return cut(to_eth0() / header / udp(7) / text(bytes), 700);
  }
  Steps steps;
  std::vector<std::string> heard;
  std::string sent;
};

}  // namespace

BOOST_AUTO_TEST_CASE(in_any_order_with_duplicates) {
  for (const std::vector<size_t>& order :
       {std::vector<size_t>{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {0, 0, 2, 2, 3, 1}}) {
    Echo echo;
    const auto fragments = echo.request(2500);
    BOOST_REQUIRE_EQUAL(fragments.size(), 4U);
    for (const size_t n : order) echo.steps.in(0, fragments[n]);
    BOOST_REQUIRE_EQUAL(echo.heard.size(), 1U);
    BOOST_TEST(echo.heard[0] == echo.sent);
    BOOST_TEST((echo.steps.host.next_deadline() == kNever));
    echo.steps.nothing_else();
  }
}

BOOST_AUTO_TEST_CASE(the_largest_datagram) {
  Echo echo;
  for (const auto& fragment : echo.request(65507)) echo.steps.in(0, fragment);
  BOOST_REQUIRE_EQUAL(echo.heard.size(), 1U);
  BOOST_TEST(echo.heard[0].size() == 65507U);
}

BOOST_AUTO_TEST_CASE(overlap_ends_the_datagram) {
  Echo echo;
  const auto fragments = echo.request(2500);
  echo.steps.in(0, fragments[0]);
  auto shifted = fragments[1];
  const auto header = *wire::Ipv4Edit::over(MutableBytes(shifted).subspan(14));
  header.set_fragment_word(static_cast<uint16_t>(0x2000 | (header.fragment_offset() / 8 - 1)));
  header.fill_checksum();
  echo.steps.in(0, shifted).dropped(DropReason::fragment_overlap);
  for (const size_t n : {1, 2, 3}) echo.steps.in(0, fragments[n]);
  BOOST_TEST(echo.heard.empty());
}

BOOST_AUTO_TEST_CASE(beyond_65535_is_refused) {
  Echo echo;
  auto fragment = echo.request(2500)[1];
  const auto header = *wire::Ipv4Edit::over(MutableBytes(fragment).subspan(14));
  header.set_fragment_word(0x1fff);
  header.fill_checksum();
  echo.steps.in(0, fragment).dropped(DropReason::bad_fragment);
}

BOOST_AUTO_TEST_CASE(time_runs_out_after_30_s) {
  Echo echo;
  const auto fragments = echo.request(2500);
  echo.steps.in(0, fragments[0]);
  echo.steps.pass(milliseconds(29999));
  echo.steps.nothing_else();
  echo.steps.pass(milliseconds(1));
  const Sent error = echo.steps.out();
  BOOST_TEST(error.as<Tins::ICMP>().type() == Tins::ICMP::TIME_EXCEEDED);
  BOOST_TEST(error.as<Tins::ICMP>().code() == 1);
  echo.steps.dropped(DropReason::reassembly_timeout);
  // Without its first fragment nobody is told.
  echo.steps.in(0, echo.request(2500)[1]);
  echo.steps.pass(seconds(31));
  echo.steps.dropped(DropReason::reassembly_timeout, 2);
}

BOOST_AUTO_TEST_CASE(sixty_four_datagrams_at_a_time) {
  Echo echo;
  for (uint16_t id = 1; id <= 65; ++id) echo.steps.in(0, echo.request(2500, id)[0]);
  echo.steps.dropped(DropReason::reassembly_full);
}

BOOST_AUTO_TEST_CASE(large_answers_are_cut_and_small_ones_carry_df) {
  Steps steps(two_legs());
  introduce_all(steps);
  steps.host.listen_udp(7, [](const Conversation&, std::string_view datagram) {
    return std::string(datagram == "big" ? 2000 : 20, 'y');
  });
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp(7) / text("small"));
  const Sent small = steps.out();
  BOOST_TEST(small.ip().dont_fragment());
  BOOST_TEST((small.ip().source() == ip("203.0.113.80")));
  BOOST_TEST(checksums_good(small));
  steps.in(0, to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp(7) / text("big"));
  const Sent first = steps.out();
  BOOST_TEST(first.ip().total_length() == 1500);
  BOOST_TEST(!first.ip().dont_fragment());
  BOOST_TEST(steps.out().ip().id() == first.ip().id());
  steps.nothing_else();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
