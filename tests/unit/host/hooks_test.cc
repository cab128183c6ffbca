// The hooks that a director stands at: where each has its place, what it may say, and the fragments
// that are put together for it.

#include "forwarding.hh"

namespace lvslab::host::test {

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

// As with nf_conntrack at work.
class GathersFirst : public OneHook {
 public:
  bool gathers_first() const override { return true; }
};

BOOST_AUTO_TEST_CASE(gathered_first_a_ttl_of_1_is_told_once_of_the_whole) {
  GathersFirst hook;
  Steps steps(router(), &hook);
  ready(steps);
  const auto fragments = cut(crossing(1, 1000), 700);
  BOOST_REQUIRE_EQUAL(fragments.size(), 2U);
  steps.in(0, fragments[0]);
  steps.nothing_else();
  steps.in(0, fragments[1]);
  const auto error = steps.out();
  const auto quoted = *wire::Ipv4View::over_quoted(error.ip().payload().subspan(8));
  BOOST_TEST(!quoted.is_fragment());
  BOOST_TEST(quoted.total_length() == 1028U);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(gathered_first_pieces_with_df_go_on_without) {
  GathersFirst hook;
  Steps steps(router(), &hook);
  ready(steps);
  for (const auto& fragment : cut(crossing(64, 2000, true), 700)) steps.in(0, fragment);
  BOOST_TEST(hook.last_df);
  for (int n = 0; n < 3; ++n) BOOST_TEST(!steps.out().ip().dont_fragment());
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(gathered_first_nobody_is_told_when_time_runs_out_for_others) {
  OneHook late;
  GathersFirst first;
  for (OneHook* hook : {&late, static_cast<OneHook*>(&first)}) {
    Steps steps(router(), hook);
    ready(steps);
    steps.in(0, cut(crossing(64, 1000), 700)[0]);
    steps.pass(seconds(31));
    if (hook == &late) BOOST_TEST(steps.out().as<Tins::ICMP>().type() == Tins::ICMP::TIME_EXCEEDED);
    steps.nothing_else();
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
