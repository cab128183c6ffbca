// Header checks, options, ICMP, errors and their rules, tunnels.

#include "steps.hh"

namespace lvslab::host::test {

namespace {

// Sets a byte of the IP header of an Ethernet frame and mends the header checksum.
std::vector<uint8_t> with_byte(std::vector<uint8_t> frame, size_t at, uint8_t value) {
  frame[wire::kEthernetSize + at] = value;
  const auto header = wire::Ipv4Edit::over(MutableBytes(frame).subspan(wire::kEthernetSize));
  if (header) header->fill_checksum();
  return frame;
}

std::vector<uint8_t> echo_request() {
  Tins::ICMP echo;
  echo.id(9);
  echo.sequence(3);
  return (to_eth0() / packet("192.0.2.9", "203.0.113.80") / echo / text("ping!")).serialize();
}

Tins::IP with_option(Tins::IP header, Tins::IP::OptionNumber type,
                     const std::vector<uint8_t>& data) {
  header.add_option(Tins::IP::option(Tins::IP::option_identifier(type, Tins::IP::CONTROL, 0),
                                     data.begin(), data.end()));
  return header;
}

// libtins zeroes the byte behind the options, which is the type here, and a low port elsewhere.
std::vector<uint8_t> echo_request_in(const Tins::IP& header) {
  auto frame = (to_eth0() / header / Tins::ICMP()).serialize();
  frame[wire::kEthernetSize + (frame[wire::kEthernetSize] & 15U) * 4U] = 8;
  return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(input)

BOOST_AUTO_TEST_CASE(headers_that_are_wrong_end_here) {
  struct Case {
    const char* sentence;
    size_t at;
    uint8_t value;
    bool mend;
    DropReason reason;
  };
  const Case cases[] = {
      {"version 5", 0, 0x55, true, DropReason::malformed_ip},
      {"header of 16 bytes", 0, 0x44, true, DropReason::malformed_ip},
      {"total length beyond the frame", 2, 0x40, true, DropReason::malformed_ip},
      {"total length within the header", 3, 19, true, DropReason::malformed_ip},
      {"checksum wrong", 8, 63, false, DropReason::bad_ip_checksum},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      Steps steps(two_legs());
      introduce_all(steps);
      auto frame = echo_request();
      frame[wire::kEthernetSize + c.at] = c.value;
      if (c.mend) frame = with_byte(frame, c.at, c.value);
      steps.in(0, frame).dropped(c.reason);
    }
}

BOOST_AUTO_TEST_CASE(frames_for_others_and_of_other_kinds) {
  Steps steps(two_legs());
  steps.in(0, Tins::EthernetII(kFar, kPeer) / packet("192.0.2.9", "192.0.2.1") / Tins::ICMP());
  steps.dropped(DropReason::not_for_us);
  Tins::EthernetII other = to_eth0();
  other.payload_type(0x88cc);
  steps.in(0, other / text(std::string(60, 'x'))).dropped(DropReason::unknown_ethertype);
}

BOOST_AUTO_TEST_CASE(echo_is_answered_from_the_address_used) {
  Steps steps(two_legs());
  introduce_all(steps);
  steps.in(0, echo_request());  // libtins pads the frame to 60 bytes: the reply has no padding
  const Sent reply = steps.out();
  const auto icmp = reply.as<Tins::ICMP>();
  BOOST_TEST(icmp.type() == Tins::ICMP::ECHO_REPLY);
  BOOST_TEST(icmp.id() == 9);
  BOOST_TEST(icmp.sequence() == 3);
  BOOST_TEST((reply.ip().source() == ip("203.0.113.80")));
  BOOST_TEST((reply.ip().destination() == ip("192.0.2.9")));
  BOOST_TEST(reply.ip().ttl() == 64);
  BOOST_TEST(reply.ip().total_length() == 20 + 8 + 5);
  BOOST_TEST(reply.bytes.size() == size_t{14 + 20 + 8 + 5});
  BOOST_TEST(checksums_good(reply));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(echo_to_all_and_with_a_wrong_checksum_is_not) {
  Steps steps(two_legs());
  introduce_all(steps);
  steps.in(0, Tins::EthernetII(kAll, kPeer) / packet("192.0.2.9", "192.0.2.255") / Tins::ICMP());
  steps.dropped(DropReason::icmp_ignored);
  auto frame = echo_request();
  frame[wire::kEthernetSize + 20 + 8] ^= 1;
  steps.in(0, frame).dropped(DropReason::bad_icmp);
}

BOOST_AUTO_TEST_CASE(source_routes_are_dropped_in_silence) {
  for (const auto type : {Tins::IP::LSRR, Tins::IP::SSRR}) {
    Steps steps(router());
    introduce_all(steps);
    const auto class_of = Tins::IP::option_identifier(type, Tins::IP::CONTROL, 1);
    Tins::IP header = packet("192.0.2.9", "192.0.2.1");
    const std::vector<uint8_t> data = {4, 198, 51, 100, 9};
    header.add_option(Tins::IP::option(class_of, data.begin(), data.end()));
    steps.in(0, to_eth0() / header / Tins::ICMP()).dropped(DropReason::source_route);
  }
}

BOOST_AUTO_TEST_CASE(record_route_is_filled_in) {
  Steps steps(router());
  introduce_all(steps);
  const Tins::IP header =
      with_option(packet("192.0.2.9", "198.51.100.9"), Tins::IP::RR, {4, 0, 0, 0, 0, 0, 0, 0, 0});
  steps.in(0, to_eth0() / header / udp());
  const Sent sent = steps.out();
  const auto options = sent.packet().subspan(20);
  BOOST_TEST(options[2] == 8);                                               // the pointer moved on
  BOOST_TEST((IpAddress::v4_at(options.data() + 3) == ip("198.51.100.1")));  // the way out
  BOOST_TEST(sent.ip().checksum_good());
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(time_stamps_in_every_form) {
  using Octets = std::vector<uint8_t>;
  // The clock at 5 ms, marked as not of the day.
  struct Case {
    const char* sentence;
    Octets before, after;
  };
  const Case cases[] = {
      {"time stamps alone", {9, 0, 1, 2, 3, 4, 0, 0, 0, 0}, {13, 0, 1, 2, 3, 4, 0x80, 0, 0, 5}},
      {"with addresses: that which faces the sender",
       {5, 1, 0, 0, 0, 0, 0, 0, 0, 0},
       {13, 1, 192, 0, 2, 1, 0x80, 0, 0, 5}},
      {"of a prescribed address that is ours",
       {5, 3, 192, 0, 2, 1, 0, 0, 0, 0},
       {13, 3, 192, 0, 2, 1, 0x80, 0, 0, 5}},
      {"of one that is not", {5, 3, 192, 0, 2, 7, 0, 0, 0, 0}, {5, 3, 192, 0, 2, 7, 0, 0, 0, 0}},
      {"no room left: counted",
       {13, 0x20, 1, 2, 3, 4, 5, 6, 7, 8},
       {13, 0x30, 1, 2, 3, 4, 5, 6, 7, 8}},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      Steps steps(router());
      introduce_all(steps);
      steps.now += milliseconds(5);
      const auto stamp = Tins::IP::option_identifier(Tins::IP::TIMESTAMP, Tins::IP::MEASUREMENT, 0);
      Tins::IP header = packet("192.0.2.9", "198.51.100.9");
      header.add_option(Tins::IP::option(stamp, c.before.begin(), c.before.end()));
      steps.in(0, to_eth0() / header / udp());
      const Sent sent = steps.out();
      const auto data = sent.packet().subspan(22, c.after.size());
      BOOST_TEST(Octets(data.begin(), data.end()) == c.after, boost::test_tools::per_element());
      BOOST_TEST(sent.ip().checksum_good());
      steps.nothing_else();
    }
}

BOOST_AUTO_TEST_CASE(nothing_stays_behind_the_end_of_options) {
  Steps steps(router());
  introduce_all(steps);
  auto frame = (to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp()).serialize();
  frame.resize(14 + 28);
  const std::vector<uint8_t> options = {1, 0, 5, 5};
  frame.insert(frame.begin() + 34, options.begin(), options.end());
  frame[14] = 0x46;
  steps.in(0, with_byte(frame, 3, 32));
  const Sent sent = steps.out();
  BOOST_TEST(load_be32(sent.packet().data() + 20) == 0x01000000U);
  BOOST_TEST(sent.ip().checksum_good());
}

BOOST_AUTO_TEST_CASE(options_to_this_host_bear_the_address_used) {
  class Spy : public Hooks {
   public:
    HookResult local_in(wire::Frame& packet, Time) override {
      recorded = IpAddress::v4_at(packet.data() + 23);
      return {HookAction::drop, {}, {}, 0};
    }
    HookResult forward(wire::Frame&, Time) override { return {}; }
    IpAddress recorded;
  } spy;
  Steps steps(two_legs(), &spy);
  introduce_all(steps);
  const Tins::IP header =
      with_option(packet("192.0.2.9", "203.0.113.80"), Tins::IP::RR, {4, 0, 0, 0, 0});
  steps.in(0, to_eth0() / header / udp());
  BOOST_TEST((spy.recorded == ip("203.0.113.80")));
}

BOOST_AUTO_TEST_CASE(what_a_hook_sends_on_is_recorded_by_its_own_address) {
  // As a director that puts its virtual address for the server's.
  class Translator : public Hooks {
   public:
    HookResult local_in(wire::Frame&, Time) override { return {}; }
    HookResult forward(wire::Frame& packet, Time) override {
      wire::Ipv4Edit::over(packet.bytes())->set_source(ip("203.0.113.80"));
      return {HookAction::forward, ip("198.51.100.9"), {}, 0};
    }
  } translator;
  Steps steps(router(), &translator);
  introduce_all(steps);
  const Tins::IP header =
      with_option(packet("192.0.2.9", "198.51.100.9"), Tins::IP::RR, {4, 0, 0, 0, 0});
  steps.in(0, to_eth0() / header / udp());
  const Sent sent = steps.out();
  BOOST_TEST((IpAddress::v4_at(sent.packet().data() + 23) == ip("203.0.113.80")));
  BOOST_TEST(sent.ip().checksum_good());
}

// RFC 1122, 3.2.2.6, and what Linux makes of it in errors and resets.
BOOST_AUTO_TEST_CASE(answers_bear_the_route_and_the_time_stamp_back) {
  const Tins::IP routed = with_option(packet("192.0.2.9", "203.0.113.80"), Tins::IP::RR,
                                      {4, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  Tins::TCP syn(81, 99);
  syn.flags(Tins::TCP::SYN);
  struct Case {
    const char* sentence;
    std::vector<uint8_t> frame;
  };
  const Case cases[] = {
      {"an echo reply", echo_request_in(routed)},
      {"an ICMP error", (to_eth0() / routed / Tins::UDP(81, 99)).serialize()},
      {"a reset", (to_eth0() / routed / syn).serialize()},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      Steps steps(two_legs());
      introduce_all(steps);
      steps.in(0, c.frame);
      const Sent sent = steps.out();
      BOOST_TEST(sent.ip().header_length() == 32U);
      const Bytes option = sent.packet().subspan(20);
      BOOST_TEST(option[0] == 7);
      BOOST_TEST(option[2] == 12);  // two entries: the way there, and the way back
      BOOST_TEST((IpAddress::v4_at(&option[3]) == ip("203.0.113.80")));
      BOOST_TEST((IpAddress::v4_at(&option[7]) == ip("203.0.113.80")));
      BOOST_TEST(sent.ip().checksum_good());
    }
}

BOOST_AUTO_TEST_CASE(an_error_quotes_the_checksum_that_came) {
  Steps steps(router());
  introduce_all(steps);
  Tins::IP header = with_option(packet("192.0.2.9", "198.51.100.9"), Tins::IP::RR, {4, 0, 0, 0, 0});
  header.ttl(1);
  auto frame = (to_eth0() / header / udp()).serialize();
  const uint16_t came = load_be16(&frame[14 + 10]);
  steps.in(0, frame);
  const Sent sent = steps.out();
  const Bytes quoted = sent.packet().subspan(sent.ip().header_length() + 8);
  BOOST_TEST(quoted[22] == 8);  // the option as filled in ...
  BOOST_TEST(load_be16(&quoted[10]) == came);
  BOOST_TEST(!wire::checksum_ok(quoted.first(28)));  // ... which the sum does not know
}

BOOST_AUTO_TEST_CASE(no_answer_where_half_an_entry_fits) {
  Steps steps(two_legs());
  introduce_all(steps);
  // One address fits, and one byte more.
  const Tins::IP header =
      with_option(packet("192.0.2.9", "203.0.113.80"), Tins::IP::RR, {4, 0, 0, 0, 0, 0});
  steps.in(0, echo_request_in(header)).dropped(DropReason::bad_options);
}

BOOST_AUTO_TEST_CASE(options_that_are_wrong_by_the_byte) {
  struct Case {
    const char* sentence;
    std::vector<uint8_t> options;
    uint8_t pointer;
  };
  const Case cases[] = {
      {"record route: pointer below its list", {7, 7, 3, 0, 0, 0, 0, 0}, 22},
      {"record route: half an address of room", {7, 7, 5, 0, 0, 0, 0, 0}, 22},
      {"record route: no pointer", {7, 2, 0, 0}, 21},
      {"record route twice", {7, 3, 4, 7, 3, 4, 0, 0}, 23},
      {"timestamp: no flags", {68, 3, 5, 0}, 21},
      {"timestamp: pointer below its list", {68, 8, 4, 0, 0, 0, 0, 0}, 22},
      {"timestamp: no room to count", {68, 8, 9, 0xf0, 0, 0, 0, 0}, 23},
      {"timestamp: half a time of room", {68, 8, 7, 0, 0, 0, 0, 0}, 22},
      {"timestamp twice", {68, 4, 5, 0, 68, 4, 5, 0}, 24},
      {"source route: no pointer", {131, 2, 0, 0}, 21},
      {"source route: pointer below its list", {131, 7, 3, 0, 0, 0, 0, 0}, 22},
      {"source route twice", {131, 3, 4, 137, 3, 4, 0, 0}, 23},
      {"router alert: too short", {148, 3, 0, 0}, 21},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.sentence) {
      Steps steps(router());
      introduce_all(steps);
      auto frame = (to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp()).serialize();
      frame.resize(14 + 28);
      frame.insert(frame.begin() + 34, c.options.begin(), c.options.end());
      frame[14] = static_cast<uint8_t>(0x45 + c.options.size() / 4);
      frame = with_byte(frame, 3, static_cast<uint8_t>(28 + c.options.size()));
      steps.in(0, frame);
      const Sent error = steps.out();
      BOOST_TEST(error.as<Tins::ICMP>().type() == Tins::ICMP::PARAM_PROBLEM);
      BOOST_TEST(int{error.ip().payload()[4]} == int{c.pointer});
      steps.dropped(DropReason::bad_options);
    }
}

BOOST_AUTO_TEST_CASE(malformed_options_are_a_parameter_problem) {
  Steps steps(router());
  introduce_all(steps);
  auto frame =
      (to_eth0() / with_option(packet("192.0.2.9", "192.0.2.1"), Tins::IP::RR, {4, 0, 0, 0, 0}) /
       Tins::ICMP())
          .serialize();
  frame = with_byte(frame, 21, 60);  // the option's length
  steps.in(0, frame);
  const Sent error = steps.out();
  BOOST_TEST(error.as<Tins::ICMP>().type() == Tins::ICMP::PARAM_PROBLEM);
  BOOST_TEST(error.ip().payload()[4] == 20);  // points at the option
  steps.dropped(DropReason::bad_options);
}

BOOST_AUTO_TEST_CASE(port_and_protocol_unreachable) {
  Steps steps(two_legs());
  introduce_all(steps);
  const auto original = packet("192.0.2.9", "203.0.113.80");
  steps.in(0, to_eth0() / original / udp(9) / text(std::string(900, 'x')));
  Sent error = steps.out();
  BOOST_TEST(error.as<Tins::ICMP>().type() == 3);
  BOOST_TEST(error.as<Tins::ICMP>().code() == 3);
  BOOST_TEST((error.ip().source() == ip("203.0.113.80")));
  BOOST_TEST(error.ip().total_length() == 576);
  BOOST_TEST(error.ip().tos() == 0xc0);
  BOOST_TEST(!error.ip().dont_fragment());
  BOOST_TEST(load_be32(error.ip().payload().data() + 4) == 0U);  // no RFC 4884 length
  BOOST_TEST(checksums_good(error));
  const auto quoted = wire::Ipv4View::over_quoted(error.ip().payload().subspan(8));
  BOOST_TEST((quoted->destination() == ip("203.0.113.80")));
  steps.dropped(DropReason::no_udp_listener);

  Tins::IP sctp = packet("192.0.2.9", "192.0.2.1");
  sctp.protocol(132);
  steps.in(0, with_byte((to_eth0() / sctp / text("association")).serialize(), 9, 132));
  error = steps.out();
  BOOST_TEST(error.as<Tins::ICMP>().code() == 2);
  steps.dropped(DropReason::protocol_unknown);
}

// What UDP says that there is. The control: one byte more.
BOOST_AUTO_TEST_CASE(an_error_quotes_no_more_than_the_datagram) {
  for (const uint8_t length : {uint8_t{8}, uint8_t{9}}) {
    Steps steps(two_legs());
    introduce_all(steps);
    auto frame =
        (to_eth0() / packet("192.0.2.9", "203.0.113.80") / udp(9) / text("payload")).serialize();
    frame[14 + 20 + 5] = length;
    frame[14 + 20 + 6] = frame[14 + 20 + 7] = 0;  // no checksum
    steps.in(0, frame);
    BOOST_TEST(steps.out().ip().total_length() == 20 + 8 + 20 + length);
  }
}

BOOST_AUTO_TEST_CASE(errors_are_not_sent_about_these) {
  // RFC 1122, 3.2.2. The control: the same datagram to one host is answered.
  Steps steps(two_legs());
  introduce_all(steps);
  steps.in(0, to_eth0() / packet("192.0.2.9", "192.0.2.1") / udp(9));
  steps.out();
  steps.in(0, Tins::EthernetII(kAll, kPeer) / packet("192.0.2.9", "192.0.2.255") / udp(9));
  steps.dropped(DropReason::no_udp_listener, 2);
  steps.in(0, Tins::EthernetII(kAll, kPeer) / packet("192.0.2.9", "224.0.0.1") / udp(9));
  steps.dropped(DropReason::no_udp_listener, 3);
  steps.in(0, Tins::EthernetII(kAll, kPeer) / packet("192.0.2.9", "192.0.2.1") / udp(9));
  steps.dropped(DropReason::no_udp_listener, 4);  // to one host, but by link-layer broadcast
}

BOOST_AUTO_TEST_CASE(wrong_udp_is_dropped) {
  Steps steps(two_legs());
  introduce_all(steps);
  auto frame = (to_eth0() / packet("192.0.2.9", "192.0.2.1") / udp(9) / text("ab")).serialize();
  auto bad = frame;
  bad[14 + 20 + 8] ^= 0xff;
  steps.in(0, bad).dropped(DropReason::bad_udp);
  bad = frame;
  bad[14 + 20 + 5] = 200;  // length beyond the packet
  steps.in(0, bad).dropped(DropReason::bad_udp, 2);
  // Checksum 0 means none was computed (RFC 768): good.
  bad = frame;
  bad[14 + 20 + 6] = bad[14 + 20 + 7] = 0;
  steps.in(0, bad);
  steps.out();
  steps.nothing_else();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tunnel)

namespace {

HostConfig with_tunnel(int tunnel_rp, int all_rp) {
  HostConfig config = two_legs();
  config.tunnel = InterfacePolicy{0, 0, tunnel_rp};
  config.all.rp_filter = all_rp;
  return config;
}

Tins::EthernetII ipip(uint8_t outer_tos = 0, uint8_t inner_tos = 0) {
  Tins::IP outer = packet("192.0.2.9", "192.0.2.1");
  Tins::IP inner = packet("203.0.113.7", "203.0.113.80");
  outer.tos(outer_tos);
  inner.tos(inner_tos);
  return to_eth0() / outer / inner / Tins::ICMP();
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_headers_off_and_the_reply_goes_straight_to_the_client) {
  Steps steps(with_tunnel(0, 0));
  introduce_all(steps);
  steps.in(0, ipip());
  const Sent reply = steps.out();
  BOOST_TEST(reply.parsed().dst_addr() == kGateway);
  BOOST_TEST(reply.ip().protocol() == wire::proto::kIcmp);
  BOOST_TEST((reply.ip().source() == ip("203.0.113.80")));
  BOOST_TEST((reply.ip().destination() == ip("203.0.113.7")));
  BOOST_TEST(checksums_good(reply));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(without_tunnel_protocol_unreachable) {
  Steps steps(two_legs());
  introduce_all(steps);
  steps.in(0, ipip());
  BOOST_TEST(steps.out().as<Tins::ICMP>().code() == 2);
  steps.dropped(DropReason::protocol_unknown);
}

BOOST_AUTO_TEST_CASE(rp_filter_of_the_tunnel_eats_the_inner_packet) {
  // tunl0 has no address: loose drops as strict does. all counts if it is the larger.
  for (const auto& [tunnel_rp, all_rp] : {std::pair{1, 0}, {2, 0}, {0, 1}, {0, 2}}) {
    HostConfig config = with_tunnel(tunnel_rp, all_rp);
    Steps steps(config);
    introduce_all(steps);
    steps.in(0, ipip()).dropped(DropReason::reverse_path);
  }
}

BOOST_AUTO_TEST_CASE(congestion_marks_move_inward) {
  struct Case {
    uint8_t outer, inner;
    int result;  // -1: dropped
  };
  // RFC 6040, figure 4: not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3.
  const Case cases[] = {{0, 0, 0}, {0, 2, 2}, {2, 2, 2}, {1, 2, 1}, {3, 2, 3},
                        {3, 1, 3}, {0, 3, 3}, {3, 3, 3}, {2, 0, 0}, {3, 0, -1}};
  for (const Case& c : cases)
    BOOST_TEST_CONTEXT("outer " << int{c.outer} << " inner " << int{c.inner}) {
      Steps steps(with_tunnel(0, 0));
      introduce_all(steps);
      steps.in(0, ipip(c.outer, c.inner));
      if (c.result >= 0)
        BOOST_TEST(steps.out().ip().tos() == c.result);  // an echo reply keeps the TOS
      else
        steps.counted(DropReason::ecn_contradiction);
      steps.nothing_else();
    }
}

BOOST_AUTO_TEST_CASE(what_is_inside_must_be_a_packet) {
  Steps steps(with_tunnel(0, 0));
  Tins::IP outer = packet("192.0.2.9", "192.0.2.1");
  auto frame = (to_eth0() / outer / text(std::string(40, 'x'))).serialize();
  steps.in(0, with_byte(frame, 9, wire::proto::kIpip)).dropped(DropReason::bad_tunnel_packet);
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded) {
  Steps steps(with_tunnel(0, 0));
  Tins::IP nested = packet("192.0.2.9", "192.0.2.1");
  for (int depth = 0; depth < 12; ++depth) nested /= packet("192.0.2.9", "192.0.2.1");
  steps.in(0, to_eth0() / nested / Tins::ICMP()).dropped(DropReason::bad_tunnel_packet);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
