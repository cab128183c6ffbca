// Who is answered, which sender address own requests name, what is learned, what waits how long.

#include "steps.hh"

namespace lvslab::host::test {

namespace {

Tins::EthernetII who_has(const char* target, const char* sender, const Mac& from = kPeer) {
  return Tins::EthernetII(kAll, from) / arp_request(wire::Ipv4(target), wire::Ipv4(sender), from);
}

HostConfig with_ignore(int all, int own) {
  HostConfig config = two_legs();
  config.all.arp_ignore = all;
  config.interfaces[0].policy.arp_ignore = own;
  return config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(arp)

BOOST_AUTO_TEST_CASE(an_address_comes_and_goes) {
  Steps steps(two_legs());
  const auto asked = [&] { steps.in(0, who_has("192.0.2.80", "192.0.2.9")); };
  asked();
  steps.nothing_else();
  steps.host.add_address(0, prefix("192.0.2.80/32"));
  asked();
  BOOST_TEST(steps.out().as<Tins::ARP>().sender_ip_addr().to_string() == "192.0.2.80");
  steps.nothing_else();
  steps.host.remove_address(0, prefix("192.0.2.80/32"));
  asked();
  steps.nothing_else();
  BOOST_TEST(!steps.host.routes().is_local(ip("192.0.2.80")));
  BOOST_TEST(steps.host.routes().is_local(ip("192.0.2.1")));
}

BOOST_AUTO_TEST_CASE(an_address_is_announced) {
  Steps steps(two_legs());
  steps.host.announce(1, ip("203.0.113.80"), steps.now, steps);
  const Sent sent = steps.out();
  BOOST_TEST(sent.port == 1U);
  BOOST_TEST(sent.parsed().dst_addr() == kAll);
  BOOST_TEST(sent.parsed().src_addr() == kHost1);
  const auto arp = sent.as<Tins::ARP>();
  BOOST_TEST(arp.opcode() == Tins::ARP::REQUEST);
  BOOST_TEST(arp.sender_ip_addr().to_string() == "203.0.113.80");
  BOOST_TEST(arp.target_ip_addr().to_string() == "203.0.113.80");
  BOOST_TEST(arp.sender_hw_addr() == kHost1);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(arp_ignore_decides_who_is_answered) {
  struct Case {
    const char* sentence;
    const char* target;
    const char* sender;
    bool answered[3];  // arp_ignore 0, 1, 2
  };
  const Case cases[] = {
      {"the address of the interface, asked from its network",
       "192.0.2.1",
       "192.0.2.9",
       {true, true, true}},
      {"a VIP on lo: arp_ignore=0 is ARP flux", "203.0.113.80", "192.0.2.9", {true, false, false}},
      {"an address of another interface", "198.51.100.1", "192.0.2.9", {true, false, false}},
      {"own address, asked by a sender of another network",
       "192.0.2.1",
       "203.0.113.7",
       {true, true, false}},
      {"a probe from 0.0.0.0 for the interface's address",
       "192.0.2.1",
       "0.0.0.0",
       {true, true, true}},
      {"a probe from 0.0.0.0 for the VIP", "203.0.113.80", "0.0.0.0", {true, false, false}},
      {"somebody else's address", "192.0.2.77", "192.0.2.9", {false, false, false}},
  };
  for (const Case& c : cases)
    for (int value = 0; value <= 2; ++value)
      for (const bool on_all : {false, true}) {  // the larger of `all` and the interface counts
        BOOST_TEST_CONTEXT(c.sentence << ", arp_ignore=" << value << (on_all ? " on all" : "")) {
          Steps steps(on_all ? with_ignore(value, 0) : with_ignore(0, value));
          steps.in(0, who_has(c.target, c.sender));
          if (c.answered[value]) {
            const Sent reply = steps.out();
            const auto arp = reply.as<Tins::ARP>();
            BOOST_TEST(reply.port == 0U);
            BOOST_TEST(reply.bytes.size() == wire::kEthernetSize + wire::kArpSize);
            BOOST_TEST(reply.parsed().dst_addr() == kPeer);
            BOOST_TEST(reply.parsed().src_addr() == kHost0);
            BOOST_TEST(arp.opcode() == Tins::ARP::REPLY);
            BOOST_TEST(arp.sender_hw_addr() == kHost0);
            BOOST_TEST(arp.sender_ip_addr() == wire::Ipv4(c.target));
            BOOST_TEST(arp.target_hw_addr() == kPeer);
            BOOST_TEST(arp.target_ip_addr() == wire::Ipv4(c.sender));
          }
          steps.nothing_else();
        }
      }
}

BOOST_AUTO_TEST_CASE(suppressed_answers_are_counted) {
  Steps steps(with_ignore(1, 0));
  steps.in(0, who_has("203.0.113.80", "192.0.2.9")).dropped(DropReason::arp_suppressed);
}

BOOST_AUTO_TEST_CASE(a_whole_prefix_on_lo_is_local) {
  HostConfig config = two_legs();
  config.loopback = {prefix("203.0.113.80/24")};
  Steps steps(config);
  steps.in(0, who_has("203.0.113.5", "192.0.2.9"));
  BOOST_TEST(steps.out().as<Tins::ARP>().sender_ip_addr() == wire::Ipv4("203.0.113.5"));
}

BOOST_AUTO_TEST_CASE(rp_filter_applies_to_who_asks) {
  HostConfig config = two_legs();
  config.all.rp_filter = 1;
  Steps steps(config);
  steps.in(0, who_has("192.0.2.1", "198.51.100.9")).dropped(DropReason::arp_source_invalid);
  steps.in(0, who_has("192.0.2.1", "192.0.2.9"));
  steps.out();
}

BOOST_AUTO_TEST_CASE(malformed_messages_are_silent) {
  Steps steps(two_legs());
  auto frame = who_has("192.0.2.1", "192.0.2.9").serialize();
  frame[wire::kEthernetSize + 4] = 7;  // hardware length
  steps.in(0, frame).dropped(DropReason::malformed_arp);
  steps.in(0, std::vector<uint8_t>(frame.begin(), frame.begin() + 30))
      .dropped(DropReason::malformed_arp, 2);
  steps.in(0, std::vector<uint8_t>(13)).dropped(DropReason::short_frame);
}

BOOST_AUTO_TEST_CASE(arp_announce_chooses_the_sender_address) {
  // What triggers the request: the UDP answer to 192.0.2.9, whose source is what the client used.
  struct Case {
    const char* sentence;
    const char* used;       // the address the client spoke to
    const char* sender[3];  // in the request, with arp_announce 0, 1, 2
  };
  const Case cases[] = {
      {"answers from the VIP on lo: 0 leaks it",
       "203.0.113.80",
       {"203.0.113.80", "192.0.2.1", "192.0.2.1"}},
      {"answers from another interface's address",
       "198.51.100.1",
       {"198.51.100.1", "192.0.2.1", "192.0.2.1"}},
      {"answers from the interface's second address of the network",
       "192.0.2.2",
       {"192.0.2.2", "192.0.2.2", "192.0.2.1"}},
      {"answers from the interface's own address",
       "192.0.2.1",
       {"192.0.2.1", "192.0.2.1", "192.0.2.1"}},
  };
  for (const Case& c : cases)
    for (int value = 0; value <= 2; ++value)
      BOOST_TEST_CONTEXT(c.sentence << ", arp_announce=" << value) {
        HostConfig config = two_legs();
        config.interfaces[0].addresses.push_back(prefix("192.0.2.2/24"));
        config.interfaces[0].policy.arp_announce = value;
        Steps steps(config);
        steps.host.listen_udp(53, [](const Conversation&, std::string_view) { return "here"; });
        steps.in(0, to_eth0() / packet("192.0.2.9", c.used) / udp() / text("who"));
        const Sent request = steps.out();
        const auto arp = request.as<Tins::ARP>();
        BOOST_TEST(request.parsed().dst_addr() == kAll);
        BOOST_TEST(arp.opcode() == Tins::ARP::REQUEST);
        BOOST_TEST(arp.sender_ip_addr() == wire::Ipv4(c.sender[value]));
        BOOST_TEST(arp.sender_hw_addr() == kHost0);
        BOOST_TEST(arp.target_hw_addr() == Mac());
        BOOST_TEST(arp.target_ip_addr() == wire::Ipv4("192.0.2.9"));
        steps.nothing_else();
      }
}

BOOST_AUTO_TEST_CASE(forwarded_packets_do_not_lend_their_source) {
  Steps steps(router());
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp());
  const Sent request = steps.out();
  BOOST_TEST(request.port == 1U);
  BOOST_TEST(request.as<Tins::ARP>().sender_ip_addr() == wire::Ipv4("198.51.100.1"));
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(a_packet_waits_for_its_neighbour_and_goes) {
  Steps steps(router());
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp() / text("one"));
  steps.out();
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp() / text("two"));
  steps.nothing_else();  // one question is enough
  steps.in(1, Tins::ARP::make_arp_reply("198.51.100.1", "198.51.100.9", kHost1, kFar));
  for (const char* expected : {"one", "two"}) {
    const Sent sent = steps.out();
    BOOST_TEST(sent.port == 1U);
    BOOST_TEST(sent.parsed().dst_addr() == kFar);
    const auto payload = sent.as<Tins::RawPDU>().payload();
    BOOST_TEST(std::string(payload.begin(), payload.end()) == expected);
  }
  steps.nothing_else();
  BOOST_TEST((steps.host.next_deadline() == kNever));
}

BOOST_AUTO_TEST_CASE(three_requests_then_host_unreachable) {
  Steps steps(router());
  steps.introduce(0, kPeer, "192.0.2.9");
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp() / text("lost"));
  BOOST_TEST(steps.out().as<Tins::ARP>().opcode() == Tins::ARP::REQUEST);
  for (int again = 0; again < 2; ++again) {
    steps.pass(milliseconds(999));
    steps.nothing_else();
    steps.pass(milliseconds(1));
    BOOST_TEST(steps.out().as<Tins::ARP>().opcode() == Tins::ARP::REQUEST);
  }
  steps.pass(seconds(1));
  const Sent error = steps.out();
  const auto icmp = error.as<Tins::ICMP>();
  BOOST_TEST(icmp.type() == Tins::ICMP::DEST_UNREACHABLE);
  BOOST_TEST(icmp.code() == 1);
  BOOST_TEST((error.ip().destination() == ip("192.0.2.9")));
  BOOST_TEST((error.ip().source() == ip("192.0.2.1")));
  BOOST_TEST(checksums_good(error));
  steps.dropped(DropReason::neighbour_failed);
  // The next packet begins anew.
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp());
  BOOST_TEST(steps.out().as<Tins::ARP>().opcode() == Tins::ARP::REQUEST);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(own_packets_just_fail) {
  Steps steps(two_legs());
  steps.in(0, to_eth0() / packet("192.0.2.9", "192.0.2.1") / Tins::ICMP());
  steps.out();
  steps.pass(seconds(2));
  steps.out();
  steps.out();
  steps.pass(seconds(5));
  steps.dropped(DropReason::neighbour_failed);
}

BOOST_AUTO_TEST_CASE(sixteen_packets_wait_and_the_oldest_makes_room) {
  Steps steps(router());
  for (int n = 0; n < 18; ++n)
    steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp() /
                    text(std::string(1, static_cast<char>('a' + n))));
  steps.out();
  steps.dropped(DropReason::neighbour_queue_full, 2);
  steps.in(1, Tins::ARP::make_arp_reply("198.51.100.1", "198.51.100.9", kHost1, kFar));
  for (int n = 2; n < 18; ++n) BOOST_TEST(steps.out().as<Tins::RawPDU>().payload()[0] == 'a' + n);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(a_fresh_answer_stands_against_another_for_one_second) {
  Steps steps(router());
  const auto reply_from = [&](const Mac& mac) {
    steps.in(
        1, Tins::EthernetII(kHost1, mac) / [&] {
          Tins::ARP arp("198.51.100.1", "198.51.100.9", kHost1, mac);
          arp.opcode(Tins::ARP::REPLY);
          return arp;
        }());
  };
  const auto sent_to = [&] {
    steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp());
    return steps.out().parsed().dst_addr();
  };
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp());
  steps.out();
  reply_from(kFar);
  steps.out();
  reply_from(kPeer);  // a second host answers for the same address: ARP flux
  BOOST_TEST(sent_to() == kFar);
  steps.pass(milliseconds(1001));
  reply_from(kPeer);
  BOOST_TEST(sent_to() == kPeer);
  // A gratuitous announcement is believed at once.
  steps.in(1, Tins::EthernetII(kAll, kFar) /
                  arp_request(wire::Ipv4("198.51.100.9"), wire::Ipv4("198.51.100.9"), kFar));
  BOOST_TEST(sent_to() == kFar);
  steps.nothing_else();
}

BOOST_AUTO_TEST_CASE(unasked_replies_make_no_entry) {
  Steps steps(router());
  steps.in(1, Tins::ARP::make_arp_reply("198.51.100.1", "198.51.100.9", kHost1, kFar));
  steps.nothing_else();
  BOOST_TEST(steps.host.neighbours().entry(1, ip("198.51.100.9")) == nullptr);
}

BOOST_AUTO_TEST_CASE(flushed_neighbours_are_asked_for_again) {
  Steps steps(router());
  introduce_all(steps);
  steps.host.flush_neighbours();
  steps.in(0, to_eth0() / packet("192.0.2.9", "198.51.100.9") / udp());
  BOOST_TEST(steps.out().as<Tins::ARP>().opcode() == Tins::ARP::REQUEST);
  steps.nothing_else();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lvslab::host::test
