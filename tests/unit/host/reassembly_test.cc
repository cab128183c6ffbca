// Fragments for the host itself, and answers that it has to cut.

#include "forwarding.hh"

namespace lvslab::host::test {

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
  for (const size_t n : {1U, 2U, 3U}) echo.steps.in(0, fragments[n]);
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
