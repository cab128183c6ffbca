// Fragments of IPv6: put together, refused, timed out, and made.

#include "emulator/host/fragment.hh"
#include "emulator/host/udp.hh"
#include "pieces6.hh"

namespace lvslab::host::test {

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

BOOST_AUTO_TEST_CASE(what_goes_to_a_group_is_cut) {
  struct Case {
    const char *from, *to;
    Mac mac;
    size_t header;
  };
  const Case cases[] = {
      {"192.0.2.1", "224.0.0.81", Mac("01:00:5e:00:00:51"), wire::kIpv4Size},
      {"2001:db8:1::1", "ff02::81", Mac("33:33:00:00:00:81"),
       wire::kIpv6Size + wire::kFragmentHeaderSize},
  };
  for (const Case& c : cases) {
    for (const size_t size : {size_t{1000}, size_t{2000}}) {
      Steps steps(two_legs6());
      const std::string bytes = pattern(size);
      steps.host.multicast(1, make_datagram({ip(c.from), 8848}, {ip(c.to), 8848}, bytes), steps.now,
                           steps);
      size_t carried = 0;  // bytes behind the headers of fragments
      const size_t pieces = steps.waiting();
      BOOST_TEST(pieces == (size > 1500 ? 2U : 1U));
      while (steps.waiting() > 0) {
        const Sent sent = steps.out();
        BOOST_TEST(sent.port == 1U);
        BOOST_TEST((sent.ethernet().destination() == c.mac));
        BOOST_TEST(sent.packet().size() <= 1500U);
        carried += sent.packet().size() - c.header;
      }
      if (pieces > 1) BOOST_TEST(carried == size + 8);
    }
  }
}

BOOST_AUTO_TEST_CASE(later_fragments_of_icmp_errors_are_no_errors) {
  Echo6 echo(router6());
  const auto later = fragment(wire::proto::kIcmpv6, 8, false) + Bytes8(16);
  echo.steps.in(0, raw6(kPeer6, kFar6, next::kFragment, later, 1));
  error6(echo.steps.out(), icmp6::kTimeExceeded, 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
