// What crosses the host: TTL, MTU, redirects, and no allocation.

#include "forwarding.hh"
#include "tests/support/allocations.hh"

namespace lvslab::host::test {

using lvslab::test::allocations;

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

// Linux reads them anew before it says that there is no neighbour: the error bears them too.
BOOST_AUTO_TEST_CASE(options_of_a_packet_that_finds_no_neighbour) {
  for (const bool stamped : {false, true}) {
    Steps steps(router());
    steps.introduce(0, kPeer, "192.0.2.9");
    Tins::IP header = packet("192.0.2.9", "198.51.100.77");
    const std::vector<uint8_t> empty = {5, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    if (stamped)
      header.add_option(Tins::IP::option(
          Tins::IP::option_identifier(Tins::IP::TIMESTAMP, Tins::IP::MEASUREMENT, 0), empty.begin(),
          empty.end()));
    steps.in(0, to_eth0() / header / udp());
    for (int asked = 0; asked < 3; ++asked) {
      steps.out();
      steps.pass(seconds(1));
    }
    const Sent error = steps.out();
    BOOST_TEST(error.as<Tins::ICMP>().code() == 1);
    BOOST_TEST(error.ip().header_length() == (stamped ? 32U : 20U));
  }
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

}  // namespace lvslab::host::test
